"""SC8: one row is changed silently, at a desk or at the service; the next audit finds it, tells it and mends it.

One run is one change. Work that waits on the very record must survive it, nothing else may be sent, and what the
service's log says must stand everywhere in the end. ``--bad blind`` (differences are not looked at) and ``one_sided``
(what the service holds is always right) must be found.
"""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Callable
from pathlib import Path

from cases import merge
from cases.auditing import Auditing, Differences
from cases.projections import confirmed_state
from cases.store import registers
from central import whole
from sync.audits import AUDIT_EVERY_S
from tests.simulation import decay
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import memory_folder
from tests.support.clients import NAME, TOWN, Client, Office
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock

BADS = ("blind", "one_sided")
CHANGES_A_HALL = 50


class Hall:
    """Two desks of one office and the service in memory."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = FakeClock()
        self.service = MemoryService(self.clock)
        self.office = Office(self.service, directory, self.clock)
        self.desks = [self.office.client(), self.office.client()]
        self.cases = [self.desks[0].case({NAME: "Durand"}) for _ in range(4)]
        self.settle()
        for case in self.cases[:2]:
            self.edit(self.desks[1], case)
        self.settle()

    def settle(self) -> None:
        """Let everybody exchange everything, audits included."""
        for _turn in range(2):
            for desk in self.desks:
                self.clock.advance(AUDIT_EVERY_S + 1)
                desk.sync()

    def edit(self, desk: Client, case: str) -> str:
        text = f"Commune {self.rng.randrange(10**6)}"
        desk.workspace.answer(case, {TOWN: text}, base=desk.workspace.case(case).base)
        return text

    # --- one change ---

    def run(self) -> list[str]:
        """Change one row, let the next audit pass, and return what is wrong."""
        desk = self.rng.choice(self.desks)
        case = self.rng.choice(self.cases)
        waits = self.edit(desk, case) if self.rng.random() < 0.4 else ""
        before = len(self.service.central.log)
        told = len(desk.workspace.findings())
        changed = self.rng.choice([self._at_the_desk, self._body, self._at_the_service])(desk)
        self.clock.advance(AUDIT_EVERY_S + 1)
        desk.sync()
        found = []
        # A list's row is written anew by whatever comes of its record: then there is nothing left to find.
        if (
            changed
            and not (waits and changed == case)
            and not any(one.record_id == changed for one in desk.workspace.findings()[: -told or None])
        ):
            found.append(f"nobody was told of {changed[-6:]}")
        if desk.pending:
            found.append(f"{desk.pending} still wait")
        if len(self.service.central.log) - before != bool(waits):
            found.append("something was sent that nobody wrote")
        if waits and desk.workspace.case(case).answers.get(TOWN) != waits:
            found.append(f"what waited is gone: {waits}")
        self.settle()
        for one in self.desks:
            found += self._differences(one)
        return found

    def _at_the_desk(self, desk: Client) -> str:
        return decay.rot(desk.workspace, Picks(self.rng)) or ""

    def _body(self, desk: Client) -> str:
        """The one event that says everything of a record says something else."""
        rows = desk.workspace._core.store.rows(
            "SELECT e.no, r.id, e.body FROM event e JOIN record r ON r.no = e.record_no"
            " WHERE r.confirmed = 1 AND r.state IS NULL AND e.state = 'accepted' AND e.body LIKE '%Durand%'"
        )
        if not rows:
            return self._at_the_service(desk)
        number, record, body = self.rng.choice(rows)
        trigger = "event_body_is_immutable"
        (sql,) = desk.workspace._core.store.rows("SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,))[0]

        def change(connection):  # type: ignore[no-untyped-def]
            connection.execute(f"DROP TRIGGER {trigger}")
            connection.execute("UPDATE event SET body = ? WHERE no = ?", (body.replace(b"Durand", b"Dupont"), number))
            connection.execute(sql)

        desk.workspace._core.store.write(change)
        desk.workspace._core.projector.forget()
        return str(record)

    def _at_the_service(self, _desk: Client) -> str:
        tables = self.service.central.storage.tables
        key = self.rng.choice(sorted(tables.records))
        kept = tables.records[key]
        # Not the field that work may wait on: what is written next would be right again by itself.
        name = self.rng.choice(sorted(kept.state.fields.keys() - {TOWN}))
        field = kept.state.fields[name]
        heads = tuple(head._replace(value="rotten") for head in field.heads)
        state = merge.RecordState({**kept.state.fields, name: field._replace(heads=heads)})
        tables.records[key] = dataclasses.replace(kept, state=state)
        return key[1]

    def _differences(self, desk: Client) -> list[str]:
        """Return where a desk's records are not what the service's log says."""
        found = []
        log: dict[tuple[str, str], list[merge.SeenEvent]] = {}
        for logged in self.service.central.storage.tables.log:
            seen = merge.seen_event(logged.event.header, logged.event.body, logged.central_seq)
            log.setdefault(logged.key, []).append(seen)
        identity = desk.workspace.identity
        assert identity is not None
        with desk.workspace._core.store.reading() as connection:
            for (_kind, record), events in log.items():
                known = registers.find(connection, record)
                here = merge.EMPTY if known is None else confirmed_state(connection, identity.tenant, known)
                if merge.to_json(here) != merge.to_json(merge.apply_all(merge.EMPTY, events)):
                    found.append(f"{record[-6:]} is not what its log says")
        return found


class Picks:
    """``random.Random`` as ``decay`` asks it."""

    def __init__(self, rng: random.Random) -> None:
        self.one = rng.choice


def blind() -> Callable[[], None]:
    """The known-bad client: an audit that finds everything in order."""
    sound = Auditing.audit_differences, Auditing.mend_lists
    Auditing.audit_differences = lambda *_: Differences([], [])  # type: ignore[method-assign,assignment]

    def undo() -> None:
        Auditing.audit_differences, Auditing.mend_lists = sound  # type: ignore[method-assign]

    return undo


def one_sided() -> Callable[[], None]:
    """The known-bad service: its records are right, whatever its log says."""
    sound = whole._as_its_log_says
    whole._as_its_log_says = lambda *_: None  # type: ignore[assignment]

    def undo() -> None:
        whole._as_its_log_says = sound

    return undo


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Change rows as often as the budget allows."""
    report = Report("silent divergence", seed)
    undo = {"blind": blind, "one_sided": one_sided, "": lambda: lambda: None}[bad]()
    try:
        while budget.left(report.runs):
            first = seed + report.runs
            with memory_folder() as memory:
                hall = Hall(memory, first)
                for _number in range(CHANGES_A_HALL):
                    report.runs += 1
                    for words in hall.run():
                        report.fail(first, words)
                    if report.failed or not budget.left(report.runs):
                        break
                hall.office.close()
            if report.failed:
                break
    finally:
        undo()
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
