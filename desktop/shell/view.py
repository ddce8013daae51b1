"""The shell: one page at a time between rail, search and strip; routes with a way back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMessageBox, QStackedWidget, QWidget

from cases.errors import EstafetteError
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.shell.asked import AskedExchange
from desktop.shell.notices import NoticeBar
from desktop.shell.rail import Rail
from desktop.shell.search.view import SearchBox
from desktop.shell.strip import Strip
from desktop.theme import theme
from desktop.widgets.basics import button, column, frame, holder, row
from desktop.words.errors import explain
from desktop.words.sync_line import Standing, sync_line
from desktop.words.typography import kept_together

HISTORY_MAX = 50
FOLD_BELOW_PX = 1100
LOW_PX = 560
"""Below this height (at 100 %) a notice keeps to its title."""
HELP_PX = 560
TICK_MS = 10_000
"""How often ages such as « 14 min » are worded again."""


def _home(context: Context) -> Screen:
    from desktop.screens.home.view import HomeScreen

    return HomeScreen(context)


def _cases(context: Context) -> Screen:
    from desktop.screens.case_list.view import CaseListScreen

    return CaseListScreen(context)


def _case(context: Context) -> Screen:
    from desktop.screens.record.view import RecordScreen

    return RecordScreen(context)


def _citizens(context: Context) -> Screen:
    from desktop.screens.citizens.view import CitizensScreen

    return CitizensScreen(context)


def _citizen(context: Context) -> Screen:
    from desktop.screens.citizens.record import CitizenScreen

    return CitizenScreen(context)


def _contested(context: Context) -> Screen:
    from desktop.screens.contested.view import ContestedScreen

    return ContestedScreen(context)


def _new_case(context: Context) -> Screen:
    from desktop.screens.new_case.view import NewCaseScreen

    return NewCaseScreen(context)


def _parked(context: Context) -> Screen:
    from desktop.screens.parked.view import ParkedScreen

    return ParkedScreen(context)


def _sync(context: Context) -> Screen:
    from desktop.screens.sync.view import SyncScreen

    return SyncScreen(context)


_SCREENS: dict[str, Callable[[Context], Screen]] = {
    route.HOME: _home,
    route.CASES: _cases,
    route.CASE: _case,
    route.CITIZENS: _citizens,
    route.CITIZEN: _citizen,
    route.CONTESTED: _contested,
    route.NEW_CASE: _new_case,
    route.PARKED: _parked,
    route.SYNC: _sync,
}
"""Each is imported when it is first shown: together they and the forms are most of the program."""


class Shell(QWidget):
    """The unlocked window.

    Signals:
        moved: the ``Route`` that is shown now, to be remembered.
        standing_wanted: ask the sync client where it stands.
    """

    moved = Signal(object)
    standing_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        context.go, context.back, context.say, context.offer_undo = self.go, self.back, self.say, self.offer_undo
        self.rail = Rail(context.identity.agent_name, context.identity.office_name)
        self.search = SearchBox(context, self)
        self.strip = Strip()
        self._new = button(self.tr("New"), self.new, kind="primary", icon="plus", shortcut="Ctrl+N", name="case.new")
        self._pages = QStackedWidget()
        self._screens: dict[str, Screen] = {}
        self._past: list[Route] = []
        self._standing: Standing | None = None
        self._asked = AskedExchange()
        self.notices = NoticeBar(context, lambda: self.current.focus_first())
        bar = frame("band", row(self.search, self._new, margins=(16, 10, 16, 10), gap=12))
        centre = column(bar, self.notices, self._pages, gap=0)
        centre.setStretch(2, 1)
        middle = row(self.rail, holder(centre), gap=0)
        assert isinstance(middle, QHBoxLayout)
        middle.setStretch(1, 1)
        whole = column(holder(middle), self.strip, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self._connect()

    def _connect(self) -> None:
        self.rail.chosen.connect(lambda name: self.go(Route(name)))
        self.rail.help_wanted.connect(self.explain)
        self.context.synchronise = self.rail.sync_wanted.emit
        self.rail.sync_wanted.connect(self._asked_to_sync)
        self.search.emptied.connect(lambda: self.current.focus_first())
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.escape)
        self.context.tasks.refused.connect(self.say_error)
        self.context.bridge.changed.connect(self._changed)
        timer = QTimer(self, interval=TICK_MS)
        timer.timeout.connect(self._word_standing)
        timer.start()
        theme().changed.connect(self._fold)
        self.strip.asked.connect(lambda: self.go(Route(route.SYNC)))

    @property
    def current(self) -> Screen:
        """The screen shown."""
        shown = self._pages.currentWidget()
        assert isinstance(shown, Screen)
        return shown

    def screen_named(self, name: str) -> Screen:
        """Return the screen of that name, made when first asked for."""
        if name not in self._screens:
            screen = _SCREENS[name](self.context)
            screen.moved.connect(lambda: self.moved.emit(self.current.route()))
            self._screens[name] = screen
            self._pages.addWidget(self._screens[name])
        return self._screens[name]

    def go(self, to: Route) -> None:
        """Show another screen; Esc comes back."""
        if self._pages.currentWidget() is not None:
            here = self.current.route()
            if here != to:
                self._past = [*self._past, here][-HISTORY_MAX:]
        self._show(to)

    def back(self) -> None:
        """One step back; on the first screen nothing happens."""
        if self._past:
            self._show(self._past.pop())
        elif self.current.route().screen != route.HOME:
            self._show(Route())

    def flush(self) -> None:
        """Hand over what is being typed anywhere."""
        for screen in self._screens.values():
            screen.flush()

    def escape(self) -> None:
        """Esc: one step back within the screen, else to the screen before. Never loses input."""
        if self.search.hasFocus():
            self.search.escape()
        elif not self.current.step_back():
            self.back()

    def new(self) -> None:
        """A new case: for the citizen on the screen, else for whom is to be searched first."""
        here = self.current.route()
        if here.screen == route.CITIZEN and here.record:
            self.go(Route(route.NEW_CASE, here.record))
        else:
            self.go(Route(route.CITIZENS, detail={"why": "new_case"}))

    def explain(self) -> None:
        """F1: what this screen is for, in a window that Esc closes."""
        box = QMessageBox(self)
        box.setObjectName("help")
        box.setWindowTitle(self.tr("Help"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.current.title())
        box.setInformativeText(kept_together(self.current.explain()))
        box.setStandardButtons(QMessageBox.StandardButton.Close)
        # The style's own picture on it is of another hand than our icons, and blurred.
        box.button(QMessageBox.StandardButton.Close).setIcon(QIcon())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words in box.findChildren(QLabel, "qt_msgbox_informativelabel"):
            # Left to itself, Qt makes a column of a few words.
            words.setMinimumWidth(min(theme().px(HELP_PX), self.width() * 3 // 4))
        box.open()

    def say(self, text: str, tone: str = "info") -> None:
        """One line in the strip."""
        self.strip.say(text, tone)

    def offer_undo(self, text: str, undo: Callable[[], None]) -> None:
        """One line in the strip about an act that was done, which stays until it is read away or taken back."""
        self.strip.say(text, "positive", undo=undo)

    def say_error(self, error: EstafetteError) -> None:
        """Say in the strip what happened, what is safe, what to do."""
        words = explain(error)
        self.strip.say(words.sentence, "critical", detail=f"{words.sentence} [{words.code}]")

    def show_standing(self, standing: Standing) -> None:
        """Take where the sync client says it stands."""
        self._standing = self.context.standing = standing
        self.rail.count(route.PARKED, standing.parked)
        self.rail.count(route.CONTESTED, standing.contested)
        self._word_standing()
        if ended := self._asked.take(standing):
            self.say(*ended)

    def _asked_to_sync(self) -> None:
        self._asked.ask(self.context.now_ms())
        paused = self._standing is not None and self._standing.state == "paused"
        self.say(self.tr("Sync was paused: it goes on now") if paused else self.tr("Synchronising now"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        self.rail.fold(self.width() < theme().px(FOLD_BELOW_PX))
        self.notices.set_compact(self.height() < theme().px(LOW_PX))

    def _show(self, to: Route) -> None:
        screen = self.screen_named(to.screen)
        self.search.leave()
        self._pages.setCurrentWidget(screen)
        self.rail.mark(to.screen)
        screen.open(to)
        screen.focus_first()
        self._tell_notices()
        self.moved.emit(to)

    def _word_standing(self) -> None:
        if self._standing is not None:
            self.strip.show_state(sync_line(self._standing, self.context.now_ms()))
            self._tell_notices()
            self.current.take_standing(self._standing)

    def _tell_notices(self) -> None:
        # The screen that tells all of it needs no second telling above it.
        if self._standing is not None:
            shown = self._pages.currentWidget() is self._screens.get(route.SYNC)
            self.notices.show_standing(None if shown else self._standing)

    def _changed(self, changes: Changes) -> None:
        self.standing_wanted.emit()
        if "procedure" in changes.kinds:
            self.context.learn_titles()
