"""The rows of a repeat as a table: a head with the questions, a line of cells for each row, what is wrong below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Never

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.forms.blocks import Block, FieldBlock, PageContext, ValueBlock
from desktop.forms.editors.base import Editor
from desktop.forms.editors.factory import editor_class, make_editor
from desktop.forms.gridding import ACTS_PX, GAP_PX, INDEX_PX, Column, in_cell
from desktop.forms.making import block_class
from desktop.forms.moving_rows import MoveButtons, RowButton, step_of
from desktop.forms.quick import tip
from desktop.forms.status import StatusLine, plain_label
from desktop.theme import theme
from desktop.widgets.basics import clear
from forms.views import QuestionView, Row


class CellStatus(StatusLine):
    """What is wrong with a cell, below its row: it names the question that it is about.

    Attributes:
        about: the question's words.
    """

    about = ""

    def show_problem(self, text: str, *, retry: bool = False) -> None:
        named = text if self.about in text else f"{self.about} – {text}"
        super().show_problem(named, retry=retry)


class CellBlock(FieldBlock):
    """A question in a cell: its words stand above the column, what is wrong with it below the row."""

    status_class = CellStatus
    number = 0
    below: QVBoxLayout | None = None

    def _make_editor(self) -> Editor:
        return make_editor(in_cell(self.question), self.context.around, self)

    def _arrange(self) -> None:
        self.parts: list[QWidget] = []
        self.column.addWidget(self.editor)
        for part in self.editor.inputs():
            part.setMinimumWidth(1)
        self.editor.setMinimumWidth(1)

    def show_question(self, question: QuestionView) -> None:
        if isinstance(self.status, CellStatus):
            self.status.about = question.label
        super().show_question(question)
        for words in (self.label, self.required, self.help, self.aside):
            words.hide()

    def live_in(self, below: QVBoxLayout, number: int) -> None:
        """Say what there is to say in ``below``, as of row ``number``."""
        renumbered = self.number != number
        self.below, self.number = below, number
        if self.status not in self.parts:
            self.put_below(self.status)
        if renumbered:
            self.tell()

    def put_below(self, part: QWidget) -> None:
        if self.below is not None:
            self.below.addWidget(part)
            self.parts.append(part)

    def leave_row(self) -> None:
        """Take away what stands below the row: the question is not asked there any more."""
        for part in self.parts:
            part.hide()
            part.deleteLater()
        self.parts = []

    def name(self) -> str:
        text = QCoreApplication.translate("Forms", "{question}, row {number}")
        return text.format(question=super().name(), number=self.number)

    def tell(self) -> None:
        super().tell()
        self.status.offer_clear(False)
        self.status.setVisible(self.problem_shown or self.failed)


class CellValue(ValueBlock):
    """A value to read in a cell."""

    def show_question(self, question: QuestionView) -> None:
        super().show_question(question)
        self.column.setContentsMargins(0, 6, 0, 0)
        for words in (self.label, self.help, self.origin):
            words.hide()


def cell_class(question: QuestionView, context: PageContext) -> type[CellBlock | CellValue]:
    """Return the kind of cell that suits a question."""
    return CellValue if issubclass(block_class(question, context), ValueBlock) else CellBlock


def _fits(block: Block, question: QuestionView, context: PageContext) -> bool:
    if type(block) is not cell_class(question, context):
        return False
    return not isinstance(block, FieldBlock) or type(block.editor) is editor_class(in_cell(question))


class Cells(QWidget):
    """The cells of one row, side by side. A cell lives as long as its question is asked.

    Args:
        below: where cells say what is wrong.
    """

    def __init__(self, context: PageContext, below: QVBoxLayout, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._below = context, below
        self._blocks: dict[str, CellBlock | CellValue] = {}
        self._slots: dict[str, QWidget] = {}
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(GAP_PX)

    def blocks(self) -> Iterator[Block]:
        """Yield the questions in reading order."""
        for ref in self._slots:
            if ref in self._blocks:
                yield self._blocks[ref]

    def repeats(self) -> Iterator[Never]:
        """A table holds no rows within its rows."""
        return iter(())

    def show_cells(self, row: Row, columns: Sequence[Column], number: int) -> None:
        """Show the row's questions under these columns. Called while quiet."""
        self._place(columns)
        asked = {item.ref: item for item in row.items if isinstance(item, QuestionView)}
        for column in columns:
            self._show(column.ref, asked.get(column.ref), number)

    def _place(self, columns: Sequence[Column]) -> None:
        wanted = [column.ref for column in columns]
        if wanted == list(self._slots):
            return
        for ref in [ref for ref in self._slots if ref not in wanted]:
            self._show(ref, None, 0)
            self._slots.pop(ref).deleteLater()
        while self._line.takeAt(0) is not None:
            pass
        self._slots = {ref: self._slots.get(ref) or self._slot() for ref in wanted}
        for column in columns:
            self._line.addWidget(self._slots[column.ref], column.width)
            self._slots[column.ref].show()

    def _slot(self) -> QWidget:
        slot = shared_width(QWidget(self))
        inside = QVBoxLayout(slot)
        inside.setContentsMargins(0, 0, 0, 0)
        nothing = QLabel("–", slot)
        nothing.setProperty("role", "secondary")
        nothing.setMinimumHeight(theme().px(32))
        nothing.setAccessibleName(QCoreApplication.translate("Forms", "Not asked in this row"))
        inside.addWidget(nothing)
        return slot

    def _show(self, ref: str, question: QuestionView | None, number: int) -> None:
        block = self._blocks.get(ref)
        if block is not None and (question is None or not _fits(block, question, self._context)):
            if isinstance(block, CellBlock):
                block.hand_over()
                block.leave_row()
            block.hide()
            block.deleteLater()
            del self._blocks[ref]
            block = None
        slot = self._slots[ref]
        inside = slot.layout()
        assert inside is not None
        first = inside.itemAt(0)
        nothing = None if first is None else first.widget()
        if nothing is not None:
            nothing.setVisible(question is None)
        if question is None:
            return
        if block is None:
            block = cell_class(question, self._context)(question, self._context, slot)
            self._blocks[ref] = block
            inside.addWidget(block)
            if isinstance(block, CellBlock):
                block.setToolTip(tip(question.kind))
                block.live_in(self._below, number)
            block.mark_contested()
            block.show()
            return
        if isinstance(block, CellBlock):
            block.live_in(self._below, number)
        block.show_question(question)


def shared_width(slot: QWidget) -> QWidget:
    """Let the layout alone say how wide a cell is, so that the cells of all rows stand under each other."""
    slot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    slot.setMinimumWidth(1)
    return slot


class GridRow(QFrame):
    """One row of a table; to the page it is what a card is."""

    is_open = True

    def __init__(self, row: Row, context: PageContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = row
        self._context = context
        self.setObjectName(f"row:{row.path}")
        self.title = QLabel(self)
        self.title.setProperty("role", "secondary")
        self.remove = RowButton(self)
        self.remove.setProperty("kind", "icon")
        self.remove.setObjectName(f"remove_row:{row.path}")
        self.remove.clicked.connect(lambda _checked=False: context.hands.remove_row(self.row.path, self.row.label))
        below = QVBoxLayout()
        below.setSpacing(2)
        self.items = Cells(context, below, self)
        self.acts = QHBoxLayout()
        self.acts.setContentsMargins(0, 0, 0, 0)
        self.acts.setSpacing(0)
        self.acts.addStretch(1)
        self.moves = MoveButtons(row.path, lambda by: context.hands.move_row(self.row.path, by), self)
        self.acts.addWidget(self.moves)
        self.acts.addWidget(self.remove)
        self._acts_holder = QWidget(self)
        self._acts_holder.setLayout(self.acts)
        line = QHBoxLayout()
        line.setSpacing(GAP_PX)
        line.addWidget(self.title)
        line.addWidget(self.items, 1)
        line.addWidget(self._acts_holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addLayout(below)
        theme().changed.connect(self._dress)

    def show_in(self, row: Row, columns: Sequence[Column], number: int, *, can_remove: bool, can_move: bool) -> None:
        """Show the row under these columns. Called while quiet."""
        self.row = row
        self.title.setText(str(number))
        row_words = QCoreApplication.translate("Forms", "Row {number}: {row}").format(number=number, row=row.label)
        self.setAccessibleName(row_words)
        self.title.setAccessibleName(row_words)
        words = QCoreApplication.translate("Forms", "Remove: {row}").format(row=row.label or str(number))
        self.remove.setAccessibleName(words)
        self.remove.setToolTip(words)
        self.remove.setVisible(can_remove)
        self.moves.setVisible(can_move)
        self.moves.name_row(row.label or str(number))
        self.items.show_cells(row, columns, number)
        self._dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = step_of(event)
        if by and not self.moves.isHidden():
            self._context.hands.move_row(self.row.path, by)
        else:
            super().keyPressEvent(event)

    def open(self) -> None:
        """A row of a table is always open."""

    def _dress(self) -> None:
        self.title.setFixedWidth(theme().px(INDEX_PX))
        self._acts_holder.setFixedWidth(theme().px(ACTS_PX))
        self.remove.setIcon(theme().icon("trash-2"))
        self.remove.setFixedWidth(theme().px(32))
        self.remove.setIconSize(QSize(theme().px(18), theme().px(18)))


class GridHead(QWidget):
    """The questions' words above the columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(GAP_PX)
        theme().changed.connect(self._build)

    def show_columns(self, columns: tuple[Column, ...]) -> None:
        """Name these columns."""
        if columns != self._columns:
            self._columns = columns
            self._build()

    def _build(self) -> None:
        clear(self._line)
        index = QLabel(QCoreApplication.translate("Forms", "No."), self)
        index.setProperty("role", "secondary")
        index.setFixedWidth(theme().px(INDEX_PX))
        self._line.addWidget(index, 0, Qt.AlignmentFlag.AlignBottom)
        cells = QHBoxLayout()
        cells.setSpacing(GAP_PX)
        for column in self._columns:
            cells.addWidget(self._words(column), column.width)
        self._line.addLayout(cells, 1)
        self._line.addSpacing(theme().px(ACTS_PX))

    def _words(self, column: Column) -> QWidget:
        slot = shared_width(QWidget(self))
        inside = QVBoxLayout(slot)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addStretch(1)
        inside.addWidget(plain_label(column.label, "label", slot))
        if column.required:
            inside.addWidget(plain_label(QCoreApplication.translate("Forms", "required"), "secondary", slot))
        if column.help:
            inside.addWidget(plain_label(column.help, "help", slot))
        slot.show()
        return slot
