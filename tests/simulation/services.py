"""The central service of a simulated world: the one in memory, or the real one's logic on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from cases import merge
from cases.events import Header
from cases.workflow import State
from sync.transport import Response
from tests.simulation.clocks import Chance, MachineClock
from tests.simulation.ledger import Deed, Held, deed
from tests.simulation.network import ServerKilled
from tests.support.central_memory import OFFICES, TENANT, MemoryCentral
from tests.support.memory_storage import Logged, MemoryStorage, Tables

STORAGE: type[MemoryStorage] = MemoryStorage
"""What services in memory are made over; a known-bad world has another."""


class Service(Protocol):
    """What the world does to the service, and what it looks at in the end."""

    url: str
    central: MemoryCentral

    def handle(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response: ...

    def kill_at(self, point: str) -> None:
        """End at this point of the next request: ``before_commit`` or ``after_commit``; empty: at none."""
        ...

    def restart(self) -> None:
        """Forget everything that only memory held."""
        ...

    def enrolment_code(self, agent: str, office: str) -> str: ...

    def publish(self, procedure: str, bundle: bytes) -> str: ...

    def cases(self) -> list[str]: ...

    def change_status(self, case: str, to: State, *, message: str = "", reasons: str = "") -> Deed | None:
        """Act as a supervisor who has seen everything; None when the service refuses."""
        ...

    def move(self, case: str, office: str) -> Deed | None:
        """Give a case to another office; None when the service refuses."""
        ...

    def assign(self, agent: str, office: str, *, ended: bool) -> None:
        """Say where an agent works, and whether the mandate ended."""
        ...

    def placed(self, agent: str) -> tuple[str, bool] | None:
        """Return the office that the service knows an agent in, and whether the mandate ended there."""
        ...

    def closed(self, device: str) -> str:
        """Return why a device is closed; empty for an open one."""
        ...

    def backup(self) -> None:
        """Keep a copy of everything."""
        ...

    def restore(self) -> bool:
        """Go on from the copy, in a new epoch; false when there is none."""
        ...

    def held(self) -> list[Held]:
        """Return everything in the log, in the order of its numbers."""
        ...

    def states(self, stream: str = "") -> dict[tuple[str, str], merge.RecordState]:
        """Return (record type, identity) -> the record as merged here, of one scope or of all."""
        ...

    def close(self) -> None:
        """Remove what it kept."""
        ...

    @property
    def service_key(self) -> str: ...

    @property
    def epoch(self) -> int: ...


class InMemory:
    """The service in memory."""

    url = "http://127.0.0.1:8420"

    def __init__(self, clock: MachineClock, chance: Chance) -> None:
        self.central = MemoryCentral(clock, chance, storage=STORAGE())
        self._backup: Tables | None = None

    def handle(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
        return self.central.handle(method, path, body, headers, lambda: False)

    def kill_at(self, point: str) -> None:
        self._spare()
        if point:
            setattr(self.central.storage, point, self._ended)

    def _ended(self) -> None:
        self._spare()
        raise ServerKilled

    def _spare(self) -> None:
        self.central.storage.before_commit = self.central.storage.after_commit = lambda: None

    def restart(self) -> None:
        self._spare()
        self.central.storage.restarted()
        self.central.forget_tokens()

    def enrolment_code(self, agent: str, office: str) -> str:
        return self.central.enrolment_code(f"Agent {agent}", agent=agent, office=office)

    def publish(self, procedure: str, bundle: bytes) -> str:
        return self.central.publish(procedure, bundle)

    def cases(self) -> list[str]:
        return sorted({held.header.record_id for held in self.central.log if held.header.record_type == "case"})

    def change_status(self, case: str, to: State, *, message: str = "", reasons: str = "") -> Deed | None:
        return self.act_on_status(case, self.central.record(case), to, message, reasons)

    def act_on_status(self, case: str, state: merge.RecordState, to: State, message: str, reasons: str) -> Deed | None:
        """Change the state of a case that stands so."""
        before = state.value(merge.STATE) or State.DRAFT.value
        body: dict[str, object] = {"from": before, "to": to.value}
        body.update({name: text for name, text in (("message", message), ("reasons", reasons)) if text})
        event = self.central.try_act_as_supervisor(case, "status", body)
        return None if event is None else _deed_of(event.header, event.body or b"")

    def move(self, case: str, office: str) -> Deed | None:
        event = self.central.move(case, office)
        return None if event is None else _deed_of(event.header, event.body or b"")

    def assign(self, agent: str, office: str, *, ended: bool) -> None:
        self.central.assign(agent, office, ended=ended)

    def placed(self, agent: str) -> tuple[str, bool] | None:
        return self.central.placed(agent)

    def closed(self, device: str) -> str:
        found = self.central.device(device)
        return "" if found is None else found.closed

    def backup(self) -> None:
        self._backup = self.central.storage.copy()

    def restore(self) -> bool:
        if self._backup is None:
            return False
        self.central.restored(self._backup)
        return True

    def close(self) -> None:
        """Nothing is left of it."""

    def held(self) -> list[Held]:
        return [_held(logged) for logged in self.central.storage.tables.log]

    def states(self, stream: str = "") -> dict[tuple[str, str], merge.RecordState]:
        found: dict[tuple[str, str], merge.RecordState] = {}
        for one in (stream,) if stream else OFFICES:
            # One question a transaction: it is answered as of one instant.
            with self.central.core.storage.transaction(TENANT) as transaction:
                for stored in transaction.stored_all(one)[2]:
                    found[stored.record_type, stored.record_id] = merge.from_json(bytes(stored.state))
        return {key: state for key, state in found.items() if state.fields}

    @property
    def service_key(self) -> str:
        return self.central.service_key

    @property
    def epoch(self) -> int:
        return self.central.epoch


def _held(logged: Logged) -> Held:
    header = logged.event.header
    return Held(
        _deed_of(header, logged.event.body or b""),
        header.record_type,
        logged.stream,
        logged.central_seq,
        header.device,
        header.incarnation,
        header.seq,
        logged.hash,
        header.base,
        logged.state,
        logged.code,
    )


def held_of(row: Sequence[Any]) -> Held:
    """Return a row of the log: stream, number, device, incarnation, seq, hash, agent, type, record, kind, base, time,
    body, state, code."""
    stream, number, device, incarnation, seq, digest, agent, kind_of_record, record, kind, base, time, body = row[:13]
    return Held(
        deed(record, kind, agent, time, _fields(bytes(body or b""))),
        kind_of_record, stream, number, device, incarnation, seq, digest, base, row[13], row[14],
    )  # fmt: skip


def _deed_of(header: Header, body: bytes) -> Deed:
    return deed(header.record_id, header.kind, header.agent, header.time, _fields(body))


def _fields(body: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except ValueError:
        return {}
