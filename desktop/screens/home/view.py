"""The home screen: a greeting, then what needs me, section by section; calm when nothing does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from cases.errors import EstafetteError
from cases.views import CaseRow
from desktop import route
from desktop.bridge import TITLES, Changes
from desktop.case_rows.view import CaseRows
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.home.model import HomeView, read_home
from desktop.theme import theme
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, centred, column, frame, holder, label, row, scroll
from desktop.words.dates import day, moment, number
from desktop.words.errors import explain

WIDTH_PX = 1040
"""Titles of procedures are long; a row holds name, title, time and state."""


class HomeScreen(Screen):
    """Reads again whenever a case changes."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._hello = label("", "title", name="home.hello")
        self._date = label("", "secondary")
        self.to_complete = _Section(
            context, "message-circle-question-mark", "caution", self.tr("To complete"), "home.to_complete"
        )
        self.drafts = _Section(context, "file-pen", "ink_soft", self.tr("Drafts to finish"), "home.drafts")
        self.pending = _Section(
            context, "cloud-upload", "info", self.tr("Not received yet by the central service"), "home.pending"
        )
        self.contested = _Section(context, "split", "caution", self.tr("To settle"), "home.contested")
        self.parked = Banner("critical", name="home.parked", icon="circle-pause")
        self.parked.add_act(
            button(self.tr("Decide"), lambda: context.go(Route(route.PARKED)), name="home.decide", tip="Ctrl+5")
        )
        search = button(
            self.tr("Receive someone"),
            lambda: context.go(Route(route.CITIZENS, detail={"why": "new_case"})),
            kind="primary",
            icon="users",
        )
        self.empty = Empty(
            "circle-check-big",
            self.tr("Nothing to do for the moment"),
            self.tr("Cases to complete, drafts and what has not left this computer yet appear here."),
            act=search,
        )
        content = column(
            self._hello,
            self._date,
            8,
            self.parked,
            self.to_complete,
            self.contested,
            self.drafts,
            self.pending,
            self.empty,
            -1,
            gap=12,
        )
        self.setLayout(column(scroll(centred(holder(content), WIDTH_PX))))

    def title(self) -> str:
        return self.tr("Home")

    def explain(self) -> str:
        return self.tr(
            "What needs you: cases that a supervisor sent back, drafts to finish, and acts that have not reached the "
            "central service yet. Ctrl+K searches everywhere, Ctrl+N begins a new case, Esc goes one step back."
        )

    def open(self, _route: Route) -> None:
        self._read()

    def route(self) -> Route:
        return Route(route.HOME)

    def refresh(self, changes: Changes) -> None:
        if changes.kinds == {TITLES}:
            # Every start hears this right after its first reading.
            for section in (self.to_complete, self.contested, self.drafts, self.pending):
                section.rows.viewport().update()
        else:
            self._read()

    def focus_first(self) -> None:
        for section in (self.to_complete, self.contested, self.drafts, self.pending):
            if section.isVisible():
                section.rows.setFocus()
                return
        self.setFocus()

    def _read(self) -> None:
        workspace = self.context.workspace
        self.context.tasks.read(self, lambda: read_home(workspace), self._show, key="home")

    def _show(self, view: HomeView) -> None:
        today = self.context.today()
        self._hello.setText(self.tr("Hello %1").replace("%1", self.context.identity.agent_name))
        said = day(today, today=today)
        # The rest as it is: in English months have capitals of their own.
        self._date.setText(said[:1].upper() + said[1:])
        self.to_complete.show_cases(view.to_complete)
        self.drafts.show_cases(view.drafts)
        self.pending.show_cases(view.pending)
        self.contested.show_cases(view.contested)
        self.empty.setVisible(view.is_empty)
        self._show_parked(view)

    def _show_parked(self, view: HomeView) -> None:
        if not view.parked:
            self.parked.say("")
            return
        title = self.tr("%n act(s) could not be applied and wait for a decision", "", len(view.parked))
        now_ms = self.context.now_ms()
        lines = [
            f"{moment(parked.time_ms, now_ms)} — {explain(EstafetteError(parked.code)).what}"
            for parked in view.parked[:5]
        ]
        safe = self.tr("Nothing was lost: all of it is kept on this computer, and waits for your decision.")
        self.parked.say(title, "\n".join([*lines, safe]))


class _Section(QWidget):
    """A heading with a count over a short list; hidden while it holds nothing."""

    def __init__(self, context: Context, icon: str, tone: str, words: str, name: str) -> None:
        super().__init__()
        self._icon_name, self._tone = icon, tone
        self._icon = QLabel()
        self._count = label("", "count", wrap=False)
        self.rows = CaseRows(context, words, name=name)
        self.rows.picked.connect(lambda case: context.go(Route(route.CASE, case)))
        head = row(self._icon, label(words, "section", wrap=False), self._count, -1, margins=(4, 0, 0, 0))
        head.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(column(head, frame("card", column(self.rows, margins=(6, 2, 6, 2))), gap=8))
        theme().changed.connect(self._draw)
        self._draw()
        self.hide()

    def show_cases(self, cases: tuple[CaseRow, ...]) -> None:
        self._count.setText(number(len(cases)))
        self.rows.show_rows(cases)
        self.setVisible(bool(cases))

    def _draw(self) -> None:
        self._icon.setPixmap(theme().pixmap(self._icon_name, self._tone, ratio=self.devicePixelRatioF()))
