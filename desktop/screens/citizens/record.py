"""One citizen: who they are, their cases, a new one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from cases.errors import EstafetteError
from cases.merge import SAME_AS
from cases.views import CITIZEN_FIELDS, Act, CitizenView
from desktop import route
from desktop.bridge import Changes
from desktop.case_rows.view import CaseRows
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.citizens.form import CitizenForm
from desktop.screens.citizens.same import LinkPage, SameCard, unlink
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, centred, clear, column, frame, holder, label, row, scroll
from desktop.words.dates import iso_day
from desktop.words.errors import explain
from desktop.words.states import citizen_field


class CitizenScreen(Screen):
    """Reading and correcting; a correction sends only the fields that changed."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._id = ""
        self._view: CitizenView | None = None
        self._name = label("", "title", name="citizen.name")
        self._about = label("", "secondary")
        self._new_case = button(
            self.tr("New case"),
            self._start_case,
            kind="primary",
            icon="file-plus",
            name="citizen.new_case",
            shortcut="Ctrl+Return",
        )
        self._edit = button(self.tr("Correct"), self._begin_edit, icon="pencil", name="citizen.edit", shortcut="Ctrl+E")
        self._same = button(
            self.tr("Same person as…"), self._begin_link, icon="users", name="citizen.link", shortcut="Ctrl+Shift+L"
        )
        self.same = SameCard(context)
        self.same.taken_back.connect(self._unlink)
        self.link = LinkPage(context)
        self.link.linked.connect(self._linked)
        self.link.given_up.connect(self.step_back)
        self._contested = Banner("caution", icon="split")
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(24)
        self._facts.setVerticalSpacing(8)
        self._facts.setContentsMargins(0, 0, 0, 0)
        self.rows = CaseRows(context, self.tr("Cases of this citizen"), with_name=False, name="citizen.cases")
        self.rows.picked.connect(lambda case: context.go(Route(route.CASE, case)))
        self._no_case = label(self.tr("No case yet."), "secondary")
        self.form = CitizenForm()
        self.form.accepted.connect(self._save)
        self._message = Banner("critical")
        self._save_button = button(self.tr("Save"), self._save, kind="primary", name="citizen.save_edit")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._reading())
        self._pages.addWidget(self._editing())
        self._pages.addWidget(self.link)
        self.setLayout(column(self._pages))

    def title(self) -> str:
        return self.tr("Citizen")

    def explain(self) -> str:
        return self.tr(
            "What is known of the person, and their cases. « New case » lets you choose a procedure; "
            "« Correct » changes what is known; « Same person as… » says that a person was recorded twice."
        )

    def open(self, to: Route) -> None:
        if to.record != self._id:
            self._id = to.record
            self._forget()
        self._read()

    def route(self) -> Route:
        return Route(route.CITIZEN, self._id)

    def refresh(self, changes: Changes) -> None:
        self._read()

    def step_back(self) -> bool:
        begun = self._pages.currentIndex()
        if begun == 0:
            return False
        self._pages.setCurrentIndex(0)
        (self._edit if begun == 1 else self._same).setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def focus_first(self) -> None:
        self._new_case.setFocus()

    def _reading(self) -> QWidget:
        head = row(holder(column(self._name, self._about, gap=2)), self._same, self._edit, self._new_case, gap=8)
        head.setStretch(0, 1)
        head.setAlignment(self._same, Qt.AlignmentFlag.AlignTop)
        head.setAlignment(self._edit, Qt.AlignmentFlag.AlignTop)
        head.setAlignment(self._new_case, Qt.AlignmentFlag.AlignTop)
        card = frame("card", column(holder(self._facts), margins=(20, 16, 20, 16)))
        cases = frame("card", column(self.rows, self._no_case, margins=(10, 6, 10, 6)))
        content = column(
            head, 4, self._contested, card, self.same, 8, label(self.tr("Cases"), "section"), cases, -1, gap=8
        )
        return scroll(centred(holder(content), 920))

    def _editing(self) -> QWidget:
        acts = row(self._save_button, button(self.tr("Give up the changes"), self.step_back, kind="quiet"), -1)
        content = column(label(self.tr("Correct"), "title"), 8, self.form, self._message, 8, acts, -1, gap=8)
        return scroll(centred(holder(content), 720))

    def _forget(self) -> None:
        """Take everything of the citizen before away: the next one is still being read."""
        self._view = None
        self._pages.setCurrentIndex(0)
        self._name.setText("")
        self._about.setText("")
        self._contested.say("")
        self._message.say("")
        clear(self._facts)
        self.rows.show_rows(())
        self.form.fill({})
        self.same.clear()

    def _read(self) -> None:
        workspace, citizen = self.context.workspace, self._id
        self.context.tasks.read(self, lambda: workspace.citizen(citizen), self._show, key="citizen")

    def _show(self, view: CitizenView) -> None:
        self._view = view
        fields = view.fields
        self._name.setText(f"{fields.get('family_name') or ''} {fields.get('given_names') or ''}".strip())
        birth = fields.get("birth_date") or ""
        about = [self.tr("born %1").replace("%1", iso_day(birth)) if birth else "", fields.get("commune") or ""]
        self._about.setText(" · ".join(part for part in about if part))
        clear(self._facts)
        known = [name for name in CITIZEN_FIELDS if fields.get(name)]
        for number, name in enumerate(known):
            value = str(fields[name])
            shown = label(iso_day(value) if name == "birth_date" else value)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            pair = holder(column(label(citizen_field(name), "secondary"), shown, gap=0))
            self._facts.addWidget(pair, number // 2, number % 2)
        self.rows.show_rows(view.cases)
        self.rows.setVisible(bool(view.cases))
        self._no_case.setVisible(not view.cases)
        self.same.show_citizen(view)
        self._same.setVisible(not fields.get(SAME_AS))
        self._contested.say(
            self.tr("%n field(s) to settle", "", len(view.contested)) if view.contested else "",
            self.tr("Two people wrote different values; the latest is shown. See « To settle ».")
            if view.contested
            else "",
        )

    def _start_case(self) -> None:
        self.context.go(Route(route.NEW_CASE, self._id))

    def _begin_edit(self) -> None:
        if self._view is not None:
            self.form.fill(self._view.fields)
            self._message.say("")
            self._pages.setCurrentIndex(1)
            self.form.focus("family_name")

    def _begin_link(self) -> None:
        if self._view is not None:
            self._pages.setCurrentIndex(2)
            self.link.begin(self._view)

    def _linked(self, record: str, _other: str) -> None:
        self.context.offer_undo(self.tr("Linked: the same person"), lambda: self._unlink(record))
        if record == self._id:
            self._pages.setCurrentIndex(0)
            self._new_case.setFocus(Qt.FocusReason.OtherFocusReason)
            self._read()

    def _unlink(self, record: str) -> None:
        self.context.tasks.change(self, unlink(self.context.workspace, record), lambda _act: self._unlinked())

    def _unlinked(self) -> None:
        self.context.say(self.tr("Link taken back: each record stands for itself again"), "positive")
        self._read()

    def _save(self) -> None:
        checked = self.form.check(self.context.today())
        view = self._view
        if checked is None or view is None:
            return
        wanted = {name: checked.fields.get(name) for name in CITIZEN_FIELDS}
        changed = {name: value for name, value in wanted.items() if (value or None) != (view.fields.get(name) or None)}
        if not changed:
            self._pages.setCurrentIndex(0)
            return
        workspace, base = self.context.workspace, view.base
        self.context.tasks.change(
            self,
            lambda: workspace.edit_citizen(view.id, changed, base=base),
            self._saved,
            lambda error: self._failed(view.id, error),
        )

    def _saved(self, act: Act) -> None:
        self.context.say(self.tr("Saved on this computer"), "positive")
        if act.record == self._id:
            self._pages.setCurrentIndex(0)
            self._read()

    def _failed(self, citizen: str, error: EstafetteError) -> None:
        words = explain(error)
        if citizen != self._id:
            self.context.say(words.sentence, "critical")
            return
        self._message.say(words.what, f"{words.safe} {words.next}")
