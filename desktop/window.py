"""The one window: locked (enrol, unlock) or unlocked (the shell). Its title never names a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from cases.views import Identity
from cases.workspace import Workspace
from desktop import i18n
from desktop.bridge import Bridge
from desktop.context import Context
from desktop.memory import Housekeeping
from desktop.route import Route
from desktop.screens.unlock.view import UnlockView
from desktop.station import Station
from desktop.tasks import Tasks
from desktop.theme import Mode, theme
from desktop.words import dates
from desktop.words.sync_line import Standing

if TYPE_CHECKING:
    from desktop.shell.view import Shell
    from sync.agent import Agent
    from sync.histories import HistoryOutcome

FRAME_PX = 32
"""What a window manager usually adds above a window."""
FIRST_SYNC_MS = 250
"""After the shell is there: what the sync client needs takes as long to load as all before it; nobody waits for it."""
ROUTE = "route"
"""Under this name the workspace remembers where the person was."""


class Window(QMainWindow):
    """Signals:
    unlocked: the shell is shown.
    """

    unlocked = Signal()
    _standing = Signal(object)

    def __init__(self, station: Station) -> None:
        super().__init__()
        self.station = station
        self.tasks = Tasks(self)
        self.workspace: Workspace | None = None
        self.agent: Agent | None = None
        self.shell: Shell | None = None
        self._identity: Identity | None = None
        self._bridge: Bridge | None = None
        self._unlisten: Callable[[], None] | None = None
        self._housekeeping: Housekeeping | None = None
        self._route = Route()
        self._left = False
        self._pages = QStackedWidget()
        self.setCentralWidget(self._pages)
        self.setWindowTitle("Estafette")
        self.setMinimumSize(720, 480)
        screen = QGuiApplication.primaryScreen().availableSize()
        # The title bar and borders of the window manager need room too, or they push the strip off a small screen.
        self.resize(min(1366, screen.width()), min(768, screen.height() - FRAME_PX))
        self._standing.connect(self._show_standing, Qt.ConnectionType.QueuedConnection)
        self.show_gate()

    @property
    def page(self) -> QWidget:
        """What fills the window: ``WelcomeView``, ``UnlockView`` or ``Shell``."""
        page = self._pages.currentWidget()
        assert page is not None
        return page

    def show_gate(self) -> None:
        """Ask for the passphrase; on a computer without a workspace, enrol it."""
        if self.station.has_workspace:
            unlock = UnlockView(self.station, self.tasks)
            unlock.opened.connect(self.opened)
            self._show(unlock)
            unlock.setFocus()
        else:
            self._show_welcome(None)

    @Slot(object)
    def opened(self, workspace: Workspace) -> None:
        """A workspace is open: go where the person was, or finish its enrolment."""
        self.workspace = workspace
        identity = workspace.identity
        if identity is None:
            self._show_welcome(workspace)
            return
        self._identity = identity
        dates.use_zone(identity.zone)
        self._route = Route.from_plain(json.loads(workspace.recall(ROUTE) or "{}"))
        self._bridge = Bridge(workspace, self)
        self._build_shell()
        self.unlocked.emit()
        QTimer.singleShot(FIRST_SYNC_MS, self, self._load_agent)

    def _load_agent(self) -> None:
        workspace = self.workspace
        if workspace is not None:
            self.tasks.read(self, lambda: self.station.agent(workspace), self._synchronise, key="agent")

    def _synchronise(self, agent: Agent) -> None:
        """Begin the rounds; their first news words the strip."""
        self.agent = agent
        self._unlisten = agent.on_status(self._standing.emit)
        self._housekeeping = Housekeeping(self)
        agent.start()
        self._ask_standing()

    def _wake(self) -> None:
        """Make a round now, as a person asked: a pause ends with it. One that begins anyway needs no waking."""
        agent = self.agent
        if agent is not None and agent.paused:
            self.tasks.change(self, agent.resume, lambda _done: self._ask_standing())
        elif agent is not None:
            agent.wake()

    def _bring_history(self, record: str) -> HistoryOutcome | None:
        """Fetch what is missing of a record's history; None while there is no sync client. On a background thread."""
        agent = self.agent
        return agent.bring_history(record) if agent is not None else None

    @Slot(object)
    def _made(self, workspace: Workspace) -> None:
        """A new workspace is open: whatever happens to the enrolment, it is closed with the window."""
        self.workspace = workspace

    def lock(self) -> None:
        """End this process and start anew at the unlock screen: keys leave memory with the process."""
        self._leave()
        self.station.restart()

    def choose_language(self, code: str) -> None:
        """Speak another language at once, on the very same screen."""
        if code == i18n.language() or self.shell is None:
            return
        self.station.preferences.language = code
        self.shell.flush()
        i18n.install(code)
        self._build_shell()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave()
        super().closeEvent(event)

    def _show(self, page: QWidget) -> None:
        old = self._pages.currentWidget()
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        if old is not None:
            self._pages.removeWidget(old)
            old.deleteLater()

    def _show_welcome(self, workspace: Workspace | None) -> None:
        from desktop.screens.welcome.view import WelcomeView

        welcome = WelcomeView(self.station, self.tasks, workspace)
        welcome.made.connect(self._made)
        welcome.opened.connect(self.opened)
        self._show(welcome)
        welcome.server.editor.setFocus()

    def _build_shell(self) -> None:
        from desktop.shell.view import Shell

        assert self.workspace and self._bridge and self._identity
        workspace = self.workspace
        context = Context(
            workspace=workspace,
            identity=self._identity,
            make_desk=lambda: self.station.desk(workspace, i18n.language()),
            tasks=self.tasks,
            bridge=self._bridge,
            clock=self.station.ports.clock,
            go=lambda _route: None,
            back=lambda: None,
            say=lambda _text, _tone: None,
            titles={},
            bring_history=self._bring_history,
        )
        if self.shell is not None:
            # One that is being taken down no longer says where the person is.
            self.shell.moved.disconnect(self._remember)
        shell = Shell(context)
        shell.moved.connect(self._remember)
        shell.standing_wanted.connect(self._ask_standing)
        shell.rail.lock_wanted.connect(self.lock)
        shell.rail.sync_wanted.connect(self._wake)
        shell.rail.language_wanted.connect(self.choose_language)
        shell.rail.mode_wanted.connect(self._choose_mode)
        shell.rail.percent_wanted.connect(self._choose_percent)
        self.shell = shell
        self._show(shell)
        context.learn_titles()
        shell.go(self._route)
        self._ask_standing()

    @Slot(object)
    def _remember(self, route: Route) -> None:
        assert self.shell is not None
        # Qt adds the program's name where the window manager wants it.
        self.setWindowTitle(self.shell.current.title())
        self._route = route
        workspace, text = self.workspace, json.dumps(route.to_plain())
        if workspace is not None:
            self.tasks.change(self, lambda: workspace.remember(ROUTE, text), lambda _done: None)

    def _choose_mode(self, mode: Mode) -> None:
        self.station.preferences.mode = mode
        theme().choose(mode=mode)

    def _choose_percent(self, percent: int) -> None:
        self.station.preferences.percent = percent
        theme().choose(percent=percent)

    def _ask_standing(self) -> None:
        if self.agent is not None:
            self.tasks.read(self, self.agent.status, self._show_standing, key="standing")

    @Slot(object)
    def _show_standing(self, standing: Standing) -> None:
        if self.shell is not None:
            self.shell.show_standing(standing)

    def _leave(self) -> None:
        """Hand over what is typed, remember the screen, end the background work, close the store. Idempotent."""
        if self._left:
            return
        self._left = True
        workspace, self.workspace = self.workspace, None
        if self.shell is not None and workspace is not None:
            self.shell.flush()
            text = json.dumps(self.shell.current.route().to_plain())
            self.tasks.change(self, lambda: workspace.remember(ROUTE, text), lambda _done: None)
        self.hide()
        if self._housekeeping is not None:
            self._housekeeping.end()
        if self._unlisten is not None:
            self._unlisten()
        if self._bridge is not None:
            self._bridge.close()
        if self.agent is not None:
            self.agent.stop()
            self.agent = None
        self.tasks.close()
        if workspace is not None:
            workspace.close()
