"""An answer made durable, and search while typing, on a filled encrypted workspace; beside the bare library."""

from __future__ import annotations

import itertools
import random
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from cases.events import body_bytes
from cases.views import Hit
from cases.words import words
from cases.workspace import Workspace
from tests.benchmarks import bare
from tests.benchmarks.measure import Figure, arguments, figure, middle, percentile, report
from tests.benchmarks.office import PROCEDURE, Office, caseload, filled
from tests.benchmarks.records import GIVEN_NAMES, SEED, SURNAME_PARTS, TEXTS, Records

ANSWERS = 400
ANSWERS_EACH = 10
_ROW_BESIDE_BODY = 32 + 32 + 16 + 40
"""Bytes of an event's row beside its body: two hashes, the salt, numbers and short words."""
SEARCHES = 60
"""Names typed from their first letters to their last."""
LIMIT = 20
FIRST_LETTERS = 2
WELL = "typed well"


class ManyNames(Records):
    """Records with as many different names as a county has: 67 surnames would flatter a search by name."""

    def __init__(self, seed: int = SEED) -> None:
        super().__init__(seed)
        spread = random.Random(seed)
        surnames = {"".join(map(spread.choice, SURNAME_PARTS)).capitalize() for _ in range(20_000)}
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
    at_hand = workspace.case_ids(limit=4 * count)
    chosen = random.Random(SEED).sample(at_hand, min(-(-count // ANSWERS_EACH), len(at_hand)))
    plain = bare.connection(directory / "plain.db")
    plain.execute("CREATE TABLE row (no INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    texts = Records(SEED + 2)
    first: list[float] = []
    later: list[float] = []
    floor: list[float] = []
    for case, name in itertools.product(chosen, TEXTS[:ANSWERS_EACH]):
        answer, base = {f"/dossier/{name}": texts.text()}, workspace.case(case).base
        size = len(body_bytes(dict(answer))) + _ROW_BESIDE_BODY
        taken = _seconds(lambda: workspace.answer(case, answer, base=base))  # noqa: B023 (runs at once)
        (first if name == TEXTS[0] else later).append(taken)
        floor.append(_seconds(lambda: _commit(plain, size)))  # noqa: B023 (runs at once)
    plain.close()
    return _answer_figures(first, later, floor)


def _answer_figures(first: list[float], later: list[float], floor: list[float]) -> list[Figure]:
    ours = first + later
    note = (
        f"median {middle(ours) * 1e3:.2f} against {middle(floor) * 1e3:.2f} ms wall, {len(ours)} answers, "
        f"{ANSWERS_EACH} to a case, in turn with the bare commits; a case's first one {middle(first) * 1e3:.2f} ms"
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


def _commit(plain: Any, size: int) -> None:
    plain.execute("BEGIN IMMEDIATE")
    plain.execute("INSERT INTO row (body) VALUES (zeroblob(?))", (size,))
    plain.execute("COMMIT")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure_search(workspace: Workspace, directory: Path, cases: int, count: int) -> list[Figure]:
    """Every key press of names typed well, without accents and with a typing error."""
    plain = bare.connection(directory / "search.db")
    bare.index_texts(plain, _texts(cases))
    ours: dict[str, list[Timed]] = {}
    floor: dict[str, list[Timed]] = {}
    for name in _names(workspace, count):
        for way, text in _typings(name).items():
            for typed in _presses(text):
                ours.setdefault(way, []).append(_timed(lambda: workspace.search(typed, LIMIT)))  # noqa: B023
                expression = " AND ".join(f'"{term}"*' for term in words(typed))
                floor.setdefault(way, []).append(_timed(lambda: bare.match(plain, expression, LIMIT)))  # noqa: B023
    plain.close()
    return _search_figures(ours, floor, f"{cases:,} cases and {cases * 3 // 2:,} citizens held")


def _search_figures(ours: dict[str, list[Timed]], floor: dict[str, list[Timed]], held: str) -> list[Figure]:
    all_ours, all_floor = ([one for way in timed.values() for one in way] for timed in (ours, floor))
    cpu = _p95_ms(all_ours, "cpu_s"), _p95_ms(all_floor, "cpu_s")
    ways = "; ".join(f"{way} {_p95_ms(timed, 'cpu_s'):.2f} ms" for way, timed in ours.items())
    empty = [sum(not one.found for one in timed) / len(timed) for timed in (all_ours, all_floor)]
    missed = f"nothing found at {empty[0]:.0%} of key presses, by the bare query at {empty[1]:.0%}"
    well_typed = _p95_ms(ours[WELL], "cpu_s") / _p95_ms(floor[WELL], "cpu_s")
    note = f"CPU, {cpu[0]:.2f} against {cpu[1]:.2f} ms; {missed}"
    wall_ms = _p95_ms(all_ours, "wall_s"), _p95_ms(all_floor, "wall_s")
    pressed = f"{held}, {len(all_ours):,} key presses; p95 of CPU by way of typing: {ways}"
    return [
        figure("search.p95_ratio", cpu[0] / cpu[1], unit="ratio", floor=1, target=1.5, note=note),
        figure("search.p95_ms", wall_ms[0], unit="ms wall", floor=wall_ms[1], target=50, note=pressed),
        figure(
            "search.well_typed_p95_ratio", well_typed, unit="ratio", floor=1, note="the same, names typed well only"
        ),
    ]


def _p95_ms(timed: list[Timed], kind: str) -> float:
    return percentile([getattr(one, kind) for one in timed], 0.95) * 1e3


def _presses(text: str) -> list[str]:
    """Return what stands in the field after each key press."""
    return [text[:end] for end in range(FIRST_LETTERS, len(text) + 1) if text[end - 1] not in " -"]


def _timed(query: Callable[[], list[Hit] | list[int]]) -> Timed:
    begun, cpu = time.perf_counter(), time.thread_time()
    found = query()
    return Timed(time.perf_counter() - begun, time.thread_time() - cpu, len(found))


def _texts(cases: int) -> Iterator[tuple[int, str]]:
    """Yield what a plain program would index: each record's names and numbers, as text. The same events again."""
    names: dict[str, str] = {}
    for number, event in enumerate(caseload(Office(), cases, records=ManyNames()), start=1):
        fields = msgspec.json.decode(event.body, type=dict[str, str])
        if event.record_type == "citizen":
            names[event.record_id] = f"{fields['family_name']} {fields['given_names']}"
            place = f"{fields['commune']} {fields['postcode']}"
            yield number, f"{names[event.record_id]} {place} {fields['birth_date']} {fields['phone']}"
        elif event.kind == "set":
            yield number, f"{names[fields['citizen']]} {PROCEDURE}"


def _names(workspace: Workspace, count: int) -> list[str]:
    """Return names of people held, from the whole of the log, the given or the family name first."""
    chosen = random.Random(SEED + 3)
    held = workspace.case_ids(limit=workspace.case_count())
    names = []
    for case in chosen.sample(held, min(count, len(held))):
        fields = workspace.citizen(workspace.case(case).citizen).fields
        name = [fields["given_names"] or "", fields["family_name"] or ""]
        names.append(" ".join(name if chosen.random() < 0.5 else name[::-1]))
    return names


def _typings(name: str) -> dict[str, str]:
    """Return the name as three people type it."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    place = max(1, len(name) // 2)
    while not name[place : place + 2].isalpha() and place > 1:
        place -= 1
    swapped = name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
    return {WELL: name, "without accents": plain.lower(), "two letters swapped": swapped}


def main() -> None:
    options = arguments(__doc__)
    report("Store", measure(options.cases), options.json)


if __name__ == "__main__":
    main()
