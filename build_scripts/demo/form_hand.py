"""Someone who fills a form at the keyboard: real keys and clicks on the real widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget

from desktop.forms.blocks import FieldBlock
from desktop.forms.editors.buttons import AcknowledgeEditor, ButtonsEditor
from desktop.forms.editors.drop import DropEditor
from desktop.forms.editors.search import SearchManyEditor, SearchOneEditor
from desktop.forms.view import FormView

WAIT_MS = 30_000
BY_KIND = {
    "text": ["Réponse"],
    "integer": ["2"],
    "decimal": ["12,5"],
    "date": ["1/6/2020"],
    "time": ["10:30"],
    "datetime": ["1/6/2020", "10:30"],
}
"""What is typed where the story gives nothing: one text for each line of the editor."""


class NotSeen(Exception):
    """What should have appeared on the screen did not."""


def wait(condition: Callable[[], object], what: str, timeout_ms: int = WAIT_MS) -> None:
    """Let the window live until the condition holds; NotSeen, naming ``what``, when it does not in time."""
    if condition():
        return
    loop = QEventLoop()
    poll = QTimer(interval=15)
    poll.timeout.connect(lambda: condition() and loop.quit())
    end = QTimer(singleShot=True, interval=timeout_ms)
    end.timeout.connect(lambda: loop.exit(1))
    poll.start()
    end.start()
    if loop.exec():
        raise NotSeen(f"not seen in time: {what}")


def type_into(widget: QWidget, text: str) -> None:
    """Replace what a line holds by typing."""
    widget.setFocus(Qt.FocusReason.MouseFocusReason)
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        widget.selectAll()
    QTest.keyClick(widget, Qt.Key.Key_Delete)
    for letter in text:
        if letter.isascii():
            QTest.keyClicks(widget, letter)
        else:
            _press_letter(widget, letter)


def _press_letter(widget: QWidget, letter: str) -> None:
    """Press a key that QTest has no name for: the accented letters of a French keyboard."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, letter)
        QCoreApplication.sendEvent(widget, event)


class FormHand:
    """Fills one open form."""

    def __init__(self, view: FormView, *, thorough: bool = False) -> None:
        """``thorough``: choose in every list, not only where it is required or told."""
        self.view = view
        self._thorough = thorough

    def settle(self) -> None:
        """Wait until all that was typed is durable."""
        self.view.flush()
        wait(lambda: self.view.is_saved, "everything saved")

    def fill(
        self, answers: Mapping[str, str], rows: Mapping[str, Sequence[Mapping[str, str]]], pages: int | None = None
    ) -> None:
        """Fill page after page: what the story says, and every other required question by its kind."""
        number = 0
        while number < len(self.view.page_paths()) and (pages is None or number < pages):
            self._open(self.view.page_paths()[number])
            self._fill_page(answers, rows_too=False)
            self._add_rows(rows)
            self._fill_page(answers)
            number += 1

    def answer(self, name: str, text: str) -> str:
        """Answer one question by the last name of its path and return the problem shown under it, or ""."""
        block = self._find(name)
        self._give(block, text)
        QTest.keyClick(block.editor.entrance(), Qt.Key.Key_Tab)
        self.settle()
        return block.status.told if block.problem_shown else ""

    def _find(self, name: str) -> FieldBlock:
        for page in self.view.page_paths():
            for block in self.view.page.fields():
                if block.path.endswith(f"/{name}"):
                    return block
            self._open(page)
        found = [block for block in self.view.page.fields() if block.path.endswith(f"/{name}")]
        if not found:
            raise NotSeen(f"no question {name}")
        return found[0]

    def _open(self, page: str) -> None:
        self.view.go_to(page)
        wait(lambda: self.view.route["page"] == page, f"the page {page}")
        shown = self.view.page
        wait(lambda: all(block.isVisibleTo(shown) for block in shown.blocks()), f"the questions of {page}")
        self.settle()

    def _add_rows(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        for repeat in list(self.view.page.repeats()):
            wanted = rows.get(repeat.repeat.path, ())
            for row in wanted[len(list(repeat.cards())) :]:
                held = {card.objectName() for card in repeat.cards()}
                QTest.mouseClick(repeat.add, Qt.MouseButton.LeftButton)
                self.settle()
                card = self._new_card(repeat.repeat.path, held)
                self._fill_page(row, within=card)
            for card, row in zip(repeat.cards(), wanted, strict=False):
                self.view.page.open_rows_around(card.objectName().removeprefix("row:") + "/")
                self._fill_page(row, within=card.objectName().removeprefix("row:"))

    def _new_card(self, path: str, held: set[str]) -> str:
        def fresh() -> list[str]:
            repeat = self.view.page.repeat(path)
            cards = repeat.cards() if repeat is not None else ()
            return [card.objectName() for card in cards if card.objectName() not in held]

        wait(fresh, f"a new row of {path}")
        return fresh()[0].removeprefix("row:")

    def _fill_page(self, answers: Mapping[str, str], within: str = "", *, rows_too: bool = True) -> None:
        given: set[str] = set()
        while block := next(self._open_questions(answers, within, given, rows_too), None):
            given.add(block.path)
            name = block.path.rsplit("/", 1)[-1]
            self._give(block, answers.get(name))
            self.settle()

    def _open_questions(
        self, answers: Mapping[str, str], within: str, given: set[str], rows_too: bool
    ) -> Iterator[FieldBlock]:
        for block in self.view.page.fields():
            question = block.question
            name = question.path.rsplit("/", 1)[-1]
            in_row = "]" in question.path
            passed_over = in_row and not (within or rows_too)
            if question.readonly or question.path in given or passed_over or not question.path.startswith(within):
                continue
            told = name in answers and (within or not in_row)
            wanted = question.required or (self._thorough and question.kind.startswith("select"))
            if told or (wanted and question.value is None):
                yield block

    def _give(self, block: FieldBlock, text: str | None) -> None:
        """Type or choose; ``text`` None means whatever fits the kind of question."""
        editor = block.editor
        self.view.page.bring_into_view(block)
        if isinstance(editor, ButtonsEditor):
            wait(lambda: editor.buttons, f"the choices of {block.path}")
            button = editor.buttons[editor.values.index(text) if text in editor.values else 0]
            self._click(button)
        elif isinstance(editor, AcknowledgeEditor):
            self._click(editor.box)
        elif isinstance(editor, SearchOneEditor):
            self._search(editor, text)
        elif isinstance(editor, DropEditor):
            self._drop(editor, text)
        elif isinstance(editor, SearchManyEditor):
            raise NotSeen(f"no hand for a long list of several choices: {block.path}")
        else:
            texts = [text] if text is not None else BY_KIND[block.question.kind]
            for line, each in zip(editor.inputs(), texts, strict=False):
                type_into(line, each)

    @staticmethod
    def _click(button: QAbstractButton) -> None:
        if not button.isChecked():
            button.setFocus(Qt.FocusReason.MouseFocusReason)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    @staticmethod
    def _drop(editor: DropEditor, text: str | None) -> None:
        wait(lambda: editor.box.count() > 0, "the choices of the list")
        editor.box.setFocus(Qt.FocusReason.MouseFocusReason)
        for _ in range(editor.box.count()):
            QTest.keyClick(editor.box, Qt.Key.Key_Down)
            if text in (None, editor.stored()):
                return
        raise NotSeen(f"no choice {text}")

    @staticmethod
    def _search(editor: SearchOneEditor, text: str | None) -> None:
        editor.line.setFocus(Qt.FocusReason.MouseFocusReason)
        if text is None:
            QTest.keyClick(editor.line, Qt.Key.Key_Down)
        else:
            type_into(editor.line, text)
        wait(lambda: editor.is_open and editor.model.rowCount() > 0, "the list of choices")
        QTest.keyClick(editor.line, Qt.Key.Key_Return)
