"""The same person twice: which other records are said to be this one, and saying so of another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from cases.errors import EstafetteError, InputError
from cases.merge import SAME_AS
from cases.views import CitizenView, Hit
from cases.workspace import Workspace
from desktop import route
from desktop.context import Context
from desktop.route import Route
from desktop.screens.citizens.view import LIMIT, PAUSE_MS, HitList, find_citizens
from desktop.shell.search.delegate import subtitle
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import bring_in_sight, button, centred, clear, column, frame, holder, label, row, scroll
from desktop.words.dates import iso_day
from desktop.words.errors import explain

SHOWN_MAX = 12
ROWS_MAX = 4


@dataclass(frozen=True)
class Other:
    """Another record of the same person; ``view`` is None where it is not on this computer."""

    id: str
    view: CitizenView | None


def read_others(workspace: Workspace, alike: tuple[str, ...]) -> list[Other]:
    """Return what is known here of these records."""
    found = []
    for each in alike[:SHOWN_MAX]:
        try:
            found.append(Other(each, workspace.citizen(each)))
        except InputError:
            found.append(Other(each, None))
    return found


def said(fields: Mapping[str, str | None]) -> str:
    """Return a person as a list tells them apart: name, date of birth, commune."""
    name = f"{fields.get('family_name') or ''} {fields.get('given_names') or ''}".strip()
    parts = (name, iso_day(fields.get("birth_date") or ""), fields.get("commune") or "")
    return " · ".join(part for part in parts if part)


class SameCard(QFrame):
    """The records of the same person, hidden while there is none but this.

    Signals:
        taken_back: (record) its own link is to go.
    """

    taken_back = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self.setObjectName("citizen.same")
        self._context = context
        self._of = ""
        self._lines: QVBoxLayout = column(gap=8)
        self._lead = label("", "secondary", name="citizen.same.lead")
        self._words = column(
            label(self.tr("Same person"), "section"), self._lead, self._lines, margins=(20, 16, 20, 16), gap=8
        )
        self.setLayout(self._words)
        self.hide()

    def clear(self) -> None:
        """Show nothing."""
        self._of = ""
        clear(self._lines)
        self.hide()

    def show_citizen(self, view: CitizenView) -> None:
        """Show the other records of this person, once their names are read."""
        self._of = view.id
        if not view.alike:
            self.clear()
            return
        workspace = self._context.workspace
        self._context.tasks.read(
            self, lambda: read_others(workspace, view.alike), lambda found: self._show(view, found), key="same"
        )

    def _show(self, view: CitizenView, others: list[Other]) -> None:
        if view.id != self._of:
            return
        clear(self._lines)
        self._lead.setText(
            self.tr("This record stays. Cases of all of them are shown below.")
            if view.stands_for in ("", view.id)
            else self.tr("Another record stands for this one. Cases of all of them are shown below.")
        )
        for number, other in enumerate(others, start=1):
            self._lines.addWidget(self._line(number, view, other))
        self.show()

    def _line(self, number: int, view: CitizenView, other: Other) -> QWidget:
        words = said(other.view.fields) if other.view else self.tr("A record that is not on this computer")
        role = self.tr("the record that stays") if other.id == view.stands_for else self.tr("recorded a second time")
        text = holder(column(label(words), label(role, "secondary"), gap=0))
        acts: list[QWidget] = []
        if other.view is not None:
            acts.append(
                button(
                    self.tr("Open"),
                    lambda: self._context.go(Route(route.CITIZEN, other.id)),
                    kind="quiet",
                    name=f"same{number}.open",
                    tip=self.tr("Open %1").replace("%1", words),
                )
            )
        linked = self._linked(view, other)
        if linked:
            acts.append(
                button(
                    self.tr("Take the link back"),
                    lambda: self.taken_back.emit(linked),
                    kind="quiet",
                    icon="undo-2",
                    name=f"same{number}.take_back",
                )
            )
        line = row(text, *acts, gap=8)
        line.setStretch(0, 1)
        return holder(line)

    def _linked(self, view: CitizenView, other: Other) -> str:
        """Return which of the two leads straight to the other; empty when neither does."""
        if view.fields.get(SAME_AS) == other.id:
            return view.id
        if other.view is not None and other.view.fields.get(SAME_AS) == view.id:
            return other.id
        return ""


class _Box(QLineEdit):
    """The search; Down and Return go on to what was found."""

    onward = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.onward.emit()
        else:
            super().keyPressEvent(event)


class LinkPage(QWidget):
    """Search the record that is to stay, look at both, then link.

    Signals:
        linked: (record, the one that stays) it is recorded.
        given_up: rather not.
    """

    linked = Signal(str, str)
    given_up = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._view: CitizenView | None = None
        self._chosen: Hit | None = None
        self._busy = False
        self.box = _Box()
        self.box.setObjectName("link.search")
        self.box.setProperty("role", "search")
        self.box.setAccessibleName(self.tr("Search the record that is to stay"))
        self.box.setClearButtonEnabled(True)
        self.results = HitList(context, self.tr("Citizens found"), "link.results", pick=self._choose)
        self._none = label(self.tr("Nobody else by that name on this computer."), "secondary", name="link.none")
        self._both = Banner("info", icon="users", name="link.both")
        self._take = button(self.tr("Link these two"), self._link, kind="primary", name="link.take")
        self._message = Banner("critical", name="link.message")
        self._who = label("", "strong", name="link.who")
        acts = row(self._take, button(self.tr("Rather not"), self.given_up.emit, kind="quiet", name="link.give_up"), -1)
        lead = self.tr(
            "Search the record that is to stay. Both are kept as they are and their cases are shown together; "
            "the link can be taken back at any time."
        )
        content = column(
            label(self.tr("The same person twice"), "title"),
            self._who,
            label(lead, "secondary"),
            self.box,
            frame("card", column(self._none, self.results, margins=(10, 6, 10, 6))),
            self._both,
            self._message,
            acts,
            -1,
            gap=12,
        )
        self.setLayout(column(scroll(centred(holder(content), 860))))
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self.box.textEdited.connect(lambda _text: self._pause.start())
        self.box.onward.connect(self._go_on)
        theme().changed.connect(self._resize)
        self._resize()

    def begin(self, view: CitizenView) -> None:
        """Start with people of the same name."""
        self._view, self._busy = view, False
        self._forget_choice()
        self._who.setText(said(view.fields))
        self.box.setText(str(view.fields.get("family_name") or ""))
        self.results.show_hits([])
        self._search()
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)
        self.box.selectAll()

    def _search(self) -> None:
        view, workspace, text = self._view, self._context.workspace, self.box.text().strip()
        if view is not None:
            known = {view.id, *view.alike}
            self._context.tasks.read(
                self,
                lambda: [hit for hit in find_citizens(workspace, text, LIMIT) if hit.record_id not in known],
                self._found,
                key="find",
            )

    def _found(self, hits: list[Hit]) -> None:
        if self._chosen is not None and self._chosen not in hits:
            self._forget_choice()
        self.results.show_hits(hits)
        self._resize()
        self.results.setVisible(bool(hits))
        self._none.setVisible(not hits)
        self.results.choose(0)

    def _go_on(self) -> None:
        if self.results.hits:
            self.results.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, hit: Hit) -> None:
        self._chosen = hit
        self._message.say("")
        stays = " · ".join(part for part in (hit.title, subtitle(hit, self._context.procedure_title)) if part)
        title = self.tr("%1 stays").replace("%1", stays)
        self._both.say(
            title, self.tr("%1 then leads to it.").replace("%1", said(self._view.fields) if self._view else "")
        )
        self._take.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_in_sight(self._take)

    def _forget_choice(self) -> None:
        self._chosen = None
        self._both.say("")
        self._message.say("")

    def _link(self) -> None:
        view, chosen, workspace = self._view, self._chosen, self._context.workspace
        if view is None or self._busy:
            return
        if chosen is None:
            self._message.say(self.tr("The record that is to stay: none is chosen."), self.tr("Choose it in the list."))
            self._go_on()
            return
        self._busy = True
        self._context.tasks.change(
            self,
            lambda: workspace.link(view.id, chosen.record_id, base=view.base),
            lambda _act: self._done(view.id, chosen.record_id),
            self._refused,
        )

    def _done(self, record: str, other: str) -> None:
        self._busy = False
        self.linked.emit(record, other)

    def _refused(self, error: EstafetteError) -> None:
        self._busy = False
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}".strip())

    def _resize(self) -> None:
        # As high as what is found, so that the choice below it stays in sight at large text too.
        rows = min(len(self.results.hits), ROWS_MAX)
        self.results.setFixedHeight(max(1, rows) * max(1, self.results.sizeHintForRow(0)) + 8)


def unlink(workspace: Workspace, record: str) -> Callable[[], object]:
    """Return what takes a record's own link back, as the record then stands."""
    return lambda: workspace.link(record, None, base=workspace.citizen(record).base)
