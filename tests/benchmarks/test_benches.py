"""Each bench runs, with tiny sizes, and writes what ``dev.py bench NAME --json FILE`` promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build_scripts.dev import BENCHES
from tests.benchmarks import bench_central, bench_forms, bench_gui, bench_start, bench_store, bench_sync, growing
from tests.benchmarks.measure import Figure, figure, report
from tests.benchmarks.service import office_service

SHAPE = {"ours", "floor", "peer", "target", "met"}
WITHOUT_FLOOR = {"pull50k.usable_share", "gui.longest_held_ms", "gui.longest_held_by_pages_ms", "forms.answer_worst_ms"}
"""Of our own: no bare library has one."""


def check_shape(figures: list[Figure], ids: set[str], directory: Path) -> None:
    """Check that the figures wanted are there, positive, each beside its floor, in the file's shape."""
    file = directory / "figures.json"
    report("tiny", figures, str(file))
    written = json.loads(file.read_text())
    assert ids <= written.keys()
    for name, line in written.items():
        assert line.keys() >= SHAPE
        assert line["ours"] >= 0 and line["peer"] is None
        assert line["floor"] is None if name in WITHOUT_FLOOR else line["floor"] >= 0
        assert (line["met"] is None) == (line["target"] is None)


def test_store(tmp_path: Path) -> None:
    figures = bench_store.measure(60, answers=10, searches=2)
    check_shape(figures, {"answer.commit_ratio", "search.p95_ratio", "search.p95_ms"}, tmp_path)


def test_first_sync(tmp_path: Path) -> None:
    check_shape(bench_sync.measure_pull(60), {"pull50k.bytes_per_case", "pull50k.cpu_ratio"}, tmp_path)


def test_with_the_real_service(tmp_path: Path) -> None:
    with office_service() as service:
        exchanged = bench_sync.measure_exchange(service, records=12, changed=4)
        taken_in = bench_central.measure(service, large=1, small=10, warm_up=0)
    pushed = {"push10k.megabytes", "push10k.round_trips", "delta200.bytes_up", "delta200.bytes_down"}
    check_shape(exchanged, pushed | {"noop.bytes", "noop.round_trips"}, tmp_path)
    check_shape(taken_in, {"central.events_per_core", "central.small_pushes_per_core"}, tmp_path)


def test_window(tmp_path: Path) -> None:
    wanted = {f"gui.longest_{what}{way}_ms" for what in ("pause", "held") for way in ("", "_by_pages")}
    check_shape(bench_gui.measure(60, screens=("home",)), wanted, tmp_path)


def test_growth(tmp_path: Path) -> None:
    figures = growing.measure_growth(30_000, smallest=30_000, times=2)
    assert all(one.ours > 0 for one in figures)
    check_shape(figures, {f"central.{name}_at_30000" for name in ("no_op", "pull", "push", "queue_page")}, tmp_path)


def test_start(tmp_path: Path) -> None:
    figures = bench_start.measure(20, runs=1, warm_ups=0, procedures=False)
    check_shape(figures, {"start.ratio", "start.wall_ratio"}, tmp_path)


def test_forms(tmp_path: Path) -> None:
    sizes = bench_forms.Sizes(questions=50, rows=6, choices=300, texts=20, keys=4, conversion=(24, 2))
    figures = bench_forms.measure(sizes, {}, window=True)
    row = {f"forms.row_{act}_p95_ms" for act in ("add", "edit", "delete")}
    choices = {f"forms.choices_{what}" for what in ("load_ms", "open_ms", "filtered_p95_ms", "key_p95_ms")}
    others = {"forms.recalculate_ms", "forms.open_ms", "forms.convert_s", "forms.memory_mb", "forms.language_ms"}
    answer = {f"forms.answer_{which}_ms" for which in ("median", "p95", "worst")}
    check_shape(figures, row | choices | others | answer | {"forms.painted_p95_ms"}, tmp_path)


@pytest.mark.parametrize(("ours", "at_least", "met"), [(3, False, False), (1, False, True), (3, True, True)])
def test_a_target_is_a_ceiling_or_must_be_reached(ours: float, at_least: bool, met: bool) -> None:
    assert figure("x", ours, unit="", target=2, at_least=at_least).met is met


def test_every_bench_is_offered() -> None:
    modules = {path.stem.removeprefix("bench_") for path in Path(bench_store.__file__).parent.glob("bench_*.py")}
    assert modules == set(BENCHES)
