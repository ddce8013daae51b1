"""The record of one case: header band, then tabs that are pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from cases.errors import EstafetteError
from cases.views import HistoryEntry
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen
from desktop.forms.view import FormView
from desktop.route import Route
from desktop.screens.record.follow_up import FollowUp
from desktop.screens.record.header import Header
from desktop.screens.record.history_tab import HistoryTab
from desktop.screens.record.model import contested_notes, delay_of, history_lines
from desktop.screens.record.paper import PaperPane
from desktop.screens.record.receipt import ReceiptTab
from desktop.screens.record.version_acts import FormTab
from desktop.screens.record.versions import VersionStanding, standing_of
from desktop.tasks import Job
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import clear, column, holder
from desktop.words.errors import explain
from desktop.words.sync_line import Standing
from sync.desk import FormIncomplete, OpenForm
from sync.last_values import last_values

FORM, FOLLOW_UP, RECEIPT, HISTORY = "form", "follow_up", "receipt", "history"
LOW_PX = 440
"""Below this height (at 100 %) the header keeps to one line, so that the form has room."""
_TABS = (FORM, FOLLOW_UP, RECEIPT, HISTORY)


@dataclass(frozen=True)
class _Read:
    """What one look at the case brought. ``redraw``: the answers changed elsewhere."""

    form: OpenForm
    redraw: bool
    standing: VersionStanding = field(default_factory=VersionStanding)


class RecordScreen(Screen):
    """Every answer is saved as it is given; leaving hands over what is being typed."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._id = ""
        self._form: OpenForm | None = None
        self._opening: Job | None = None
        self._handing_in: OpenForm | None = None
        self._read_only = False
        self._wanted_route: dict[str, str] = {}
        self.form_view: FormView | None = None
        self.header = Header()
        self.follow_up = FollowUp(context)
        self.receipt = ReceiptTab(context)
        self.history = HistoryTab(context)
        self._message = Banner("critical", name="case.message")
        self.form_tab = FormTab(context)
        self._form_page: QVBoxLayout = self.form_tab.form_page
        self.paper = PaperPane(context)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("case.tabs")
        self.tabs.setAccessibleName(self.tr("Pages of the case"))
        self.tabs.tabBar().setAccessibleName(self.tr("Pages of the case"))
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(holder(column(self.form_tab, self.paper, gap=0)), self.tr("Form"))
        self.tabs.addTab(self.follow_up, self.tr("Follow-up"))
        self.tabs.addTab(self.receipt, self.tr("Receipt"))
        self.tabs.addTab(self.history, self.tr("History"))
        whole = column(self.header, self._message, self.tabs, gap=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self._connect()
        theme().changed.connect(self._fit)

    def title(self) -> str:
        return self.tr("Case")

    def explain(self) -> str:
        return self.tr(
            "Above: whose case it is, where it stands and the next act. « Form »: every answer is saved as it is "
            "given. « Follow-up »: what supervisors ask and your notes. « Receipt »: what the person takes home. "
            "« History »: who did what, and whether the central service has received it. "
            "Alt+1 to Alt+4 change the page. Ctrl+P prints the form or saves it as PDF, filled or blank. "
            "In a question, F9 gives the last value again (of the row above, else of your last case of this "
            "procedure), F7 marks « does not know » and Shift+F7 « refuses » where the list has such a choice."
        )

    def open(self, to: Route) -> None:
        self._wanted_route = {name: to.detail[name] for name in ("page", "focus") if name in to.detail}
        if to.record != self._id or self._form is None:
            self._begin(to.record)
        else:
            self._look_again()
        if to.detail.get("tab") in _TABS:
            self.tabs.setCurrentIndex(_TABS.index(to.detail["tab"]))

    def route(self) -> Route:
        detail = {"tab": _TABS[self.tabs.currentIndex()]}
        if self.form_view is not None:
            detail |= {name: value for name, value in self.form_view.route.items() if value}
        return Route(route.CASE, self._id, detail)

    def refresh(self, changes: Changes) -> None:
        if "procedure" in changes.kinds or (changes.kinds & {"case", "citizen"} and changes.touches(self._id)):
            self._look_again()

    def take_standing(self, standing: Standing) -> None:
        self.history.take_standing(standing)

    def focus_first(self) -> None:
        if self.tabs.currentIndex() == 0 and self.form_view is not None:
            self.form_view.setFocus()
        else:
            self.tabs.setFocus()

    def flush(self) -> None:
        if self.form_view is not None:
            self.form_view.flush()

    def step_back(self) -> bool:
        self.flush()
        if self.tabs.currentIndex() == 0 and self.paper.isVisible():
            self.paper.close_pane()
            return True
        if self.tabs.currentIndex() == 0 and self.form_tab.reads_versions:
            self.form_tab.close_page()
            return True
        return self.tabs.currentWidget() is self.follow_up and self.follow_up.step_back()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def submit(self) -> None:
        """Do the next act that the header names."""
        state = self._form.view.state if self._form else ""
        if state == "draft":
            self._check_and_hand_in()
        elif state == "needs_information":
            self.tabs.setCurrentWidget(self.follow_up)
            self.follow_up.focus_reply()
        else:
            self.tabs.setCurrentWidget(self.receipt)

    def _fit(self) -> None:
        self.header.set_compact(self.height() < theme().px(LOW_PX))

    def _connect(self) -> None:
        self.header.citizen_wanted.connect(self._go_to_citizen)
        self.header.act_wanted.connect(self.submit)
        self.header.contested_wanted.connect(lambda: self._settle(""))
        self.follow_up.reply_wanted.connect(self._check_and_hand_in)
        self.follow_up.note_wanted.connect(self._add_note)
        self.paper.closed.connect(self._back_to_form)
        self.form_tab.flush_wanted.connect(self.flush)
        self.form_tab.changed.connect(lambda: self._look_again(redraw=True))
        self.follow_up.form_wanted.connect(lambda: self.tabs.setCurrentIndex(0))
        for number in range(len(_TABS)):
            keys = QShortcut(QKeySequence(f"Alt+{number + 1}"), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(lambda number=number: self.tabs.setCurrentIndex(number))
            self.tabs.setTabToolTip(number, f"{self.tabs.tabText(number)} (Alt+{number + 1})")

    def _begin(self, case: str) -> None:
        """Take everything of the case before away at once, then open this one."""
        self._leave_form()
        self._id, self._form = case, None
        self.header.clear()
        self.follow_up.clear()
        self.receipt.show_case(None)
        self.history.show_record("")
        self.tabs.setTabText(1, self.tr("Follow-up"))
        self._message.say("")
        self.setEnabled(False)
        if self._opening is not None:
            self._opening.cancel()
        desk = self.context.desk
        self.form_tab.clear()

        def opened() -> _Read:
            form = desk.open(case)
            return _Read(form, True, standing_of(desk, form))

        self._opening = self.context.tasks.change(self, opened, self._opened, self._not_opened)
        self.tabs.setCurrentIndex(0)

    def _opened(self, read: _Read) -> None:
        form = read.form
        self._opening = None
        self.setEnabled(True)
        self._message.say("")
        self._form = form
        self.history.show_record(form.case_id)
        self._read_only = not form.editable
        view = FormView(
            form,
            self.context.tasks,
            today=self.context.today(),
            zone=self.context.identity.zone,
            read_only=self._read_only,
        )
        view.submitRequested.connect(lambda: self._hand_in(form))
        view.routeChanged.connect(lambda _route: self.moved.emit())
        view.printRequested.connect(lambda: self._show_paper(form))
        view.offer_printing()
        workspace = self.context.workspace
        view.quick.last_values = lambda: last_values(workspace, form.case_id, form.view.procedure)
        self.form_view = view
        self._form_page.addWidget(view)
        self._show(form)
        self.form_tab.show_standing(form, read.standing)
        if self._wanted_route:
            view.route = self._wanted_route
        self.focus_first()

    def _not_opened(self, error: EstafetteError) -> None:
        self._opening = None
        self.setEnabled(True)
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}")

    def _look_again(self, *, redraw: bool = False) -> None:
        """Read the case as it stands now; ``redraw``: the form was changed by something else than its view."""
        form, desk = self._form, self.context.desk
        if form is not None:
            self.context.tasks.change(
                self, lambda: _Read(form, form.refresh() or redraw, standing_of(desk, form)), self._seen
            )

    def _seen(self, read: _Read) -> None:
        if read.form is not self._form:
            return
        if read.redraw and self.form_view is not None:
            self.form_view.refresh()
        self._show(read.form)
        self.form_tab.show_standing(read.form, read.standing)

    def _show(self, form: OpenForm) -> None:
        case = form.view
        self.header.act.setEnabled(form is not self._handing_in)
        title = self.context.procedure_title(case.procedure, case.version)
        self.header.show_case(case, title, delay_of(case, form.procedure.delay_days, self.context.now_ms()))
        self.follow_up.show_case(case)
        self.receipt.show_case(case)
        asks = case.state == "needs_information"
        self.tabs.setTabText(1, self.tr("Follow-up (1 request)") if asks else self.tr("Follow-up"))
        self._message.say("")
        if self.form_view is not None:
            self.form_view.page.show_contested(contested_notes(form.session, case), self._settle)
        if self.form_view is not None and self._read_only == form.editable:
            self._read_only = not form.editable
            self.form_view.set_read_only(self._read_only)
        workspace, shown = self.context.workspace, self._id
        self.context.tasks.read(
            self, lambda: workspace.history(shown), lambda found: self._show_history(form, found), key="history"
        )

    def _show_history(self, form: OpenForm, entries: list[HistoryEntry]) -> None:
        if form is self._form:
            self.history.show_lines(history_lines(entries))

    def _settle(self, field: str) -> None:
        self.context.go(Route(route.CONTESTED, self._id, {"field": field} if field else {}))

    def _go_to_citizen(self) -> None:
        if self._form is not None:
            self.context.go(Route(route.CITIZEN, self._form.view.citizen))

    def _check_and_hand_in(self) -> None:
        """Ask the form to check itself; it shows what is wrong, or says that the case can go."""
        if self.form_view is not None:
            if not self.paper.isHidden():
                self.paper.close_pane()
            self.tabs.setCurrentIndex(0)
            self.form_view.request_submit()

    def _hand_in(self, form: OpenForm) -> None:
        if form is not self._form or form is self._handing_in:
            return
        self._handing_in = form
        self.header.act.setEnabled(False)
        reply = self.follow_up.reply_text if form.view.state == "needs_information" else ""
        if reply:
            # Two acts: once the answer is a note it is kept, whatever happens to the hand-in.
            self.context.tasks.change(
                self,
                lambda: form.note(reply),
                lambda _act: self._replied(form),
                lambda error: self._not_handed_in(form, error),
            )
        else:
            self._submit(form)

    def _replied(self, form: OpenForm) -> None:
        self.follow_up.clear_reply(form.case_id)
        self._submit(form)

    def _submit(self, form: OpenForm) -> None:
        self.context.tasks.change(
            self,
            form.submit,
            lambda _submitted: self._handed_in(form),
            lambda error: self._not_handed_in(form, error),
        )

    def _settled(self, form: OpenForm) -> bool:
        """The hand-in of ``form`` ended; False when another case is shown by now."""
        if form is self._handing_in:
            self._handing_in = None
        if form is self._form:
            self.header.act.setEnabled(True)
        return form is self._form

    def _handed_in(self, form: OpenForm) -> None:
        self.context.say(self.tr("Case submitted and saved on this computer"), "positive")
        if self._settled(form):
            self._show(form)
            self.tabs.setCurrentWidget(self.receipt)

    def _not_handed_in(self, form: OpenForm, error: EstafetteError) -> None:
        if not self._settled(form):
            self.context.say(explain(error).sentence, "critical")
            return
        if isinstance(error, FormIncomplete):
            self.tabs.setCurrentIndex(0)
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}")

    def _add_note(self, text: str) -> None:
        form = self._form
        if form is not None:
            self.context.tasks.change(
                self,
                lambda: form.note(text),
                lambda _act: self._note_saved(form),
                lambda error: self._note_failed(form, error),
            )

    def _note_saved(self, form: OpenForm) -> None:
        self.follow_up.clear_note(form.case_id)
        self.context.say(self.tr("Note saved on this computer"), "positive")
        if form is self._form:
            self._look_again()

    def _note_failed(self, form: OpenForm, error: EstafetteError) -> None:
        words = explain(error)
        if form is not self._form:
            self.context.say(words.sentence, "critical")
            return
        self.follow_up.note.set_error(f"{words.what} {words.next}")

    def _leave_form(self) -> None:
        self.flush()
        self.paper.forget()
        self.form_tab.show()
        clear(self._form_page)
        self.form_view = None

    def _show_paper(self, form: OpenForm) -> None:
        """Put the form's pages as they will be printed in its place."""
        self.form_tab.hide()
        self.paper.show_form(form)

    def _back_to_form(self) -> None:
        self.form_tab.show()
        if self.form_view is not None:
            self.form_view.setFocus()
