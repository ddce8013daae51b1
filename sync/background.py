"""Keeping rounds going while a workspace is open: two threads, one that makes rounds and one that listens for news."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from cases.errors import EstafetteError
from cases.views import Changed
from cases.workspace import Workspace
from sync.backoff import Backoff
from sync.line import Exit, Line
from sync.messages import Head
from sync.schedule import Reason, Schedule

_RECORDS = frozenset({"citizen", "case"})


class Rounds(Protocol):
    """What the background drives; ``sync.agent.Agent`` is one."""

    def sync_once(self) -> object: ...

    def line(self) -> Line: ...

    def pulled_up_to(self) -> int:
        """How far the stream was pulled once no round is under way."""
        ...

    def offers_changed(self, fingerprint: str) -> bool:
        """Whether other procedures are on offer than those seen; the next round then asks for them."""
        ...

    def heard(self) -> None:
        """The service answered just now."""
        ...

    def tell(self) -> None:
        """Tell the status to those who listen."""
        ...

    def broken(self) -> None:
        """A thread ends because of a bug: show it, as nothing will be sent any more."""
        ...


class Background:
    """The two threads. Started once, stopped once.

    Args:
        workspace: says when something was committed.
        rounds: makes a round.
        schedule: says when.
        exit_: lets ``stop`` be prompt.
        listening: how long to wait before the next long poll after one that failed.
    """

    def __init__(
        self, workspace: Workspace, rounds: Rounds, schedule: Schedule, exit_: Exit, listening: Backoff
    ) -> None:
        self._workspace = workspace
        self._rounds = rounds
        self._schedule = schedule
        self._exit = exit_
        self._listening = listening
        self._unlisten = workspace.listen(self._on_commit)
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            for name, work in (("sync-rounds", self._make_rounds), ("sync-news", self._listen_for_news))
        ]

    def start(self) -> None:
        """Make the first round at once."""
        self._schedule.want()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait until nothing of this touches the workspace any more. The schedule and the line are closed before."""
        self._unlisten()
        self._exit.wait(self._threads)

    def _on_commit(self, changed: Changed) -> None:
        if changed.kinds & _RECORDS:
            self._schedule.committed()

    def _run(self, work: Callable[[], None]) -> None:
        self._exit.began()
        try:
            work()
        except Exception:
            self._rounds.broken()
            raise
        finally:
            self._exit.ended()

    def _make_rounds(self) -> None:
        while (reason := self._schedule.next_reason()) is not None:
            self._rounds.tell()
            if reason is Reason.COMMIT and not self._workspace.status().pending:
                continue
            try:
                self._rounds.sync_once()
            except EstafetteError:
                # The round has set its state, its fault and its next try, which the status shows.
                continue

    def _listen_for_news(self) -> None:
        newest = 0
        while self._schedule.wait_until_connected():
            try:
                news = self._next_news(newest)
            except EstafetteError:
                # A round finds out what is wrong with the line, and the status says it.
                self._schedule.lost()
                if not self._schedule.pause(self._listening.failed()):
                    return
            else:
                self._listening.succeeded()
                self._rounds.heard()
                newest = max(newest, news.head)
                if self._rounds.offers_changed(news.procedures) or self._rounds.pulled_up_to() < newest:
                    self._schedule.want()

    def _next_news(self, newest: int) -> Head:
        """Return where the stream is as soon as it passes what was pulled and what was told of before."""
        stream, cursor = next(iter(self._workspace.cursors().items()))
        after = max(newest, cursor)
        return self._rounds.line().news.wait_for_changes(stream, after)
