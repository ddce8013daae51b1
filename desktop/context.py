"""What every screen of an unlocked window is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cases.procedure_file import title
from desktop.bridge import TITLES, Bridge, Changes
from desktop.i18n import language
from desktop.route import Route
from desktop.tasks import Tasks
from desktop.words import dates

if TYPE_CHECKING:
    from cases.clock import Clock
    from cases.views import Identity
    from cases.workspace import Workspace
    from desktop.words.sync_line import Standing
    from sync.desk import Desk
    from sync.histories import HistoryOutcome


@dataclass
class Context:
    """The open workspace and the ways out of a screen. GUI thread only.

    Attributes:
        identity: who works here, read once so that no screen waits for it.
        make_desk: makes ``desk`` when it is first asked for.
        go: show another screen.
        back: one step back.
        say: one line in the strip; ``tone`` is positive, caution, critical or info.
        offer_undo: the same for an act that was done, with what takes it back.
        synchronise: make an exchange with the service now.
        bring_history: fetch what is missing of a record's history; None without a sync client.
        standing: where the sync client stood when it last said so; None before that.
    """

    workspace: Workspace
    identity: Identity
    make_desk: Callable[[], Desk]
    tasks: Tasks
    bridge: Bridge
    clock: Clock
    go: Callable[[Route], None]
    back: Callable[[], None]
    say: Callable[[str, str], None]
    titles: dict[tuple[str, str], str]
    standing: Standing | None = None
    offer_undo: Callable[[str, Callable[[], None]], None] = lambda _text, _undo: None
    synchronise: Callable[[], None] = lambda: None
    bring_history: Callable[[str], HistoryOutcome | None] = lambda _record: None

    @cached_property
    def desk(self) -> Desk:
        """What fills and hands in cases."""
        return self.make_desk()

    def now_ms(self) -> int:
        """The machine's time, for words such as « il y a 3 min »."""
        return self.clock.now_ms()

    def today(self) -> date:
        """The office's day."""
        return dates.local(self.now_ms()).date()

    def procedure_title(self, procedure: str, version: str = "") -> str:
        """Return a procedure's title in the language of the screens; its id while it is not known here."""
        return self.titles.get((procedure, version)) or self.titles.get((procedure, "")) or procedure

    def learn_titles(self) -> None:
        """Read the titles of the procedures held here, in the background."""
        self.tasks.change(self.bridge, self._read_titles, self._keep_titles)

    def _read_titles(self) -> dict[tuple[str, str], str]:
        found = {}
        for procedure, version in self.workspace.procedures():
            words = title(self.workspace.procedure_bundle(procedure, version))
            found[(procedure, "")] = in_language(words) or procedure
        return found

    def _keep_titles(self, titles: dict[tuple[str, str], str]) -> None:
        if titles != {key: self.titles.get(key) for key in titles}:
            self.titles.update(titles)
            self.bridge.changed.emit(Changes(frozenset({TITLES}), frozenset()))


def in_language(texts: Mapping[str, str]) -> str:
    """Return the text in the language of the screens, else French, else whichever there is."""
    return texts.get(language()) or texts.get("fr") or next(iter(texts.values()), "")


class Screen(QWidget):
    """A page of the shell. Subclasses read in the background and draw what arrives.

    Signals:
        moved: the person went elsewhere within the screen; ``route`` says where.
    """

    moved = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        context.bridge.changed.connect(self._changed)

    def title(self) -> str:
        """What the window is called while this screen is shown, without personal data."""
        return ""

    def explain(self) -> str:
        """What this screen is for and how it is used (F1)."""
        return ""

    def open(self, route: Route) -> None:
        """Show what ``route`` asks for."""

    def route(self) -> Route:
        """Where the person is on this screen, enough to draw it again."""
        raise NotImplementedError

    def refresh(self, changes: Changes) -> None:
        """Something changed; look whether it concerns this screen."""

    def take_standing(self, standing: Standing) -> None:
        """The sync client says where it stands."""

    def step_back(self) -> bool:
        """Take one step back within the screen; False when the shell should leave it."""
        return False

    def flush(self) -> None:
        """Hand over what is being typed: the program is about to close or lock."""

    def focus_first(self) -> None:
        """Put the focus where work begins."""
        self.setFocus()

    def _changed(self, changes: Changes) -> None:
        if self.isVisible():
            self.refresh(changes)
