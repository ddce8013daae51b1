"""Items under each other: questions, sections and repeats, kept in step with the session without being built anew."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.forms.blocks import Block, FieldBlock, PageContext
from desktop.forms.making import fits, make_block
from desktop.forms.repeats import RepeatBlock
from desktop.forms.status import plain_label
from desktop.forms.widths import CellLayout, width_of
from forms.views import Item, QuestionView, RepeatView, Section

SPACING = 12


class SectionBlock(QWidget):
    """A group inside a page: a title and its items."""

    def __init__(self, section: Section, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = section.path
        self.title = plain_label(role="section", parent=self)
        self.items = ItemColumn(context, self, columns=section.columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.items)
        self.show_section(section)

    def show_section(self, section: Section) -> None:
        self.title.setText(section.label)
        self.title.setVisible(bool(section.label))
        self.items.show_items(section.items)


class ItemColumn(QWidget):
    """A column of blocks. A block lives as long as its item is there, so focus, scroll and half-typed text stay.

    Args:
        columns: how many of a question's widths go into a row; 0 puts all questions below each other.
    """

    def __init__(self, context: PageContext, parent: QWidget | None = None, *, columns: int = 0) -> None:
        super().__init__(parent)
        self._context = context
        self._blocks: dict[str, QWidget] = {}
        self._column: QVBoxLayout | CellLayout = CellLayout(columns) if columns else QVBoxLayout()
        self.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING)

    def show_items(self, items: tuple[Item, ...]) -> None:
        """Show these items in this order. Called while quiet."""
        kept = {item.path for item in items if self._usable(item)}
        for path in [path for path in self._blocks if path not in kept]:
            self._drop(path)
        for place, item in enumerate(items):
            block = self._blocks.get(item.path)
            if block is None:
                block = self._make(item)
                self._blocks[item.path] = block
                self._column.insertWidget(place, block)
                block.show()
            else:
                _show(block, item)
            if self._column.indexOf(block) != place:
                self._column.removeWidget(block)
                self._column.insertWidget(place, block)
            if isinstance(self._column, CellLayout) and isinstance(item, QuestionView):
                self._column.set_width(block, width_of(item))

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of all questions, nested ones included, in reading order."""
        for widget in self._widgets():
            if isinstance(widget, Block):
                yield widget
            elif isinstance(widget, SectionBlock):
                yield from widget.items.blocks()
            elif isinstance(widget, RepeatBlock):
                for card in widget.cards():
                    if card.items is not None:
                        yield from card.items.blocks()

    def repeats(self) -> Iterator[RepeatBlock]:
        """Yield the repeats, nested ones included, in reading order."""
        for widget in self._widgets():
            if isinstance(widget, SectionBlock):
                yield from widget.items.repeats()
            elif isinstance(widget, RepeatBlock):
                yield widget
                for card in widget.cards():
                    if card.items is not None:
                        yield from card.items.repeats()

    def _widgets(self) -> Iterator[QWidget]:
        for place in range(self._column.count()):
            item = self._column.itemAt(place)
            widget = None if item is None else item.widget()
            if widget is not None:
                yield widget

    def _usable(self, item: Item) -> bool:
        block = self._blocks.get(item.path)
        if block is None:
            return False
        if isinstance(item, QuestionView):
            return fits(block, item, self._context)
        return isinstance(block, RepeatBlock if isinstance(item, RepeatView) else SectionBlock)

    def _make(self, item: Item) -> QWidget:
        if isinstance(item, QuestionView):
            return make_block(item, self._context, self)
        if isinstance(item, RepeatView):
            return RepeatBlock(item, self._context, ItemColumn, self)
        return SectionBlock(item, self._context, self)

    def _drop(self, path: str) -> None:
        block = self._blocks.pop(path)
        if isinstance(block, FieldBlock):
            block.hand_over()
        self._column.removeWidget(block)
        block.hide()
        block.deleteLater()


def _show(block: QWidget, item: Item) -> None:
    if isinstance(block, Block) and isinstance(item, QuestionView):
        block.show_question(item)
    elif isinstance(block, RepeatBlock) and isinstance(item, RepeatView):
        block.show_repeat(item)
    elif isinstance(block, SectionBlock) and isinstance(item, Section):
        block.show_section(item)
