"""Which procedure? A list with a search, and beside it what the person should know and bring."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListView

from cases.errors import EstafetteError
from cases.procedures import Procedure
from cases.views import CitizenView
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen, in_language
from desktop.route import Route
from desktop.screens.new_case.model import PROCEDURE, ProcedureModel, matching
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, clear, column, frame, holder, label, row, scroll
from desktop.words.errors import explain
from desktop.words.people import in_sentence


class ProcedureList(QListView):
    """Signals:
    taken: Return or a double click on a procedure.
    """

    taken = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        else:
            super().keyPressEvent(event)


class NewCaseScreen(Screen):
    """Opens the case as a draft that is saved from its first moment."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._citizen = ""
        self._all: tuple[Procedure, ...] = ()
        self._for = label("", "secondary", name="new_case.citizen")
        self.box = QLineEdit()
        self.box.setObjectName("procedure.search")
        self.box.setProperty("role", "search")
        self.box.setAccessibleName(self.tr("Search a procedure"))
        self.box.setPlaceholderText(self.tr("Search a procedure…"))
        self.box.textEdited.connect(lambda _text: self._filter())
        self._model = ProcedureModel()
        self.list = ProcedureList()
        self.list.setObjectName("procedure.list")
        self.list.setAccessibleName(self.tr("Procedures"))
        self.list.setModel(self._model)
        self.list.setProperty("role", "contents")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().currentChanged.connect(self._chosen_changed)
        self.list.taken.connect(self.start)
        self.list.doubleClicked.connect(lambda _index: self.start())
        self.box.returnPressed.connect(self.list.setFocus)
        self._empty = Empty(
            "clipboard-list",
            self.tr("No procedure on this computer yet"),
            self.tr("They arrive at the first contact with the central service."),
        )
        self._start = button(
            self.tr("Begin the case"), self.start, kind="primary", name="procedure.start", shortcut="Ctrl+Return"
        )
        self._start.setEnabled(False)
        self._message = Banner("critical")
        self._about = column(gap=10)
        self.setLayout(self._laid_out())

    def title(self) -> str:
        return self.tr("New case")

    def explain(self) -> str:
        return self.tr(
            "Choose what the person asks for. On the right: what to know, what to bring and how long it takes. "
            "« Begin the case » opens its form; from then on every answer is saved as it is given."
        )

    def open(self, to: Route) -> None:
        if to.record != self._citizen:
            self._for.setText("")
        self._citizen = to.record
        self._message.say("")
        workspace, citizen = self.context.workspace, self._citizen
        self.context.tasks.read(self, lambda: workspace.citizen(citizen), self._show_citizen, key="citizen")
        self._read()

    def route(self) -> Route:
        return Route(route.NEW_CASE, self._citizen)

    def refresh(self, changes: Changes) -> None:
        if "procedure" in changes.kinds:
            self._read()

    def step_back(self) -> bool:
        if self.box.text():
            self.box.clear()
            self._filter()
            return True
        return False

    def focus_first(self) -> None:
        self.box.setFocus()

    def start(self) -> None:
        """Open the case; the screen moves on once it is durable."""
        procedure = self.chosen
        if procedure is None or not self._start.isEnabled():
            return
        self._start.setEnabled(False)
        desk, citizen = self.context.desk, self._citizen
        self.context.tasks.change(
            self, lambda: desk.new_case(procedure.id, citizen).case_id, self._started, self._failed
        )

    @property
    def chosen(self) -> Procedure | None:
        """The procedure that is selected."""
        found = self.list.currentIndex().data(PROCEDURE)
        return found if isinstance(found, Procedure) else None

    def _laid_out(self) -> QHBoxLayout:
        left = column(
            label(self.tr("New case"), "title"),
            self._for,
            4,
            self.box,
            frame("card", column(self._empty, self.list, margins=(6, 6, 6, 6))),
            gap=8,
            margins=(24, 20, 24, 20),
        )
        left.setStretch(4, 1)
        side = QFrame()
        side.setProperty("surface", "side")
        inside = column(self._about, self._message, 8, row(self._start, -1), -1, margins=(24, 24, 24, 24), gap=8)
        side.setLayout(column(scroll(holder(inside))))
        self._side = side
        whole = row(holder(left), side, gap=0)
        whole.setStretch(0, 1)
        whole.setStretch(1, 1)
        return whole

    def _read(self) -> None:
        desk = self.context.desk
        self.context.tasks.change(self, desk.procedures, self._show)

    def _show(self, procedures: tuple[Procedure, ...]) -> None:
        self._all = procedures
        self._filter()

    def _show_citizen(self, citizen: CitizenView) -> None:
        self._for.setText(self.tr("For %1").replace("%1", in_sentence(citizen.fields)))

    def _filter(self) -> None:
        before = self.chosen.id if self.chosen else ""
        found = matching(self._all, self.box.text())
        self._model.show(found)
        self.list.setVisible(bool(found))
        self._empty.setVisible(not found)
        if self._all and not found:
            self._empty.say(self.tr("No procedure matches"), self.tr("Try another word."))
        place = next((number for number, each in enumerate(found) if each.id == before), 0)
        self.list.setCurrentIndex(self._model.index(place, 0))
        self._describe()

    def _chosen_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._describe()

    def _describe(self) -> None:
        clear(self._about)
        procedure = self.chosen
        self._side.setVisible(procedure is not None)
        self._start.setEnabled(procedure is not None)
        if procedure is None:
            return
        self._about.addWidget(label(in_language(procedure.title), "heading"))
        if summary := in_language(procedure.summary):
            self._about.addWidget(label(summary))
        if procedure.required_documents:
            self._about.addWidget(label(self.tr("To bring"), "section"))
            for document in procedure.required_documents:
                self._about.addWidget(label(f"•  {in_language(document.label)}"))
        if procedure.delay_days:
            self._about.addWidget(label(self.tr("Delay"), "section"))
            self._about.addWidget(label(self._delay(procedure)))
        if notice := in_language(procedure.notices):
            self._about.addWidget(label(self.tr("To tell the person"), "section"))
            self._about.addWidget(label(notice, "secondary"))
        if procedure.legal_basis:
            self._about.addWidget(label(self.tr("Legal basis"), "section"))
            self._about.addWidget(label("\n".join(procedure.legal_basis), "secondary"))

    def _delay(self, procedure: Procedure) -> str:
        words = self.tr("An answer within %n day(s).", "", procedure.delay_days)
        if procedure.silence == "acceptance":
            words = f"{words} " + self.tr("No answer by then means yes.")
        if procedure.silence == "refusal":
            words = f"{words} " + self.tr("No answer by then means no.")
        return words

    def _started(self, case: str) -> None:
        self._start.setEnabled(True)
        self.box.clear()
        self.context.say(self.tr("Case opened and saved on this computer"), "positive")
        self.context.go(Route(route.CASE, case))

    def _failed(self, error: EstafetteError) -> None:
        self._start.setEnabled(True)
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}")
