"""The authors' bench as hands use it: the real reader in its worker, real files, real keys."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.authors.command import build, run_form
from desktop.authors.report import ENTRY, Heading
from desktop.authors.state import LINE, StateModel
from desktop.authors.window import BenchWindow
from desktop.forms.blocks import Block
from forms.statelines import StateLine
from sync.form_reading import ReportLine
from tests.gui.forms.keys import focused, tab, type_text, write
from tests.support.form_sessions import CHOICES, SURVEY, workbook_of

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "xlsforms"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 10, tzinfo=PARIS)
BAD = (
    *SURVEY[:3],
    ("integer", "children", "Nombre d'enfants", {"constraint": "frobnicate(.)"}),
    ("text", "app", "Relevé", {"appearance": "ex:org.example.app"}),
    *SURVEY[4:],
)
WITHOUT_KEYRING = """
import sys
from PySide6.QtCore import QTimer
from desktop.authors import command
built = command.build
def build(*given):
    bench = built(*given)
    bench.window.left.currentChanged.connect(lambda _place: QTimer.singleShot(0, bench.window.close))
    return bench
command.build = build
print(command.run_form(sys.argv[1:]), "keyring" in sys.modules, "sqlcipher3" in sys.modules)
"""
Open = Callable[..., BenchWindow]


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "essai.xlsx"
    path.write_bytes(workbook_of(SURVEY, CHOICES))
    return path


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Open]:
    """Give a function that opens a file in the bench and waits until it is read."""
    opened: list[BenchWindow] = []

    def open_form(path: Path, **more: str | None) -> BenchWindow:
        options = argparse.Namespace(file=path, language=more.get("language"), timezone="Europe/Paris", seed=0)
        window = build(options, NOW, PARIS).window
        opened.append(window)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        settle(qtbot, window)
        return window

    yield open_form
    for window in opened:
        window.close()


def settle(qtbot: QtBot, window: BenchWindow) -> None:
    """Wait until nothing is being read or made, and all that was typed is in the trial."""

    def quiet() -> bool:
        view = window.view
        still = not window.reader.reading and not window.making and not window.tasks.busy
        return still and (view is None or view.is_saved) and not window.follows

    qtbot.waitUntil(quiet, timeout=60_000)


def press(window: BenchWindow, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def open_tab(window: BenchWindow, number: int) -> None:
    press(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.AltModifier)


def reported(window: BenchWindow) -> list[ReportLine]:
    model = window.report.model
    entries = [model.index(row).data(ENTRY) for row in range(model.rowCount())]
    return [entry for entry in entries if not isinstance(entry, Heading)]


def line(window: BenchWindow, reference: str) -> StateLine:
    return next(one for one in window.state.model.lines if one.reference == reference)


def said(widget: QWidget) -> str:
    return " ".join(each.text() for each in widget.findChildren(QLabel)).replace("\N{NO-BREAK SPACE}", " ")


def test_a_form_is_filled_beside_its_state_and_its_reasons(qtbot: QtBot, bench: Open, form: Path) -> None:
    window = bench(form)
    view = window.view
    assert view is not None and window.head.title.text() == "Essai" and window.head.chip.word == "Publiable"
    assert "rien n’est gardé" in window.strip.state_text
    open_tab(window, 2)
    assert QApplication.focusWidget() is window.state.list
    press(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: focused(view) == "/who/name")
    tab(write(view, "/who/name", "Koné"))
    settle(qtbot, window)
    assert line(window, "/data/who/name").value == "Koné" and not line(window, "/data/who/name").missing
    assert window.state.model.changed == {"/data/who/name"}
    assert line(window, "/data/who/employer").hidden
    # A hidden question has no place on the page: it is explained, and its formula shown with its place.
    open_tab(window, 2)
    window.state.search.setFocus()
    type_text(window.state.search, "employer")
    press(window, Qt.Key.Key_Return)
    assert window.state.list.currentIndex().data(LINE).path == "/who/employer"
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.tabs.currentWidget() is window.why)
    words = "\n".join(window.why.texts()).replace("\N{NO-BREAK SPACE}", " ")
    assert "ligne 7" in words and "${works} = 'yes'" in words and "Travaillez-vous" in words
    press(window, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert focused(view) != "", (QApplication.focusWidget(), view.route)


def test_what_is_broken_is_named_and_the_rest_works(qtbot: QtBot, bench: Open, tmp_path: Path) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(workbook_of((*BAD, ("select_one nowhere", "gone", "Liste perdue", {})), CHOICES))
    window = bench(path)
    view = window.view
    assert view is not None and window.head.chip.word == "Pas encore publiable"
    codes = {(one.code, one.path) for one in reported(window)}
    assert ("forms.list_missing", "/gone") in codes and ("forms.expression", "/who/children") in codes
    assert ("forms.left_out", "/who/app") in codes
    block = view.page.block("/who/children")
    assert isinstance(block, Block) and "frobnicate" in said(block)
    tab(write(view, "/who/children", "3"))
    settle(qtbot, window)
    assert line(window, "/data/who/children").value == "3"
    assert "Enregistré" not in said(view.page), "nothing is kept"
    # Along the report with the keys: Return goes to the question.
    open_tab(window, 1)
    for _ in range(40):
        entry = window.report.list.currentIndex().data(ENTRY)
        if isinstance(entry, ReportLine) and entry.path == "/who/children":
            break
        press(window, Qt.Key.Key_Down)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: focused(view) == "/who/children")


def test_a_saved_file_is_read_again_and_what_fits_is_kept(qtbot: QtBot, bench: Open, form: Path) -> None:
    window = bench(form)
    assert window.view is not None
    tab(write(window.view, "/who/name", "Koné"))
    tab(write(window.view, "/who/children", "2"))
    settle(qtbot, window)
    before = window.view
    renamed = [("integer", "kids", *row[2:]) if row[1] == "children" else row for row in SURVEY]
    form.write_bytes(workbook_of(renamed, CHOICES))
    qtbot.waitUntil(lambda: window.view is not before, timeout=30_000)
    settle(qtbot, window)
    assert line(window, "/data/who/name").value == "Koné"
    assert "/data/who/children" in window.strip.message and window.strip.message.startswith("1 réponse")
    # Broken while it is being mended: the report says why, the form before stays, and the next save is read.
    before = window.view
    form.write_bytes(b"half a workbook")
    qtbot.waitUntil(lambda: window.head.chip.word == "Ne s’ouvre pas", timeout=30_000)
    assert window.view is before and reported(window)[0].code == "forms.not_a_form"
    form.write_bytes(workbook_of(SURVEY, CHOICES))
    press(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.head.chip.word == "Publiable", timeout=30_000)
    settle(qtbot, window)
    assert line(window, "/data/who/name").value == "Koné"


def test_steps_are_saved_for_a_replay_and_opened(qtbot: QtBot, bench: Open, form: Path, tmp_path: Path) -> None:
    window = bench(form)
    assert window.view is not None
    tab(write(window.view, "/who/name", "Koné"))
    settle(qtbot, window)
    steps = tmp_path / "steps.json"
    window.save_steps(steps)
    settle(qtbot, window)
    assert json.loads(steps.read_text("utf-8")) == [{"answer": "/data/who/name", "with": "Koné"}]
    command = [sys.executable, str(ROOT / "main.py"), *window.trying.command.text().split()[1:]]
    run = subprocess.run(command, capture_output=True, timeout=60, check=True, cwd=ROOT)
    last = json.loads(run.stdout.splitlines()[-1])
    assert last["values"]["/data/who/name"] == "Koné"
    press(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert line(window, "/data/who/name").value == ""
    window.open_steps(steps)
    settle(qtbot, window)
    assert line(window, "/data/who/name").value == "Koné"
    steps.write_text('[{"jump": "/essai"}]', "utf-8")
    window.open_steps(steps)
    settle(qtbot, window)
    assert "étape 1" in window.strip.message.replace("\N{NO-BREAK SPACE}", " ")
    window.save_steps(tmp_path / "none" / "steps.json")
    settle(qtbot, window)
    assert "écrit" in window.strip.message


def test_day_and_zone_are_tried_out(qtbot: QtBot, bench: Open, tmp_path: Path) -> None:
    path = tmp_path / "day.xlsx"
    rows = (("calculate", "day", "", {"calculation": "today()"}), ("text", "a", "A", {}))
    path.write_bytes(workbook_of(rows, ()))
    window = bench(path)
    assert line(window, "/data/day").value == "2026-11-23"
    open_tab(window, 4)
    moment = window.trying.moment
    assert QApplication.focusWidget() is moment
    moment.selectAll()
    type_text(moment, "24/12/2026 23:30")
    press(window, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert line(window, "/data/day").value == "2026-12-24" and moment.text() == "2026-12-24 23:30"
    moment.setFocus()
    moment.selectAll()
    type_text(moment, "demain")
    press(window, Qt.Key.Key_Return)
    assert window.trying.moment_error.isVisible() and line(window, "/data/day").value == "2026-12-24"


def test_reading_can_be_cancelled_and_the_window_is_ready_again(qtbot: QtBot, bench: Open, form: Path) -> None:
    window = bench(form)
    window.reader.read()
    press(window, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert "annulée" in window.strip.message and not window.head.cancel.isVisible()
    press(window, Qt.Key.Key_F5)
    settle(qtbot, window)
    assert window.strip.message.startswith("Relu")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the public forms are not here")
def test_a_real_form_speaks_the_language_of_the_screens(qtbot: QtBot, bench: Open) -> None:
    window = bench(CORPUS / "web-forms__socio-economic-survey-v20240515.xlsx")
    assert window.trial is not None and window.trial.session.language == "French (fr)"
    assert window.trying.language.currentText() == "French (fr)"
    window.trying.language_chosen.emit("English (en)")
    settle(qtbot, window)
    assert window.trial.session.language == "English (en)"


def test_an_act_draws_only_what_it_changed(qtbot: QtBot) -> None:
    model = StateModel()
    lines = [StateLine(f"/data/q{number}", f"/q{number}", "question") for number in range(1000)]
    model.renew(list(lines))
    drawn: list[tuple[int, int]] = []
    resets: list[int] = []
    model.dataChanged.connect(lambda first, last: drawn.append((first.row(), last.row())))
    model.modelReset.connect(lambda: resets.append(1))
    lines[500] = StateLine("/data/q500", "/q500", "question", "x")
    model.take(list(lines))
    assert drawn == [(500, 500)]
    lines[10:10] = [StateLine("/data/r[2]/a", "/r[b]/a", "question")]
    model.take(list(lines))
    assert model.rowCount() == 1001 and model.changed == {"/data/r[2]/a"} and not resets


def test_a_file_that_is_not_there_is_said_without_a_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_form([str(tmp_path / "none.xlsx")]) == 3
    assert run_form([str(tmp_path / "none.xlsx"), "--timezone", "Mars/Olympus"]) == 2
    assert "none.xlsx" in capsys.readouterr().err


def test_neither_workspace_nor_keyring_is_needed_and_nothing_is_left(form: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", WITHOUT_KEYRING, str(form), "--language", "en"]
    run = subprocess.run(command, capture_output=True, timeout=120, check=True, cwd=ROOT, env=environment, text=True)
    assert run.stdout.split() == ["0", "False", "False"], run.stderr
    assert sorted(path.name for path in form.parent.iterdir()) == ["essai.xlsx", "home"]
    kept = [path.name for path in home.rglob("*") if path.is_file() and path.suffix != ".qm"]
    assert kept == []


def test_wrong_options_are_said_in_words(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["--json"], ["--language", "de"], ["--answers", "x.json"]):
        with pytest.raises(SystemExit) as ended:
            run_form([str(form), *wrong])
        assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "--json ne va qu'avec --check" in said and "au choix : fr, en" in said and "goes only with --print" in said
