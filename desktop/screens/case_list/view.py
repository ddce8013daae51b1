"""The list of cases: filter above, table, preview at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QHeaderView, QStackedWidget, QTableView

from cases.views import CaseView
from desktop import route
from desktop.bridge import TITLES, Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.case_list import model as columns
from desktop.screens.case_list.delegate import StateDelegate
from desktop.screens.case_list.model import CaseTableModel, Filter
from desktop.screens.case_list.preview import Preview
from desktop.theme import theme
from desktop.widgets.banner import Empty
from desktop.widgets.basics import button, column, holder, label, row
from desktop.words.dates import number
from desktop.words.states import CASE_STATES, case_state

ROW_PX = 36
_WIDTHS = {
    columns.STATE: 172,
    columns.CITIZEN: 210,
    columns.CODE: 210,
    columns.CHANGED: 92,
    columns.AGENT: 150,
}
CONTESTED = "contested"
"""Among the states that can be listed: cases in whichever state with a field to settle."""
WITH_PREVIEW_PX = 900
WIDE_PX = 1000
"""A narrower table leaves the tracking code and the agent to the preview."""


class CaseTable(QTableView):
    """Return opens the row."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        narrow = self.width() < theme().px(WIDE_PX)
        for column_number in (columns.CODE, columns.AGENT):
            self.setColumnHidden(column_number, narrow)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class CaseListScreen(Screen):
    """Rows open by Return or a double click; one click shows the preview."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted_row = ""
        self.model = CaseTableModel(context.workspace, context.tasks, context.procedure_title, context.now_ms, self)
        self.model.loaded.connect(self._loaded)
        self.states = QComboBox()
        self.states.setObjectName("cases.state")
        self.states.setAccessibleName(self.tr("Which cases are listed"))
        self.states.addItem(self.tr("All cases"), "")
        for state in CASE_STATES:
            self.states.addItem(case_state(state).word, state)
        self.states.addItem(self.tr("To settle"), CONTESTED)
        self.states.currentIndexChanged.connect(lambda _index: self._ask())
        self._count = label("", "count", wrap=False, name="cases.count")
        self.table = self._make_table()
        self._preview = Preview(context)
        start = button(
            self.tr("Receive someone"),
            lambda: context.go(Route(route.CITIZENS, detail={"why": "new_case"})),
            kind="primary",
            icon="users",
        )
        self._empty = Empty(
            "folder-open",
            self.tr("No case here yet"),
            self.tr("A case begins with the person: search them first."),
            act=start,
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        head = row(label(self.tr("Cases"), "title", wrap=False), 8, self._count, -1, self.states, gap=8)
        head.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(holder(column(head, self._stack, margins=(24, 20, 24, 16), gap=12)), 1)
        body.addWidget(self._preview)
        self.setLayout(body)
        theme().changed.connect(self._resize)
        self._resize()

    def title(self) -> str:
        return self.tr("Cases")

    def explain(self) -> str:
        return self.tr(
            "Every case that this computer holds, the newest activity first. The arrows move, the panel on the right "
            "says what a case is about, Return opens it. The list above the table keeps the cases of one state."
        )

    def open(self, to: Route) -> None:
        self._wanted_row = to.record or self._wanted_row
        state = to.detail.get("state")
        if state is not None and state != self.states.currentData():
            self.states.setCurrentIndex(max(0, self.states.findData(state)))
        else:
            self._ask()

    def route(self) -> Route:
        return Route(route.CASES, self._chosen(), {"state": str(self.states.currentData())})

    def refresh(self, changes: Changes) -> None:
        if changes.kinds & {"case", "procedure", "citizen", TITLES}:
            self._wanted_row = self._chosen() or self._wanted_row
            self.model.read_again()

    def focus_first(self) -> None:
        self.table.setFocus()

    def _make_table(self) -> CaseTable:
        table = CaseTable()
        table.setObjectName("cases.table")
        table.setAccessibleName(self.tr("List of cases"))
        table.setModel(self.model)
        table.setItemDelegateForColumn(columns.STATE, StateDelegate(table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setAccessibleName(self.tr("Columns of the list of cases"))
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(columns.PROCEDURE, QHeaderView.ResizeMode.Stretch)
        table.activated.connect(self._open_row)
        table.selectionModel().currentRowChanged.connect(self._chosen_changed)
        return table

    def _ask(self) -> None:
        wanted = self.states.currentData()
        self.model.ask(Filter(contested_only=True) if wanted == CONTESTED else Filter(state=wanted or None))

    def _loaded(self) -> None:
        rows = self.model.rowCount()
        self._stack.setCurrentWidget(self.table if rows else self._empty)
        more = "+" if self.model.canFetchMore(QModelIndex()) else ""
        self._count.setText(f"{number(rows)}{more}" if rows else "")
        wanted = self.model.row_of(self._wanted_row) if self._wanted_row else -1
        if rows and not self.table.currentIndex().isValid():
            self.table.selectRow(max(0, wanted))
        if not rows:
            self._preview.clear()

    def _chosen(self) -> str:
        found = self.model.row_at(self.table.currentIndex().row())
        return found.id if found else ""

    def _chosen_changed(self, current: QModelIndex) -> None:
        found = self.model.row_at(current.row())
        if found is None:
            self._preview.clear()
            return
        if found.id != self._preview.case:
            self._preview.clear()
        workspace = self.context.workspace
        self.context.tasks.read(self, lambda: workspace.case(found.id), self._show_preview, key="preview")

    def _show_preview(self, case: CaseView) -> None:
        # The row may be another by now, or none.
        if case.id == self._chosen():
            self._preview.show_case(case)

    def _open_row(self, index: QModelIndex) -> None:
        found = self.model.row_at(index.row())
        if found is not None:
            self.context.go(Route(route.CASE, found.id))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._preview.setVisible(self.width() >= theme().px(WITH_PREVIEW_PX))

    def _resize(self) -> None:
        self._preview.setVisible(self.width() >= theme().px(WITH_PREVIEW_PX))
        px = theme().px
        self.table.verticalHeader().setDefaultSectionSize(px(ROW_PX))
        self.table.setIconSize(QSize(px(16), px(16)))
        for section, width in _WIDTHS.items():
            self.table.setColumnWidth(section, px(width))
