"""The parts of a form's window, and where they stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.forms.blocks import PageContext
from desktop.forms.contents import WIDTH, ContentsBox, ContentsList, ContentsModel
from desktop.forms.footer import Footer
from desktop.forms.jump import JumpBar
from desktop.forms.page import COLUMN_WIDTH, PageView
from desktop.theme import theme
from forms.views import FoundQuestion


class FormFrame(QWidget):
    """The table of contents beside or above the open page, the bar that jumps, the buttons below. GUI thread only."""

    contents: ContentsModel
    contents_list: ContentsList
    contents_box: ContentsBox
    page: PageView
    footer: Footer
    jump: JumpBar
    _several = False

    def build(self, context: PageContext, find: Callable[[str, int], tuple[FoundQuestion, ...]]) -> None:
        """Make the parts; ``find`` looks for questions by their words, while quiet."""
        self.contents = ContentsModel(self)
        self.contents_list = ContentsList(self.contents, self)
        self.contents_box = ContentsBox(self.contents, self)
        self.page = PageView(context, self)
        self.footer = Footer(self)
        self.jump = JumpBar(context.around, find)
        self.page.stops_before = (self.contents_list, self.contents_box)
        self.page.stops_after = self.footer.stops()
        self._place_parts()
        theme().changed.connect(self._arrange_again)

    def _place_parts(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self._box_row = QHBoxLayout()
        self._box_row.addWidget(self.contents_box)
        right.addLayout(self._box_row)
        jump_row = QHBoxLayout()
        jump_row.setContentsMargins(16, 8, 16, 0)
        jump_row.addWidget(self.jump)
        right.addLayout(jump_row)
        right.addWidget(self.page, 1)
        right.addWidget(self.footer)
        self._list_column = QVBoxLayout()
        self._list_column.addWidget(self.contents_list)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(self._list_column)
        row.addLayout(right, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_again()

    def _arrange_again(self) -> None:
        self.arrange(several=self._several)

    def arrange(self, *, several: bool) -> None:
        """Put the table of contents of several pages at the left where there is room for it, else above."""
        self._several = several
        wide = self.width() >= theme().px(WIDTH) + theme().px(COLUMN_WIDTH) * 3 // 4
        # Never a width that keeps the window from becoming so narrow that the list gives way.
        self.contents_list.setMinimumWidth(1)
        self.contents_list.setMaximumWidth(theme().px(WIDTH))
        self.contents_list.setVisible(several and wide)
        self.contents_box.setVisible(several and not wide)
        self._list_column.setContentsMargins(*((16, 16, 0, 16) if several and wide else (0, 0, 0, 0)))
        self._box_row.setContentsMargins(*((24, 4, 24, 4) if several and not wide else (0, 0, 0, 0)))
