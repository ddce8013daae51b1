"""An answer made durable, and search while typing, on a filled encrypted workspace; beside the bare library."""

from __future__ import annotations

import random
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cases.events import body_bytes
from cases.views import Hit
from cases.workspace import Workspace

from tests.benchmarks import bare
from tests.benchmarks.measure import Figure, arguments, figure, middle, percentile, report
from tests.benchmarks.office import PROCEDURE, Office, caseload, filled
from tests.benchmarks.records import GIVEN_NAMES, SEED, Records

ANSWERS = 400
SEARCHES = 60
"""Names typed from their first letters to their last."""
LIMIT = 20
FIRST_LETTERS = 2
_BEGINNINGS = "mar ber du le la be gar pe mo ro fa chau bou gué rou vin che de ga hé jo li mé na pré ré sau thé val ar".split()
_MIDDLES = ["", "ti", "nar", "ré", "lan", "che", "vi", "gno", "sse", "mon", "bé", "dou", "ra", "li", "quet", "no"]
_ENDINGS = "n d t au ier ard et ot eau in on ais é ez elle ette ou y ac ère".split()


class ManyNames(Records):
    """Records with as many different names as a county has: 67 surnames would flatter a search by name."""

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(seed)
        spread = random.Random(seed)
        surnames = {
            (spread.choice(_BEGINNINGS) + spread.choice(_MIDDLES) + spread.choice(_ENDINGS)).capitalize()
            for _ in range(20_000)
        }
        self.surnames = sorted(surnames)
        self._names = random.Random(seed + 1)

    def citizen(self) -> dict[str, str]:
        """Return a citizen's fields; frequent names are frequent, and some are compound."""
        fields = super().citizen()
        place = int(len(self.surnames) * self._names.random() ** 2)
        fields["family_name"] = self.surnames[place]
        if self._names.random() < 0.2:
            fields["given_names"] += "-" + self._names.choice(GIVEN_NAMES)
        return fields


@dataclass(frozen=True)
class Timed:
    """One query: wall and CPU seconds of the thread that asked, and how many rows came."""

    wall_s: float
    cpu_s: float
    found: int


def measure(cases: int, *, answers: int = ANSWERS, searches: int = SEARCHES) -> list[Figure]:
    """Fill a workspace with cases, and half as many citizens again, then measure on it."""
    with tempfile.TemporaryDirectory() as directory:
        workspace = filled(Path(directory) / "workspace", cases, records=ManyNames())
        try:
            return [
                *measure_answers(workspace, Path(directory), answers),
                *measure_search(workspace, Path(directory), cases, searches),
            ]
        finally:
            workspace.close()


def measure_answers(workspace: Workspace, directory: Path, count: int) -> list[Figure]:
    """One answer until it is durable, in turn with a bare commit of a row as long as its event."""
    chosen = random.Random(SEED).sample(workspace.cases(limit=4 * count), min(count, workspace.case_count()))
    plain = bare.connection(directory / "plain.db")
    plain.execute("CREATE TABLE row (no INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    texts = Records(SEED + 2)
    ours: list[float] = []
    floor: list[float] = []
    for row in chosen:
        answer, base = {"/dossier/observation": texts.text()}, workspace.case(row.id).base
        # Header of the event, its hashes and its body: what the row of ours holds.
        size = len(body_bytes(dict(answer))) + 32 + 32 + 16 + 40
        ours.append(_seconds(lambda: workspace.answer(row.id, answer, base=base)))  # noqa: B023 (runs at once)
        floor.append(_seconds(lambda: _commit(plain, size)))  # noqa: B023 (runs at once)
    plain.close()
    note = (
        f"median {middle(ours) * 1e3:.2f} against {middle(floor) * 1e3:.2f} ms wall, {len(ours)} answers to cases "
        "opened for the first time, in turn with the bare commits"
    )
    p95 = percentile(ours, 0.95), percentile(floor, 0.95)
    return [
        figure("answer.commit_ratio", middle(ours) / middle(floor), unit="ratio", floor=1, target=2, note=note),
        figure(
            "answer.commit_p95_ratio",
            p95[0] / p95[1],
            unit="ratio",
            floor=1,
            note=f"p95 {p95[0] * 1e3:.2f} against {p95[1] * 1e3:.2f} ms wall",
        ),
    ]


def _commit(plain: object, size: int) -> None:
    connection = plain
    connection.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
    connection.execute("INSERT INTO row (body) VALUES (zeroblob(?))", (size,))  # type: ignore[attr-defined]
    connection.execute("COMMIT")  # type: ignore[attr-defined]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure_search(workspace: Workspace, directory: Path, cases: int, count: int) -> list[Figure]:
    """Every key press of names typed well, without accents and with a typing error."""
    plain = bare.connection(directory / "search.db")
    bare.index_texts(plain, _texts(cases))
    typed = [text for name in _names(cases, count) for text in _typings(name)]
    presses = [text[:end] for text in typed for end in range(FIRST_LETTERS, len(text) + 1) if text[end - 1] != " "]
    ours = [_timed(lambda: workspace.search(text, LIMIT)) for text in presses]  # noqa: B023 (runs at once)
    floor = [_timed(lambda: bare.match(plain, _bare_expression(text), LIMIT)) for text in presses]  # noqa: B023
    plain.close()
    cpu = percentile([one.cpu_s for one in ours], 0.95), percentile([one.cpu_s for one in floor], 0.95)
    wall_ms = [percentile([one.wall_s for one in timed], 0.95) * 1e3 for timed in (ours, floor)]
    empty = [sum(not one.found for one in timed) / len(presses) for timed in (ours, floor)]
    held = f"{cases:,} cases and {cases * 3 // 2:,} citizens held, {len(presses):,} key presses"
    missed = f"nothing found: ours {empty[0]:.0%} of key presses, bare {empty[1]:.0%} (it forgives no error)"
    note = f"CPU, {cpu[0] * 1e3:.2f} against {cpu[1] * 1e3:.2f} ms; {missed}"
    return [
        figure("search.p95_ratio", cpu[0] / cpu[1], unit="ratio", floor=1, target=1.5, note=note),
        figure("search.p95_ms", wall_ms[0], unit="ms wall", floor=wall_ms[1], target=50, note=held),
    ]


def _timed(query: Callable[[], list[Hit] | list[int]]) -> Timed:
    begun, cpu = time.perf_counter(), time.thread_time()
    found = query()
    return Timed(time.perf_counter() - begun, time.thread_time() - cpu, len(found))


def _bare_expression(text: str) -> str:
    return " AND ".join(f'"{term}"*' for term in words(text))


def _texts(cases: int) -> Iterator[tuple[int, str]]:
    """Yield what a plain program would index: each record's names and numbers, as text. The same events again."""
    names: dict[str, str] = {}
    for number, event in enumerate(caseload(Office(), cases, records=ManyNames()), start=1):
        fields = _fields(event.body)
        if event.record_type == "citizen":
            names[event.record_id] = f"{fields['family_name']} {fields['given_names']}"
            place = f"{fields['commune']} {fields['postcode']}"
            yield number, f"{names[event.record_id]} {place} {fields['birth_date']} {fields['phone']}"
        elif event.kind == "set":
            yield number, f"{names[fields['citizen']]} {PROCEDURE}"


def _fields(body: object) -> dict[str, str]:
    import msgspec

    return msgspec.json.decode(bytes(body), type=dict[str, str])  # type: ignore[call-overload]


def _names(cases: int, count: int) -> list[str]:
    """Return names of people held, the given or the family name first."""
    records, chosen = ManyNames(), random.Random(SEED + 3)
    people = [records.citizen() for _ in range(min(cases, 2_000))]
    names = [(one["given_names"], one["family_name"]) for one in chosen.sample(people, min(count, len(people)))]
    return [" ".join(name if chosen.random() < 0.5 else name[::-1]) for name in names]


def _typings(name: str) -> list[str]:
    """Return the name as three people type it: well, without accents in small letters, with a swap of two letters."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    place = max(1, len(name) // 2)
    while " " in name[place : place + 2] and place > 1:
        place -= 1
    swapped = name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
    return [name, plain.lower(), swapped]


def main() -> None:
    options = arguments(__doc__)
    report("Store", measure(options.cases), options.json)


if __name__ == "__main__":
    main()
