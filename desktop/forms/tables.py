"""A table of questions that share their choices: the choices once in a head, a row of marks for each question.

Head and rows divide the same width alike, so that they stand under each other without knowing of each other. Where the
words do not fit (a narrow window, large text) the head goes and each question shows its choices as any other does.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.forms import rich
from desktop.forms.blocks import Block, FieldBlock, PageContext, help_text
from desktop.forms.editors.across import BETWEEN, AcrossEditor, fits_across
from desktop.forms.editors.buttons import ALL_IN_SIGHT
from desktop.forms.status import plain_label
from forms.views import Choice, QuestionView

WORDS_PART, MARKS_PART = 2, 3
"""How the width is shared between a question's words and its marks."""


def _side(parent: QWidget) -> QWidget:
    """Return an area that is as wide as its part says, whatever is in it."""
    side = QWidget(parent)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    side.setSizePolicy(policy)
    side.setMinimumWidth(1)
    return side


def marks_width(width: int) -> int:
    """Return what of a table's width its marks have."""
    return width * MARKS_PART // (WORDS_PART + MARKS_PART)


class TableFieldBlock(FieldBlock):
    """A question in a table: its words at the left, its marks under the head's words."""

    def _arrange(self) -> None:
        self.label.setBuddy(self.editor.entrance())
        self.side = _side(self)
        words = QVBoxLayout(self.side)
        words.setContentsMargins(0, 6, 8, 0)
        words.setSpacing(0)
        for each in (self.label, self.required, self.help):
            words.addWidget(each)
        words.addStretch(1)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.editor.setSizePolicy(policy)
        self.editor.setMinimumWidth(1)
        self.row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.row.setSpacing(0)
        self.row.addWidget(self.side, WORDS_PART)
        self.row.addWidget(self.editor, MARKS_PART)
        self.column.addLayout(self.row)
        self.column.addWidget(self.status)
        self.column.setSpacing(0)
        assert isinstance(self.editor, AcrossEditor)
        self.editor.left_row.connect(self._go_to_row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Stand under the head where there is one: head and rows ask the same of the same width."""
        assert isinstance(self.editor, AcrossEditor)
        beside = fits_across(self.editor.labels(), self.editor.fontMetrics(), marks_width(self.width()))
        self.editor.set_bare(beside)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if way != self.row.direction():
            self.row.setDirection(way)

    def tell(self) -> None:
        super().tell()
        # Rows of a table stand close together; what there is to say opens a line of its own.
        self.status.setVisible(bool(self.status.told) or self.status.busy)

    def _go_to_row(self, step: int, column: int) -> None:
        parent = self.parentWidget()
        layout = None if parent is None else parent.layout()
        if layout is None:
            return
        item = layout.itemAt(layout.indexOf(self) + step)
        other = None if item is None else item.widget()
        if isinstance(other, TableFieldBlock) and column < len(other.editor.inputs()):
            other.editor.inputs()[column].setFocus(Qt.FocusReason.OtherFocusReason)


class TableHeadBlock(Block):
    """The head of a table: the words of its choices. It asks nothing."""

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(question, context, parent)
        self.label = plain_label(role="label", parent=self)
        self.help = plain_label(role="help", parent=self)
        self.columns: list[QLabel] = []
        self._choices: tuple[Choice, ...] = ()
        self._head = QWidget(self)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(_side(self._head), WORDS_PART)
        marks = _side(self._head)
        self._marks = QHBoxLayout(marks)
        self._marks.setContentsMargins(0, 4, 0, 4)
        self._marks.setSpacing(BETWEEN)
        row.addWidget(marks, MARKS_PART)
        for widget in (self.label, self.help, self._head):
            self.column.addWidget(widget)
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        super().show_question(question)
        rich.put(self.label, question.label, question.label_parts)
        # A head that the converter made has no words but its name.
        self.label.setVisible(question.label != question.ref.rpartition("/")[2])
        rich.put(self.help, help_text(question), question.help_parts)
        self.help.setVisible(bool(self.help.text()))
        self.context.around.when_quiet(self._load)

    def _load(self) -> None:
        choices = self.context.around.choices(self.path, "", ALL_IN_SIGHT)
        if choices != self._choices:
            self._choices = choices
            for old in self.columns:
                self._marks.removeWidget(old)
                old.deleteLater()
            self.columns = [plain_label(choice.label, parent=self._head) for choice in choices]
            for each in self.columns:
                each.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom)
                each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
                each.setMinimumWidth(1)
                self._marks.addWidget(each, 1)
        self._show_or_hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        labels = [choice.label for choice in self._choices]
        fits = fits_across(labels, self.fontMetrics(), marks_width(self.width()))
        self._head.setVisible(fits and not self.context.read_only)
