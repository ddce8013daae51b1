"""The forms engine on the largest forms that offices have, beside JavaRosa and ODK Web Forms in the same run."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from forms.compile import convert_form
from forms.conversions import ConversionCache
from forms.tables import read_csv
from forms.xmlreading import parse_xml
from tests.benchmarks import forms_floors, forms_made
from tests.benchmarks.forms_engines import Timed, open_session, ours, reference_engines
from tests.benchmarks.forms_made import Step
from tests.benchmarks.forms_memory import OURS, PLAIN
from tests.benchmarks.measure import Figure, arguments, figure, percentile, report

ROOT = Path(__file__).parents[2]
OUR_ROUNDS, PEER_ROUNDS = 5, 3
WITHOUT_FLOOR = {"forms.answer_worst_ms"}
Run = Callable[[bytes, Sequence[Step], int], Timed]


def repeated(work: Callable[[], object], times: int) -> list[float]:
    """Return the CPU seconds of each run of ``work`` on this thread: other programs want the processors too."""
    taken = []
    for _ in range(times):
        begun = time.thread_time()
        work()
        taken.append(time.thread_time() - begun)
    return taken


@dataclass(frozen=True)
class Sizes:
    """How large the forms are; the targets are for these."""

    questions: int = 1_000
    rows: int = 300
    choices: int = 50_000
    texts: int = 500
    keys: int = 60
    conversion: tuple[int, int] = (1_080, 30)


@dataclass
class Bench:
    """One run: the sizes and the engines to measure beside ours."""

    sizes: Sizes
    peers: Mapping[str, Run]

    def beside(self, form: bytes, steps: Sequence[Step], *, rounds: int = PEER_ROUNDS) -> tuple[Timed, Beside]:
        """Run a script in every engine."""
        mine = ours(form, steps, OUR_ROUNDS)
        theirs, stopped = {}, {}
        for name, run in self.peers.items():
            try:
                theirs[name] = run(form, steps, rounds)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                stopped[name] = type(error).__name__
        return mine, Beside(theirs, stopped)


@dataclass(frozen=True)
class Beside:
    """The same script in the reference engines; ``stopped`` did not get through."""

    timed: Mapping[str, Timed]
    stopped: Mapping[str, str]

    def peer(self, of: Callable[[Timed], float]) -> float | None:
        """The best of them."""
        return min((round(of(one), 3) for one in self.timed.values()), default=None)

    def note(self, of: Callable[[Timed], float], unit: str = "ms") -> str:
        """Each of them by name."""
        said = [f"{name} {of(one):.3g} {unit}" for name, one in self.timed.items()]
        return ", ".join(said + [f"{name} did not end ({why})" for name, why in self.stopped.items()])


def measure(sizes: Sizes, peers: Mapping[str, Run], *, window: bool) -> list[Figure]:
    """Every line of the table."""
    bench = Bench(sizes, peers)
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: list[Callable[[], list[Figure]]] = [
            lambda: _answers(bench),
            lambda: _recalculation(bench),
            lambda: _rows(bench),
            lambda: _choices(bench),
            lambda: _opening(bench, folder),
            lambda: _conversion(bench),
            lambda: _memory(bench, folder),
            lambda: _language(bench),
            *([lambda: _window(sizes, folder)] if window else []),
        ]
        for part in parts:
            for one in part():
                print(f"{one.id} {one.ours:g} {one.unit}", file=sys.stderr, flush=True)
                found.append(one)
    return found


def _answers(bench: Bench) -> list[Figure]:
    count = bench.sizes.questions
    mine, others = bench.beside(forms_made.thousand(count), forms_made.thousand_steps(count))
    floor = forms_floors.answers(count)
    raw = [taken for rounds in mine.steps["answer"] for taken in rounds]
    seen = f"of all {len(raw):,} answers p95 {percentile(raw, 0.95):.2f}, worst {max(raw):.1f}"
    of: dict[str, Callable[[Timed], float]] = {
        "median": lambda one: one.median("answer"),
        "p95": lambda one: one.p95("answer"),
        "worst": lambda one: one.worst("answer"),
    }
    targets = {"median": 1.0, "p95": 5.0, "worst": 30.0}
    floors = {"median": percentile(floor, 0.5), "p95": percentile(floor, 0.95), "worst": None}
    return [
        figure(
            f"forms.answer_{name}_ms", read(mine), unit="ms", floor=floors[name], peer=others.peer(read),
            target=targets[name], note="; ".join(filter(None, (others.note(read), seen))),
        )
        for name, read in of.items()
    ]  # fmt: skip


def _recalculation(bench: Bench) -> list[Figure]:
    count = bench.sizes.questions
    mine, others = bench.beside(forms_made.formulas(count), forms_made.formulas_steps())

    def read(one: Timed) -> float:
        return one.median("recalculate")

    floor = forms_floors.formulas(count)
    return [
        figure(
            "forms.recalculate_ms", read(mine), unit="ms", floor=floor, peer=others.peer(read), target=20,
            note=f"one answer that {count:,} formulas of ten kinds read; {others.note(read)}",
        )
    ]  # fmt: skip


def _rows(bench: Bench) -> list[Figure]:
    rows = bench.sizes.rows
    mine, others = bench.beside(forms_made.rows_form(), forms_made.rows_steps(rows, min(100, rows // 2)), rounds=2)
    floors = dict(zip(("add", "edit", "delete"), forms_floors.rows(rows), strict=True))
    found = []
    for tag, target in (("add", 5.0), ("edit", 2.0), ("delete", 20.0)):

        def read(one: Timed, tag: str = tag) -> float:
            return one.p95(tag)

        note = f"p95, {rows} x 20; median {mine.median(tag):.3g}; {others.note(read)}"
        name = f"forms.row_{tag}_p95_ms"
        peer = others.peer(read)
        found.append(figure(name, read(mine), unit="ms", floor=floors[tag], peer=peer, target=target, note=note))
    return found


def _choices(bench: Bench) -> list[Figure]:
    count = bench.sizes.choices
    form, data = forms_made.choices_form(count), forms_made.choices_csv(count)
    floor = forms_floors.Towns(count)
    mine, others = bench.beside(form, forms_made.choices_steps(), rounds=2)
    csv_ms = min(repeated(lambda: read_csv("towns", "towns.csv", data), OUR_ROUNDS)) * 1e3
    session = open_session(form)
    first_ms = min(repeated(lambda: open_session(form).choices("/anywhere"), 1)) * 1e3

    def load(one: Timed) -> float:
        return one.load_ms

    def listed(one: Timed) -> float:
        return one.median("open")

    def filtered(one: Timed) -> float:
        return percentile(refiltered(one), 0.95)

    open_ms = min(repeated(lambda: session.choices("/anywhere"), 20)) * 1e3
    built_ms, keys = _typed(session.choices)
    plain = max(floor.search_ms(typed) for typed in ("m", "mar", "marti"))
    return [
        figure("forms.choices_load_ms", mine.load_ms, unit="ms", target=150, peer=others.peer(load),
               floor=min(repeated(lambda: parse_xml(form), OUR_ROUNDS)) * 1e3,
               note=f"{count:,} in the document itself; floor: its XML parsed; {others.note(load)}"),
        figure("forms.choices_csv_ms", csv_ms, unit="ms", target=150, floor=floor.read_ms,
               note="the same list as a data file; floor: csv.reader"),
        figure("forms.choices_open_ms", open_ms, unit="ms", target=50, floor=floor.first_ms(),
               note=f"the first 200, as the screen asks; document and all {first_ms:.0f} ms; all {count:,}: "
                    f"ours {listed(mine):.0f}, {others.note(listed)}"),
        figure("forms.choices_filtered_p95_ms", filtered(mine), unit="ms", target=5, floor=floor.filtered_ms(),
               peer=others.peer(filtered), note=f"{count // forms_made.PROVINCES} of {count:,} by equality, all read; "
               f"the first {max(refiltered(mine)):.0f} ms; {others.note(filtered)}"),
        figure("forms.choices_key_p95_ms", percentile(keys, 0.95), unit="ms", target=16, floor=plain,
               note=f"{len(keys)} key presses in the list of {count:,}; index made beforehand, {built_ms:.0f} ms"),
    ]  # fmt: skip


def refiltered(one: Timed) -> list[float]:
    """From the answer that filters to the list read: some engines filter at the answer, some when the list is read."""
    return [sum(both) for both in zip(one.least("province"), one.least("filtered"), strict=True)]


def _typed(choices: Callable[[str, str], object]) -> tuple[float, list[float]]:
    """The time of the first search, which makes the index, and of each key press of some names."""
    built = repeated(lambda: choices("/anywhere", "a"), 1)[0] * 1e3
    names = [forms_made.town(number).lower() for number in range(0, 60, 3)]
    typed = [name[:end] for name in names for end in range(1, len(name) + 1)]
    return built, [min(repeated(lambda: choices("/anywhere", text), 3)) * 1e3 for text in typed]  # noqa: B023


def _opening(bench: Bench, folder: Path) -> list[Figure]:
    count = bench.sizes.questions
    form = forms_made.thousand(count)
    cache = ConversionCache(folder / "cache")
    workbook = forms_made.thousand_workbook(count)
    convert_form(workbook, name="thousand", cache=cache)

    def opened() -> object:
        converted = convert_form(workbook, name="thousand", cache=cache)
        return open_session(converted.xform).pages()[0]

    taken = min(repeated(opened, 2 * OUR_ROUNDS)) * 1e3
    _mine, others = bench.beside(form, [])

    def load(one: Timed) -> float:
        return one.load_ms

    floor = min(repeated(lambda: parse_xml(form), OUR_ROUNDS)) * 1e3
    return [
        figure("forms.open_ms", taken, unit="ms", target=300, floor=floor, peer=others.peer(load),
               note="cached workbook -> first page's views; floor: its XML parsed; theirs from the document, without "
                    f"a page: {others.note(load)}"),
    ]  # fmt: skip


def _conversion(bench: Bench) -> list[Figure]:
    workbook = forms_made.worst_workbook(*bench.sizes.conversion)

    def read() -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True, data_only=True)
        return sum(1 for sheet in book for _row in sheet.iter_rows(values_only=True))

    taken = []
    for _ in range(3):
        before = os.times()
        convert_form(workbook, name="worst")
        after = os.times()
        taken.append(sum(after[:4]) - sum(before[:4]))
    floor = min(repeated(read, 3))
    return [
        figure("forms.convert_s", min(taken), unit="s", target=2, floor=floor,
               note="CPU, workbook -> document, worker started and ended; floor: its cells read by openpyxl"),
    ]  # fmt: skip


def _memory(bench: Bench, folder: Path) -> list[Figure]:
    sizes = bench.sizes
    form = folder / "large.xml"
    form.write_bytes(forms_made.choices_form(sizes.choices, sizes.questions))

    def held(which: str) -> float:
        command = [sys.executable, "-m", "tests.benchmarks.forms_memory", which, str(form), str(sizes.choices)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
        return float(done.stdout)

    theirs = {}
    for name, run in bench.peers.items():
        theirs[name] = run(form.read_bytes(), [], 1)
    others = Beside(theirs, {})

    def heap(one: Timed) -> float:
        return one.heap_mb

    return [
        figure("forms.memory_mb", held(OURS), unit="MiB", target=150, floor=held(PLAIN), peer=others.peer(heap),
               note=f"resident, opened, first page, list searched; theirs on their heaps, opened: "
                    f"{others.note(heap, 'MiB')}"),
    ]  # fmt: skip


def _language(bench: Bench) -> list[Figure]:
    count = bench.sizes.texts
    mine, others = bench.beside(forms_made.two_languages(count), forms_made.language_steps())

    def read(one: Timed) -> float:
        return one.median("language")

    return [
        figure("forms.language_ms", read(mine), unit="ms", target=100, floor=forms_floors.texts(2 * count),
               peer=others.peer(read), note=f"switched and {2 * count:,} texts read; {others.note(read)}"),
    ]  # fmt: skip


def _window(sizes: Sizes, folder: Path) -> list[Figure]:
    form = folder / "thousand.xml"
    form.write_bytes(forms_made.thousand(sizes.questions))
    command = [sys.executable, "-m", "tests.benchmarks.forms_window", str(form), str(sizes.questions), str(sizes.keys)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(f"the form's window stopped: {done.stderr[-500:]}")
    taken: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    both = taken["key"] + taken["leave"]
    digit, tab = percentile(taken["key"], 0.95), percentile(taken["leave"], 0.95)
    note = (
        f"{len(both)} key presses, digits and Tab in turn: p95 of a digit {digit:.1f}, of Tab (through the engine and "
        f"back) {tab:.1f}, its median {percentile(taken['leave'], 0.5):.1f}"
    )
    bare = percentile(taken["bare"], 0.95)
    return [
        figure("forms.painted_p95_ms", percentile(both, 0.95), unit="ms", target=16, floor=bare, note=note),
        figure("forms.open_painted_ms", min(taken["open"]), unit="ms", target=300, floor=min(taken["bare"]),
               note="document -> first page painted in its window"),
    ]  # fmt: skip


def main() -> None:
    options = arguments(__doc__, cases=False)
    begun = time.monotonic()
    window = importlib.util.find_spec("PySide6") is not None
    figures = measure(Sizes(), reference_engines(), window=window)
    report(f"Forms ({time.monotonic() - begun:.0f} s)", figures, options.json)


if __name__ == "__main__":
    main()
