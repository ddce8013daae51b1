"""What must be told once, between the search and the screen: never modal, read away by one key, found again later."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop import route
from desktop.context import Context
from desktop.route import Route
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, holder, row
from desktop.words.notices import Notice, notices
from desktop.words.sync_line import Standing

READ = "notices.read"
"""Under this name the workspace remembers what was read away."""


class NoticeBar(QWidget):
    """Shows the gravest notice that was not read away. GUI thread only.

    Args:
        leave: puts the focus back to the screen once the notice is gone.
    """

    def __init__(self, context: Context, leave: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._leave = context, leave
        self._read: set[str] | None = None
        self._standing: Standing | None = None
        self._shown: Notice | None = None
        self._compact = False
        self._banner = Banner("caution", name="notice")
        self._more = button(
            self.tr("See synchronisation"), lambda: context.go(Route(route.SYNC)), kind="quiet", name="notice.more"
        )
        self._understood = button(
            self.tr("Understood"), self._read_away, name="notice.understood", shortcut="Ctrl+Shift+U"
        )
        acts = row(self._understood, self._more, -1)
        self._banner.add_acts(holder(acts))
        self.setLayout(column(self._banner, margins=(16, 8, 16, 0)))
        self.hide()
        workspace = context.workspace
        context.tasks.read(self, lambda: workspace.recall(READ), self._take_read)

    @property
    def words(self) -> str:
        """What it says now; empty while hidden."""
        return "" if self._shown is None else self._banner.words

    def show_standing(self, standing: Standing | None) -> None:
        """Say what there is to be told; None: where it is told already."""
        self._standing = standing
        if standing is None:
            self._show(None)
            return
        if self._read is None:
            return
        told = [each for each in notices(standing, self._context.now_ms()) if each.key not in self._read]
        self._show(told[0] if told else None)

    def _show(self, notice: Notice | None) -> None:
        if notice == self._shown:
            return
        had_focus = self.isAncestorOf(self.focusWidget() or self)
        self._shown = notice
        if notice is None:
            self.hide()
            if had_focus:
                self._leave()
            return
        self._word()
        self._understood.setVisible(bool(notice.key))
        self.show()

    def set_compact(self, compact: bool) -> None:
        """Say the title alone, where the rest would leave no room for the screen; all of it is a button away."""
        if compact != self._compact:
            self._compact = compact
            self._word()

    def _word(self) -> None:
        if self._shown is not None:
            text = "" if self._compact else self._shown.text
            self._banner.say(self._shown.title, text, tone=self._shown.tone, icon=self._shown.icon)
            self._banner.setAccessibleDescription(self._shown.text)

    def _take_read(self, said: str | None) -> None:
        self._read = set(json.loads(said or "[]"))
        if self._standing is not None:
            self.show_standing(self._standing)

    def _read_away(self) -> None:
        if self._shown is None or self._read is None or not self._shown.key:
            return
        self._read.add(self._shown.key)
        text, workspace = json.dumps(sorted(self._read)), self._context.workspace
        self._context.tasks.change(self, lambda: workspace.remember(READ, text), lambda _done: None)
        self._context.say(self.tr("You find it again under « Synchronisation »"), "info")
        if self._standing is not None:
            self.show_standing(self._standing)
