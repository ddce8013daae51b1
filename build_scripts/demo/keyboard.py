"""The real desktop with someone at its keyboard, who takes orders as JSON lines and answers what was seen.

The program is the one that agents start (`desktop.application.build`); only the hands are ours.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from build_scripts.demo.form_hand import FormHand, NotSeen, type_into, wait
from desktop import application, route
from desktop.forms.view import FormView
from desktop.route import Route
from desktop.screens.citizens.view import CitizensScreen
from desktop.screens.new_case.view import NewCaseScreen
from desktop.screens.record.view import RecordScreen

Seen = dict[str, Any]
POLL_MS = 20


class Hands:
    """The acts that the story orders. Each waits for what a person would wait to see."""

    def __init__(self, program: application.Program, pictures: Path) -> None:
        self.window = program.window
        self._pictures = pictures

    # Finding and pressing

    def take_keyboard(self) -> None:
        """Have the keys go to this window, whichever window the visitor's desktop thinks is active."""
        self.window.activateWindow()
        QApplication.setActiveWindow(self.window)

    def find(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """Return the visible widget of that name; NotSeen when there is none."""
        found = [each for each in self.window.findChildren(kind, name) if each.isVisible()]
        if not found:
            raise NotSeen(f"no {name} on the screen")
        return found[0]

    def press(self, name: str) -> None:
        """Click a button."""
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        wait(button.isEnabled, f"{name} enabled")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def text(self, name: str) -> str:
        """Return what a label says."""
        label = self.find(name)
        return label.text() if isinstance(label, QLabel) else ""

    def seen(self, name: str) -> bool:
        """Say whether a widget of that name is on the screen."""
        return any(each.isVisible() for each in self.window.findChildren(QWidget, name))

    @property
    def record(self) -> RecordScreen:
        """The case on the screen."""
        assert self.window.shell is not None
        screen = self.window.shell.current
        if not isinstance(screen, RecordScreen):
            raise NotSeen(f"a case on the screen, not {type(screen).__name__}")
        return screen

    @property
    def form(self) -> FormView:
        """The form on the screen."""
        wait(lambda: self.record.form_view is not None, "the form")
        view = self.record.form_view
        assert view is not None
        wait(lambda: view.page_paths(), "the form's pages")
        return view

    # Acts

    def picture(self, name: str) -> Seen:
        """Keep what the window shows."""
        self.window.repaint()
        self.window.grab().save(str(self._pictures / f"{name}.png"))
        return {}

    def enrol(self, server: str, code: str, passphrase: str) -> Seen:
        """Fill the enrolment and press; answers ``refused`` with the words shown, or ``enrolled``."""
        for name, value in (("server", server), ("code", code), ("device", "PC du bureau 1")):
            type_into(self.find(f"enrol.{name}"), value)
        for name in ("passphrase", "passphrase_again"):
            if self.find(f"enrol.{name}").isEnabled():
                type_into(self.find(f"enrol.{name}"), passphrase)
        self.press("enrol.go")
        wait(lambda: self.window.shell is not None or self._enrolment_words(), "an answer to the enrolment")
        if self.window.shell is None:
            return {"refused": self._enrolment_words()}
        assert self.window.workspace is not None and self.window.workspace.identity is not None
        return {"enrolled": True, "agent": self.window.workspace.identity.agent_name}

    def _enrolment_words(self) -> str:
        for name in ("enrol.code_error", "enrol.server_error", "enrol.passphrase_error", "enrol.message"):
            if self.seen(name) and self.seen("enrol.go") and self.find("enrol.go").isEnabled():
                return self.text(name) or name
        return ""

    def unlock(self, passphrase: str) -> Seen:
        """Type the passphrase; answers ``refused`` with the words shown, or ``unlocked``."""
        type_into(self.find("unlock.passphrase"), passphrase)
        self.press("unlock.go")
        wait(
            lambda: self.window.shell is not None or self.seen("unlock.passphrase_error"), "an answer to the passphrase"
        )
        if self.window.shell is None:
            return {"refused": self.text("unlock.passphrase_error")}
        return {"unlocked": True}

    def wait_procedures(self, count: int) -> Seen:
        """Wait until the procedures have arrived."""
        assert self.window.workspace is not None
        workspace = self.window.workspace
        wait(lambda: len(workspace.procedures()) >= count, f"{count} procedures")
        return {"procedures": len(workspace.procedures())}

    def search_citizen(self, text: str) -> Seen:
        """Search in the list of citizens and answer who was found."""
        assert self.window.shell is not None
        QTest.keyClick(self.window, Qt.Key.Key_Escape)
        self.window.shell.go(Route(route.CITIZENS, detail={"why": "new_case"}))
        screen = self.window.shell.current
        assert isinstance(screen, CitizensScreen)
        type_into(self.find("citizens.search", QLineEdit), text)
        wait(lambda: self.text("citizens.outcome"), "the outcome of the search")
        return {"found": [hit.title for hit in screen.results.hits], "words": self.text("citizens.outcome")}

    def create_citizen(self, fields: dict[str, str]) -> Seen:
        """Create the citizen that was not found."""
        self.press("citizens.new")
        for name, value in fields.items():
            type_into(self.find(f"citizen.field.{name}"), value)
        self.press("citizen.save")
        wait(lambda: self.seen("citizen.new_case"), "the citizen's page")
        return {}

    def open_case(self, procedure: str) -> Seen:
        """Choose a procedure for the citizen on the screen and begin the case."""
        self.press("citizen.new_case")
        assert self.window.shell is not None
        screen = self.window.shell.current
        assert isinstance(screen, NewCaseScreen)
        model = screen.list.model()

        def place() -> int | None:
            for row in range(model.rowCount()):
                screen.list.setCurrentIndex(model.index(row, 0))
                if screen.chosen is not None and screen.chosen.id == procedure:
                    return row
            return None

        wait(lambda: place() is not None, f"the procedure {procedure}")
        self.press("procedure.start")
        wait(lambda: self.seen("case.tabs"), "the new case")
        return {"pages": len(self.form.page_paths())}

    def answer(self, name: str, text: str) -> Seen:
        """Answer one question; answers the problem shown under it."""
        return {"problem": FormHand(self.form).answer(name, text)}

    def fill(
        self,
        answers: dict[str, str],
        rows: dict[str, list[dict[str, str]]],
        pages: int | None = None,
        thorough: bool = False,
    ) -> Seen:
        """Fill the form, or its first pages."""
        hand = FormHand(self.form, thorough=thorough)
        hand.fill(answers, rows, pages)
        hand.settle()
        return {"answered": len(self._answers())}

    def answers(self) -> Seen:
        """Return the answers that the form on the screen holds."""
        form = self.form
        wait(lambda: form.is_saved, "everything saved")
        return {"answers": self._answers()}

    def _answers(self) -> dict[str, str]:
        session = self.record._form.session
        return {path: value for path, value in session.answers().items() if value is not None}

    def submit(self, receipt: str, picture: str) -> Seen:
        """Hand the case in, look at the receipt, save it."""
        self.press("case.submit")
        record = self.record
        wait(lambda: record.receipt.isVisible() and record.receipt.page_count, "the receipt")
        self.picture(picture)
        self.press("receipt.save")
        wait(lambda: self._dialog() is not None, "the file dialog")
        dialog = self._dialog()
        assert dialog is not None
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        # Pasted, not typed: the dialog's list of completions would take the click on its button.
        QApplication.clipboard().setText(receipt)
        line.selectAll()
        line.paste()
        box = dialog.findChild(QDialogButtonBox)
        assert box is not None
        QTest.mouseClick(box.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
        wait(lambda: Path(receipt).exists() and Path(receipt).stat().st_size > 0, "the saved receipt")
        view = record._form.view
        return {"tracking_code": view.tracking_code, "case": view.id}

    def _dialog(self) -> QFileDialog | None:
        return next((each for each in self.window.findChildren(QFileDialog) if each.isVisible()), None)

    def strip(self) -> Seen:
        """Return what the strip says."""
        return {"text": self.text("strip.state")}

    def wait_strip(self, part: str) -> Seen:
        """Wait until the strip says so by itself."""
        wait(lambda: part.casefold() in self.text("strip.state").casefold(), f"the strip with « {part} »", 60_000)
        return {"text": self.text("strip.state")}

    def wait_receipt(self) -> Seen:
        """Wait until the receipt on the screen, drawn anew, says that the service has the case."""
        receipt = self.record.receipt
        wait(lambda: receipt.page_count > 0 and "Reçu" in self.text("receipt.state"), "the receipt of a received case")
        return {"text": self.text("receipt.state")}

    def wait_state(self, case: str, state: str) -> Seen:
        """Wait until the case has that state on this PC."""
        assert self.window.workspace is not None
        workspace = self.window.workspace
        wait(lambda: workspace.case(case).state == state, f"the state {state}", 60_000)
        return {"state": state}

    def open_follow_up(self, case: str, expect: str) -> Seen:
        """Open the case's follow-up and wait for the words of the supervisor."""
        assert self.window.shell is not None
        self.window.shell.go(Route(route.CASE, case, {"tab": "follow_up"}))
        record = self.record

        def shown() -> bool:
            labels = record.follow_up.findChildren(QLabel)
            return any(expect in label.text() for label in labels if label.isVisible())

        wait(shown, f"« {expect} »")
        return {}

    def reply(self, text: str) -> Seen:
        """Answer the supervisor and send the case back."""
        editor = self.find("followup.reply", QPlainTextEdit)
        type_into(editor, text)
        self.press("followup.send")
        record = self.record
        wait(lambda: record._form.view.state == "in_review", "the case sent back")
        return {}


class Orders:
    """Reads orders on a thread and has them carried out on the GUI thread, one after the other."""

    def __init__(self, hands: Hands, leave: Callable[[], None]) -> None:
        self._hands = hands
        self._leave = leave
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._busy = False
        self._timer = QTimer(interval=POLL_MS)
        self._timer.timeout.connect(self._next)
        self._timer.start()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._waiting.put(line)
        self._waiting.put(None)

    def _next(self) -> None:
        if self._busy or self._waiting.empty():
            return
        line = self._waiting.get()
        if line is None:
            self._timer.stop()
            self._leave()
            return
        self._busy = True
        self._hands.take_keyboard()
        try:
            order = json.loads(line)
            say(getattr(self._hands, order.pop("act"))(**order))
        except NotSeen as failure:
            self._hands.picture("failure")
            say({"failed": str(failure)})
        except Exception as failure:  # the outermost edge: the story tells it and stops
            self._hands.picture("failure")
            say({"failed": f"{type(failure).__name__}: {failure}"})
        finally:
            self._busy = False


def say(seen: Seen) -> None:
    """Answer one line."""
    print(json.dumps(seen, ensure_ascii=False), flush=True)


def main() -> int:
    """Open the window and take orders until the input ends or the window is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    chosen = parser.parse_args()
    secrets = chosen.workspace.parent / "device-secret"
    argv = ["--workspace", str(chosen.workspace), "--device-secret-file", str(secrets), "--language", "fr"]
    program = application.build(argv)
    orders = Orders(Hands(program, chosen.pictures), program.window.close)
    say({"ready": True})
    code = program.application.exec()
    del orders
    return code


if __name__ == "__main__":
    sys.exit(main())
