"""Appending to the device's own chain: numbering, clock, salt, digest, hash (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from cases.clock import HybridClock
from cases.events import (
    CHAIN_START,
    SALT_BLOCK,
    Event,
    EventId,
    Header,
    Salts,
    body_bytes,
    body_digest,
    header_hash,
    salt_seed,
)
from cases.store import log
from cases.store.engine import Connection
from cases.store.log import ChainHead, EventRow
from cases.store.registers import Registers
from cases.views import Identity

NO_HASH = CHAIN_START
"""What stands for the hashes of an event that came without them: a signed answer vouches for it."""


class Draft(NamedTuple):
    """An act that is not numbered yet."""

    record_no: int
    record_id: str
    record_type: str
    kind: str
    body: Mapping[str, object]
    base: int


class Journal:
    """The device's own chain. Inside a write only."""

    def __init__(self, clock: HybridClock, salt_secret: bytes, registers: Registers) -> None:
        self._clock = clock
        self._salt_secret = salt_secret
        self._registers = registers
        self._salts: tuple[int, int, Salts] | None = None

    def append(self, connection: Connection, identity: Identity, draft: Draft) -> Event:
        """Number, chain and store one act as pending. Durable with the transaction."""
        body = body_bytes(dict(draft.body))
        return self._append(connection, identity, draft, body, self._clock.read(), identity.agent)

    def append_again(self, connection: Connection, identity: Identity, old: Event, record_no: int) -> Event:
        """Store the same act under a new number: its old chain is broken and was never sent from there on."""
        header = old.header
        if old.body is None:
            raise ValueError("an erased body was sent before")
        draft = Draft(record_no, header.record_id, header.record_type, header.kind, {}, header.base)
        return self._append(connection, identity, draft, old.body, header.time, header.agent)

    def open_incarnation(self, connection: Connection, identity: Identity, *, taken: int = 0) -> ChainHead:
        """Begin a new chain beside the one that broke (DESIGN invariant 6), past every one known of this device.

        Args:
            taken: another self of this device has used chains up to this one.
        """
        last = log.chain_head(connection)
        known = log.incarnations(connection, identity.device)
        head = ChainHead(max(last.incarnation, taken, *known) + 1, 0, CHAIN_START, last.time)
        log.move_chain(connection, head)
        return head

    def seeds(self, incarnation: int, seqs: range) -> list[str]:
        """Return the seeds of the salt blocks that these numbers touch, in order."""
        return list(dict.fromkeys(salt_seed(self._salt_secret, incarnation, seq).hex() for seq in seqs))

    def salt(self, event: EventId) -> bytes:
        """Return the salt that an event of this device must have."""
        block = event.seq // SALT_BLOCK
        known = self._salts
        if known is None or known[:2] != (event.incarnation, block):
            # Remembered, as the next event mostly is of the same block.
            seed = salt_seed(self._salt_secret, event.incarnation, event.seq)
            known = self._salts = (event.incarnation, block, Salts(seed))
        return known[2].of(event.seq)

    def hash_before(self, connection: Connection, tenant: int, event: EventId) -> str:
        """Return the hash of the event before one of this device's, computed where it came without.

        Empty when it is not known, or when that one was set aside and will never be sent: nothing can follow it.
        """
        behind: list[log.StoredEvent] = []
        last = CHAIN_START
        for seq in range(event.seq - 1, 0, -1):
            found = log.find(connection, tenant, event._replace(seq=seq))
            if found is None or found.state == log.QUARANTINED:
                return ""
            if found.event.header.digest != NO_HASH:
                last = header_hash(found.event.header)
                break
            if found.event.body is None:
                return ""
            behind.append(found)
        for found in reversed(behind):
            digest = body_digest(found.event.body or b"", self.salt(found.id))
            last = header_hash(msgspec.structs.replace(found.event.header, prev=last, digest=digest))
        return last

    def _append(
        self, connection: Connection, identity: Identity, draft: Draft, body: bytes, time: int, agent: str
    ) -> Event:
        last = log.chain_head(connection)
        event_id = EventId(identity.device, last.incarnation, last.seq + 1)
        salt = self.salt(event_id)
        header = Header(
            version=1,
            tenant=identity.tenant,
            device=event_id.device,
            incarnation=event_id.incarnation,
            seq=event_id.seq,
            prev=last.head,
            agent=agent,
            record_type=draft.record_type,
            record_id=draft.record_id,
            kind=draft.kind,
            base=draft.base,
            time=time,
            digest=body_digest(body, salt),
        )
        row = EventRow(
            device_no=self._registers.device(connection, header.device),
            incarnation=header.incarnation,
            seq=header.seq,
            record_no=draft.record_no,
            kind=header.kind,
            agent_no=self._registers.agent(connection, agent, identity.agent_name if agent == identity.agent else ""),
            base=header.base,
            time=header.time,
            prev=bytes.fromhex(header.prev),
            digest=bytes.fromhex(header.digest),
            body=body,
            salt=salt,
            central_seq=None,
            state=log.PENDING,
        )
        log.insert(connection, row)
        log.move_chain(connection, ChainHead(header.incarnation, header.seq, header_hash(header), self._clock.last_ms))
        return Event(header, body, salt)
