"""The bar under a page: back, what is to be checked, on."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cases.errors import EstafetteError
from desktop.forms import words
from desktop.forms.status import StatusLine, plain_label
from desktop.theme import theme
from desktop.widgets.announcing import announce
from desktop.widgets.banner import Banner
from desktop.widgets.basics import tool_button

SIDES_PX = 24
GAP_PX = 12


class Footer(QFrame):
    """Buttons that stay in sight while the page scrolls.

    Signals:
        back, on: to the page before or after; `on` of the last page means submitting.
        problem: to the next answer to check.
        retry: save again what could not be saved.
        jump: to any question, by its words.
        undo: the last act back.
        printing: the form on paper.
        language: show the form in this one of its languages.
        anyway: submit the form although nothing in it is answered.
    """

    back = Signal()
    on = Signal()
    jump = Signal()
    undo = Signal()
    printing = Signal()
    language = Signal(str)
    anyway = Signal()
    problem = Signal()
    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._to_check = 0
        self.back_button = QPushButton(self)
        self.back_button.setObjectName("form.back")
        self.back_button.setToolTip(QCoreApplication.translate("Forms", "Previous page (Ctrl+Page Up)"))
        self.back_button.clicked.connect(self.back)
        self.problem_button = QPushButton(self)
        self.problem_button.setObjectName("form.problems")
        self.problem_button.setProperty("kind", "quiet")
        self.problem_button.setToolTip(QCoreApplication.translate("Forms", "Next answer to check (F8)"))
        self.problem_button.clicked.connect(self.problem)
        self.jump_button = tool_button(
            "search", QCoreApplication.translate("Forms", "Go to a question"), self.jump.emit
        )
        self.jump_button.setObjectName("form.jump_to")
        self.jump_button.setToolTip(QCoreApplication.translate("Forms", "Go to a question (Ctrl+J)"))
        self.undo_button = tool_button("undo-2", QCoreApplication.translate("Forms", "Take back"), self.undo.emit)
        self.undo_button.setObjectName("form.undo")
        self.undo_button.setToolTip(QCoreApplication.translate("Forms", "Take the last act back (Ctrl+Z)"))
        self.print_button = tool_button(
            "printer", QCoreApplication.translate("Forms", "Print…"), self.printing.emit, shortcut="Ctrl+P"
        )
        self.print_button.setObjectName("form.print")
        self.print_button.hide()
        self.language_button = tool_button("languages", QCoreApplication.translate("Forms", "Language of the form"))
        self.language_button.setObjectName("form.language")
        self.language_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.language_button.setMenu(QMenu(self.language_button))
        self.language_button.hide()
        self.on_button = QPushButton(self)
        self.on_button.setObjectName("form.next")
        self.on_button.setProperty("kind", "primary")
        self.on_button.clicked.connect(self.on)
        self.on_button.setAutoDefault(True)
        self.failure = StatusLine(self)
        self.failure.retry.connect(self.retry)
        self.failure.hide()
        self.remark = plain_label(role="secondary", parent=self)
        self.remark.setObjectName("form.remark")
        self.remark.hide()
        self.question = Banner("caution", name="form.nothing_answered")
        self.anyway_button = QPushButton(QCoreApplication.translate("Forms", "Submit anyway"), self)
        self.anyway_button.setObjectName("form.submit_anyway")
        self.anyway_button.clicked.connect(self.anyway)
        self.question.add_act(self.anyway_button)
        buttons = self._buttons = QHBoxLayout()
        buttons.setSpacing(GAP_PX)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.jump_button)
        buttons.addWidget(self.undo_button)
        buttons.addWidget(self.print_button)
        buttons.addWidget(self.language_button)
        buttons.addWidget(self.problem_button)
        buttons.addStretch(1)
        buttons.addWidget(self.on_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDES_PX, 8, SIDES_PX, 8)
        column.setSpacing(4)
        column.addWidget(self.failure)
        column.addWidget(self.remark)
        column.addWidget(self.question)
        column.addLayout(buttons)
        theme().changed.connect(self._dress)
        self._dress()

    def stops(self) -> tuple[QWidget, ...]:
        """Return what Tab reaches, in order."""
        left = (self.back_button, self.jump_button, self.undo_button, self.print_button, self.language_button)
        return (self.failure.again, self.anyway_button, *left, self.problem_button, self.on_button)

    def say(self, text: str) -> None:
        """Say something in passing, to who listens too; "" takes it away."""
        self.remark.setText(text)
        self.remark.setVisible(bool(text))
        if text:
            announce(self.remark, text)

    def offer_languages(self, names: tuple[str, ...], spoken: str) -> None:
        """Let the form be shown in another of its languages; with one alone there is nothing to choose."""
        menu = self.language_button.menu()
        if [action.text() for action in menu.actions()] != [name.replace("&", "&&") for name in names]:
            menu.clear()
            for name in names:
                action = menu.addAction(name.replace("&", "&&"))
                action.setCheckable(True)
                action.triggered.connect(lambda _checked=False, name=name: self.language.emit(name))
        for action, name in zip(menu.actions(), names, strict=True):
            action.setChecked(name == spoken)
        text = QCoreApplication.translate("Forms", "Language of the form: {language} (Alt+L: the next one)")
        self.language_button.setToolTip(text.format(language=spoken))
        self.language_button.setAccessibleDescription(spoken)
        self.language_button.setVisible(len(names) > 1)
        self._fit()

    def offer_undo(self, offered: bool) -> None:
        """Let the last act be taken back, or not."""
        self.undo_button.setEnabled(offered)

    def show_place(self, number: int, pages: int, *, read_only: bool) -> None:
        """Show the buttons of page `number` (from 0) of `pages`."""
        last = number >= pages - 1
        self.back_button.setVisible(pages > 1)
        self.back_button.setEnabled(number > 0)
        self.on_button.setVisible(not (last and read_only))
        if last:
            self.on_button.setText(QCoreApplication.translate("Forms", "Check and submit"))
            self.on_button.setToolTip(QCoreApplication.translate("Forms", "Check and submit (Ctrl+Enter)"))
        else:
            self.on_button.setText(QCoreApplication.translate("Forms", "Next page"))
            self.on_button.setToolTip(QCoreApplication.translate("Forms", "Next page (Ctrl+Page Down or Ctrl+Enter)"))
        self._fit()

    def show_problems(self, count: int) -> None:
        self._to_check = count
        self.problem_button.setVisible(count > 0)
        self.problem_button.setAccessibleName(words.Counts().to_check(count))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is no room for words beside the icons, the icons and the number stay."""
        back = QCoreApplication.translate("Forms", "Previous page")
        self.back_button.setAccessibleName(back)
        self.back_button.setText(words.beside_icon(back))
        self.problem_button.setText(words.beside_icon(words.Counts().to_check(self._to_check)))
        shown = [button for button in self.findChildren(QAbstractButton) if self._is_below(button)]
        wanted = sum(button.sizeHint().width() + GAP_PX for button in shown) + 2 * SIDES_PX
        if wanted > self.width():
            self.back_button.setText("")
            self.problem_button.setText(words.beside_icon(str(self._to_check)))

    def _is_below(self, button: QAbstractButton) -> bool:
        """Whether a button stands in the row of buttons now."""
        return self._buttons.indexOf(button) >= 0 and not button.isHidden()

    def ask_anyway(self, asked: bool) -> None:
        """Ask whether a form without any answer is really meant to be submitted; a line, not a window."""
        self.question.say(
            QCoreApplication.translate("Forms", "No question is answered. Submit anyway?") if asked else ""
        )

    def show_failure(self, error: EstafetteError | None, label: str) -> None:
        """Say that an answer of another page is not saved yet; None: all is saved."""
        self.failure.setVisible(error is not None)
        if error is not None:
            self.failure.show_problem(words.failure_text(error, label), retry=True)

    def _dress(self) -> None:
        self.back_button.setIcon(theme().icon("arrow-left"))
        self.problem_button.setIcon(theme().icon("triangle-alert", "caution"))
        for button in (self.back_button, self.problem_button):
            button.setIconSize(QSize(theme().px(18), theme().px(18)))
        self._fit()
