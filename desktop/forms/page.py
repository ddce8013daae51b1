"""One page of a form: its title, what is to be checked, and its items, in a column that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import shiboken6
from PySide6.QtCore import QCoreApplication, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.forms import words
from desktop.forms.blocks import Block, FieldBlock, PageContext
from desktop.forms.items import ItemColumn
from desktop.forms.progress import questions_of
from desktop.forms.repeats import RepeatBlock, RowCard
from desktop.forms.status import plain_label
from desktop.theme import theme
from forms.views import Issue, Page, RepeatView

COLUMN_WIDTH = 640
"""About 75 characters: longer lines are hard to read."""
TABLE_WIDTH = 960
"""A page that is nothing but rows: a table has no long lines."""
MARGIN_PX = 24
BAR_PX = 16

PROBLEMS_LISTED = 6


class ProblemList(QFrame):
    """What is to be checked in the whole form, each a way to its question.

    Signals:
        chosen: the person goes to the question with this path.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "caution")
        self.title = plain_label(role="strong", parent=self)
        self.rest = plain_label(role="help", parent=self)
        self._links: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(2)
        self._column.addWidget(self.title)
        self._column.addWidget(self.rest)
        self.hide()

    def show_issues(self, issues: tuple[Issue, ...]) -> None:
        """List these; with none, the list is gone."""
        for link in self._links:
            self._column.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._links = []
        self.title.setText(words.Counts().to_check(len(issues)))
        for place, issue in enumerate(issues[:PROBLEMS_LISTED]):
            link = QPushButton(issue.label.replace("&", "&&") or issue.path, self)
            link.setProperty("kind", "link")
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.setMinimumWidth(1)
            link.clicked.connect(partial(self.chosen.emit, issue.path))
            self._column.insertWidget(place + 1, link)
            self._links.append(link)
        more = len(issues) - PROBLEMS_LISTED
        keys = QCoreApplication.translate("Forms", "F8 goes to the next one, Shift+F8 to the one before.")
        self.rest.setText(words.Counts().more(more) if more > 0 else keys)
        self.setVisible(bool(issues))


class PageView(QScrollArea):
    """The page that is open.

    Attributes:
        stops_before, stops_after: what Tab reaches around the page.

    Signals:
        problem_chosen: the person goes to the question with this path.
    """

    problem_chosen = Signal(str)

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._ground = QWidget(self)
        self._ground.setProperty("surface", "none")
        # A click beside the fields leaves the field: what is typed is saved, an open list closes.
        self._ground.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._ground.setAccessibleName(QCoreApplication.translate("Forms", "Page of the form"))
        self.title = plain_label(role="heading", parent=self._ground)
        self.problems = ProblemList(self._ground)
        self.problems.chosen.connect(self.problem_chosen)
        self._items = ItemColumn(context, self._ground)
        self._column = QWidget(self._ground)
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(20)
        for widget in (self.title, self.problems, self._items):
            column.addWidget(widget)
        column.addStretch(1)
        row = QHBoxLayout(self._ground)
        row.setContentsMargins(MARGIN_PX, 20, MARGIN_PX, 24)
        row.addWidget(self._column, 100)
        row.addStretch(1)
        self.setWidget(self._ground)
        self._awaited: QWidget | None = None
        self._only_rows = False
        self._beside = False
        context.room = self._room
        self.stops_before: tuple[QWidget, ...] = ()
        self.stops_after: tuple[QWidget, ...] = ()
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        theme().changed.connect(self._redress)
        self._dress()

    def _redress(self) -> None:
        self._dress()
        # Not while the theme tells everybody: rows that come and go then would be told, or be gone before.
        QTimer.singleShot(0, self, lambda: self._context.around.when_quiet(self.lay_out_rows))

    def show_page(self, page: Page, title: str, *, another: bool) -> None:
        """Show `page`. Called while quiet.

        Args:
            another: it is another page than before, shown from its top; else widgets, focus and scroll are kept.
        """
        alone = page.items[0] if len(page.items) == 1 else None
        self.title.setText(title)
        self.title.setVisible(bool(title) and not (isinstance(alone, RepeatView) and alone.label == title))
        self._only_rows = isinstance(alone, RepeatView)
        self._beside = bool(page.columns) or any(question.heading for question in questions_of(page.items))
        self._dress()
        if another:
            self._renew(page.columns)
        self._items.show_items(page.items)
        self.set_tab_order()
        if another:
            self.verticalScrollBar().setValue(0)

    def _renew(self, columns: int) -> None:
        layout = self._column.layout()
        assert isinstance(layout, QVBoxLayout)
        old = self._items
        self._items = ItemColumn(self._context, self._column, columns=columns)
        layout.insertWidget(layout.indexOf(old), self._items)
        layout.removeWidget(old)
        old.hide()
        old.deleteLater()
        # A layout shows its new children only later, and what is not shown cannot take the focus.
        self._items.show()

    def blocks(self) -> Iterator[Block]:
        """Yield the questions on the page, in reading order; those of closed rows do not exist."""
        return self._items.blocks()

    def fields(self) -> Iterator[FieldBlock]:
        """Yield the questions that can be answered."""
        return (block for block in self.blocks() if isinstance(block, FieldBlock) and block.isVisibleTo(self))

    def block(self, path: str) -> Block | None:
        return next((block for block in self.blocks() if block.path == path), None)

    def repeats(self) -> Iterator[RepeatBlock]:
        return self._items.repeats()

    def repeat(self, path: str) -> RepeatBlock | None:
        return next((block for block in self.repeats() if block.repeat.path == path), None)

    def repeat_at(self, focus: QWidget | None) -> RepeatBlock | None:
        """Return the innermost repeat around `focus` that rows can be added to, else the first one of the page."""
        repeats = [repeat for repeat in self.repeats() if repeat.add.isVisibleTo(self.window())]
        around = [repeat for repeat in repeats if focus is not None and repeat.isAncestorOf(focus)]
        return around[-1] if around else repeats[0] if repeats else None

    def open_rows_around(self, path: str) -> None:
        """Open the closed rows that hold `path`. Called while quiet."""
        opened = True
        while opened:
            opened = False
            for repeat in list(self.repeats()):
                for card in repeat.cards():
                    if path.startswith(f"{card.row.path}/") and not card.is_open:
                        card.open()
                        opened = True
        self.set_tab_order()

    def bring_into_view(self, widget: QWidget) -> None:
        """Scroll so that the whole question around `widget` is seen, its label and its problem included.

        What was just added has no place yet; it is brought into view again when it has one.
        """
        self._awaited = widget
        self._scroll_to(widget)

    def _on_range(self, _least: int, _most: int) -> None:
        awaited = self._awaited
        if awaited is not None and shiboken6.isValid(awaited) and awaited.hasFocus():
            self._scroll_to(awaited)

    def _scroll_to(self, widget: QWidget) -> None:
        layout = self._ground.layout()
        assert layout is not None
        layout.activate()
        block = _block_around(widget) or widget
        top = block.mapTo(self._ground, QPoint(0, 0)).y()
        bar = self.verticalScrollBar()
        room = self.viewport().height()
        if top < bar.value() or block.height() > room:
            bar.setValue(max(0, top - 16))
        elif top + block.height() > bar.value() + room:
            bar.setValue(top + block.height() - room + 16)

    def show_contested(self, notes: Mapping[str, str], settle: Callable[[str], None]) -> None:
        """Mark the questions (path -> words) that two people answered differently; ``settle`` goes there."""
        self._context.contested.notes, self._context.contested.settle = notes, settle
        for block in self.blocks():
            block.mark_contested()
        self.set_tab_order()

    def set_tab_order(self) -> None:
        """Make Tab follow the page: Qt's own order is the order of creation, and questions come and go."""
        stops = [*self.stops_before, *_tab_stops(self._ground), *self.stops_after]
        for first, second in zip(stops, stops[1:], strict=False):
            QWidget.setTabOrder(first, second)

    def after(self, block: FieldBlock) -> QWidget | None:
        """Return where Enter leads from a question: the next one, from the last cell of a table its button to add."""
        for repeat in self.repeats():
            if repeat.is_grid and repeat.add.isVisibleTo(self) and repeat.last_field() is block:
                return repeat.add
        fields = list(self.fields())
        place = fields.index(block) + 1 if block in fields else len(fields)
        return fields[place].editor.entrance() if place < len(fields) else None

    def lay_out_rows(self) -> None:
        """Show rows as tables or as blocks, as there is room and as the person wants. Called while quiet."""
        for repeat in list(self.repeats()):
            repeat.look_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._context.around.when_quiet(self.lay_out_rows)

    def _room(self) -> int:
        most = theme().px(TABLE_WIDTH if self._only_rows or self._beside else COLUMN_WIDTH)
        return min(most, self.width() - 2 * MARGIN_PX - BAR_PX)

    def _dress(self) -> None:
        self._column.setMaximumWidth(theme().px(TABLE_WIDTH if self._only_rows or self._beside else COLUMN_WIDTH))


def _block_around(widget: QWidget) -> QWidget | None:
    each: QWidget | None = widget
    while each is not None and not isinstance(each, (Block, PageView, RowCard)):
        each = each.parentWidget()
    return each if isinstance(each, Block) else None


def _tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that Tab may reach, in reading order, hidden ones too (they may be shown later)."""
    layout = widget.layout()
    if layout is None or isinstance(widget, QScrollArea):
        return
    yield from _stops_in(layout)


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        assert item is not None
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                yield widget
            yield from _tab_stops(widget)
        elif inner is not None:
            yield from _stops_in(inner)
