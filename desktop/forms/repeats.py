"""Repeats: one card a row, a button that adds one, and a way back for a row taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cases.errors import EstafetteError
from desktop.forms import words
from desktop.forms.blocks import FieldBlock, PageContext, field_around
from desktop.forms.grid import GridHead, GridRow
from desktop.forms.gridding import Column, columns_of, width_of
from desktop.forms.moving_rows import MoveButtons, RowButton, end_words, place_words, step_of
from desktop.forms.status import StatusLine, plain_label
from desktop.forms.undo import RemovedRow
from desktop.theme import theme
from desktop.widgets.basics import PushButton
from forms.views import RepeatView, Row

if TYPE_CHECKING:
    from desktop.forms.items import ItemColumn

OPEN_MOST = 5
"""A repeat with more rows than this opens closed: 300 rows of 20 questions are never one widget tree."""


class RowCard(QFrame):
    """One row. Its questions are built when it is first opened."""

    def __init__(self, row: Row, block: RepeatBlock, context: PageContext, column: type[ItemColumn]) -> None:
        super().__init__(block)
        self.row = row
        self.items: ItemColumn | None = None
        self._context = context
        self._column_class = column
        self._columns = block.repeat.columns
        self.setProperty("surface", "card")
        self.setObjectName(f"row:{row.path}")
        self.fold = QToolButton(self)
        self.fold.setProperty("kind", "quiet")
        self.fold.setObjectName(f"open_row:{row.path}")
        self.fold.clicked.connect(self._toggle)
        self.title = plain_label(role="strong", parent=self)
        self.remove = RowButton(words.beside_icon(QCoreApplication.translate("Forms", "Remove")), self)
        self.remove.setProperty("kind", "quiet")
        self.remove.setObjectName(f"remove_row:{row.path}")
        self.remove.clicked.connect(lambda _checked=False: context.hands.remove_row(self.row.path, self.row.label))
        head = QHBoxLayout()
        head.addWidget(self.fold)
        self.moves = MoveButtons(row.path, lambda by: context.hands.move_row(self.row.path, by), self)
        head.addWidget(self.title, 1)
        head.addWidget(self.moves)
        head.addWidget(self.remove)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(16, 12, 16, 16)
        self._body.setSpacing(12)
        self._body.addLayout(head)
        theme().changed.connect(self._dress)

    @property
    def is_open(self) -> bool:
        return self.items is not None and not self.items.isHidden()

    def show_row(self, row: Row, *, number: int, can_remove: bool, can_move: bool, foldable: bool) -> None:
        self.row = row
        self.title.setText(row.label or QCoreApplication.translate("Forms", "No. {number}").format(number=number))
        self.remove.setVisible(can_remove)
        self.moves.setVisible(can_move)
        self.moves.name_row(self.title.text())
        text = QCoreApplication.translate("Forms", "Remove: {row}")
        self.remove.setAccessibleName(text.format(row=self.title.text()))
        self.fold.setVisible(foldable)
        if self.items is not None:
            self.items.show_items(row.items)
        self._dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = step_of(event)
        if by and not self.moves.isHidden():
            self._context.hands.move_row(self.row.path, by)
        else:
            super().keyPressEvent(event)

    def open(self) -> None:
        """Show the row's questions. Called while quiet."""
        if self.items is None:
            self.items = self._column_class(self._context, self, columns=self._columns)
            self._body.addWidget(self.items)
            self.items.show_items(self.row.items)
        self.items.show()
        self._dress()

    def _toggle(self) -> None:
        if self.is_open and self.items is not None:
            self.items.hide()
            self._dress()
            self._context.hands.reshaped()
        else:
            self._context.around.when_quiet(self._open_by_hand)

    def _open_by_hand(self) -> None:
        self.open()
        self._context.hands.reshaped()

    def _dress(self) -> None:
        to_close = QCoreApplication.translate("Forms", "Close: {row}")
        to_open = QCoreApplication.translate("Forms", "Open: {row}")
        text = to_close if self.is_open else to_open
        self.fold.setAccessibleName(text.format(row=self.title.text()))
        self.fold.setToolTip(text.format(row=self.title.text()))
        self.fold.setIcon(theme().icon("chevron-up" if self.is_open else "chevron-down"))
        self.remove.setIcon(theme().icon("trash-2"))
        for button in (self.fold, self.remove):
            button.setIconSize(QSize(theme().px(18), theme().px(18)))


class RepeatBlock(QWidget):
    """All rows of one repeat."""

    def __init__(
        self, repeat: RepeatView, context: PageContext, column: type[ItemColumn], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.repeat = repeat
        self._context = context
        self._column_class = column
        self._cards: dict[str, RowCard | GridRow] = {}
        self._columns: tuple[Column, ...] = ()
        self._removed: RemovedRow | None = None
        self.title = plain_label(role="section", parent=self)
        self.switch = QPushButton(self)
        self.switch.setProperty("kind", "link")
        self.switch.setObjectName(f"switch:{repeat.path}")
        self.switch.clicked.connect(lambda _checked=False: self._switch())
        self.add = PushButton()
        self.add.setParent(self)
        self.add.setObjectName(f"add_row:{repeat.path}")
        self.add.setToolTip(QCoreApplication.translate("Forms", "Add (Alt+R)"))
        self.add.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.add.clicked.connect(lambda _checked=False: context.hands.add_row(self.repeat.path))
        self.status = StatusLine(self)
        self.status.retry.connect(lambda: context.hands.retry(self.repeat.path))
        self.status.hide()
        self._undo = self._make_undo()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(12)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 8, 0, 0)
        column_layout.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignRight)
        column_layout.addLayout(head)
        self.head = GridHead(self)
        column_layout.addWidget(self.head)
        column_layout.addLayout(self._rows)
        column_layout.addWidget(self._undo)
        column_layout.addWidget(self.add)
        column_layout.addWidget(self.status)
        theme().changed.connect(self._dress)
        self.show_repeat(repeat)

    def _make_undo(self) -> QFrame:
        frame = QFrame(self)
        frame.setProperty("surface", "inset")
        self.undo_text = plain_label(parent=frame)
        self.undo = QPushButton(QCoreApplication.translate("Forms", "Undo"), frame)
        self.undo.setProperty("kind", "link")
        self.undo.setObjectName(f"undo_row:{self.repeat.path}")
        self.undo.clicked.connect(self._bring_back)
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self.undo_text, 1)
        row.addWidget(self.undo)
        frame.hide()
        return frame

    def show_repeat(self, repeat: RepeatView) -> None:
        """Show the repeat's rows as they stand now. Called while quiet."""
        self.repeat = repeat
        self.title.setText(repeat.label)
        self.title.setVisible(bool(repeat.label))
        self.add.setVisible(repeat.can_add and not self._context.read_only)
        if repeat.label:
            text = QCoreApplication.translate("Forms", "Add: {what}").format(what=repeat.label)
        else:
            text = QCoreApplication.translate("Forms", "Add a row")
        self.add.setText(words.beside_icon(text))
        self._lay_out()
        there = {row.path for row in repeat.rows}
        for path in [path for path in self._cards if path not in there]:
            self._drop(path)
        first_time = not self._cards
        foldable = len(repeat.rows) > OPEN_MOST
        for place, row in enumerate(repeat.rows):
            card = self._cards.get(row.path) or self._make(row, place)
            removable = repeat.can_remove and not self._context.read_only
            movable = removable and len(repeat.rows) > 1
            if self._rows.indexOf(card) != place:
                self._rows.removeWidget(card)
                self._rows.insertWidget(place, card)
            if isinstance(card, GridRow):
                card.show_in(row, self._columns, place + 1, can_remove=removable, can_move=movable)
                continue
            card.show_row(row, number=place + 1, can_remove=removable, can_move=movable, foldable=foldable)
            if card.items is None and not (foldable and first_time):
                card.open()
        self._dress()

    @property
    def is_grid(self) -> bool:
        """Whether the rows are shown as a table now."""
        return bool(self._columns)

    def _lay_out(self) -> None:
        """Choose between table and cards: what the person wants, where it fits. Rows of the other kind go."""
        possible = columns_of(self.repeat)
        inside = 40 if "[" in self.repeat.path else 0
        fits = bool(possible) and self._context.room() - theme().px(inside) >= theme().px(width_of(possible))
        columns = possible if fits and self._context.grids else ()
        if bool(columns) != bool(self._columns):
            for path in list(self._cards):
                self._drop(path)
        self._columns = columns
        self.head.setVisible(bool(columns))
        self.head.show_columns(columns)
        self.switch.setVisible(fits)
        to_blocks, to_table = (
            QCoreApplication.translate("Forms", "Show as blocks"),
            QCoreApplication.translate("Forms", "Show as a table"),
        )
        self.switch.setText(to_blocks if columns else to_table)
        self._rows.setSpacing(8 if columns else 12)

    def look_again(self) -> None:
        """There is another width, or another text size: see whether a table still fits, or fits now."""
        was, focus = self.is_grid, QApplication.focusWidget()
        around = field_around(focus) if focus is not None and self.isAncestorOf(focus) else None
        path = "" if around is None else around.path
        self._lay_out()
        if self.is_grid == was:
            return
        self.show_repeat(self.repeat)
        self._context.hands.reshaped()
        block = next((each for each in self._fields() if each.path == path), None)
        if block is not None:
            block.editor.entrance().setFocus(Qt.FocusReason.OtherFocusReason)

    def _switch(self) -> None:
        self._context.grids = not self._context.grids
        self._context.hands.lay_out_rows()

    def cards(self) -> Iterator[RowCard | GridRow]:
        """Yield the rows' cards, or the rows of the table, in order."""
        for row in self.repeat.rows:
            yield self._cards[row.path]

    def _fields(self) -> Iterator[FieldBlock]:
        for card in self.cards():
            if card.items is not None:
                yield from (block for block in card.items.blocks() if isinstance(block, FieldBlock))

    def last_field(self) -> FieldBlock | None:
        """The last question of the last row that can be answered."""
        fields = list(self._fields())
        return fields[-1] if fields else None

    def place_words(self, row: str) -> str:
        """Return where a row is now, in words."""
        place = next(place for place, each in enumerate(self.repeat.rows) if each.path == row)
        return place_words(self.repeat.rows[place].label, place + 1, len(self.repeat.rows))

    def end_words(self, row: str, by: int) -> str:
        """Return why a row cannot move further, in words."""
        label = next(each.label for each in self.repeat.rows if each.path == row)
        return end_words(label, by)

    def offer_undo(self, removed: RemovedRow) -> None:
        """Say that the row is gone, with a way back. The focus goes to it, since the row's button is gone."""
        self._removed = removed
        text = QCoreApplication.translate("Forms", "“{row}” is removed.").format(row=removed.label)
        self.undo_text.setText(text)
        self.undo.setAccessibleName(QCoreApplication.translate("Forms", "Undo: {row}").format(row=removed.label))
        self._undo.show()
        self.undo.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget_undo(self) -> None:
        self._removed = None
        self._undo.hide()

    def mark_failed(self, error: EstafetteError) -> None:
        """Say that adding or removing is not saved yet."""
        text = words.failure_text(error, self.repeat.label)
        self.status.show_problem(text, retry=error.code != "forms.row_limit")
        self.status.show()

    def mark_saved(self) -> None:
        self.status.hide()

    def _bring_back(self) -> None:
        if self._removed is not None:
            self._context.hands.restore_row(self._removed)
            self.forget_undo()

    def _make(self, row: Row, place: int) -> RowCard | GridRow:
        card: RowCard | GridRow
        if self._columns:
            card = GridRow(row, self._context, self)
        else:
            card = RowCard(row, self, self._context, self._column_class)
        self._cards[row.path] = card
        self._rows.insertWidget(place, card)
        card.show()
        return card

    def _drop(self, path: str) -> None:
        card = self._cards.pop(path)
        if card.items is not None:
            for block in card.items.blocks():
                if isinstance(block, FieldBlock):
                    block.hand_over()
        self._rows.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _dress(self) -> None:
        self.add.setIcon(theme().icon("plus"))
        self.add.setIconSize(QSize(theme().px(18), theme().px(18)))
