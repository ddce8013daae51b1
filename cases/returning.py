"""Events that come by a page though this store knows them, or though this very device wrote them.

A service that was restored numbers some events anew and lacks others; a computer that was restored or copied is sent
what its other self wrote. Inside the page's transaction; inside a write only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from cases.events import body_digest, header_hash
from cases.journal import NO_HASH, Journal
from cases.outbox import RENUMBERED, UNVERIFIED
from cases.store import log
from cases.store.engine import Connection
from cases.store.log import Standing, StoredEvent
from cases.views import Identity

LOST_AT_CENTRAL = "store.lost_at_central"
"""Code of an event of somebody else that the service held before it was restored, and does not any more."""


class ComingLike(Protocol):
    """An event of a page; ``sync.columns.PageEvent`` is one."""

    @property
    def central_seq(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def incarnation(self) -> int: ...
    @property
    def seq(self) -> int: ...
    @property
    def agent(self) -> str: ...
    @property
    def agent_name(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    @property
    def record_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def base(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def state(self) -> str: ...


class SortedOut(NamedTuple):
    """What a page means to this store: events to insert, and records to make again from the log."""

    fresh: list[ComingLike]
    changed: set[str]


def parted(connection: Connection, identity: Identity, incoming: Iterable[ComingLike]) -> dict[int, int]:
    """Return incarnation -> the first number from which on what is held here is another history than central's."""
    points: dict[int, int] = {}
    own = [event for event in incoming if event.device == identity.device]
    for event in sorted(own, key=lambda one: (one.incarnation, one.seq)):
        if event.incarnation in points:
            continue
        row = log.standing(connection, event.device, event.incarnation, event.seq, event.seq).get(event.seq)
        ours = row is not None and row.salted and row.code != RENUMBERED
        if row is not None and ours and not _same(row, event):
            points[event.incarnation] = event.seq
    return points


def _same(row: Standing, event: ComingLike) -> bool:
    """Say whether it is the same act; one whose body was erased by law meanwhile is."""
    if (row.record_id, row.kind, row.time) != (event.record_id, event.kind, event.time):
        return False
    return row.body == event.body or row.body is None or event.body == b"null"


def newest_chain(identity: Identity, incoming: Iterable[ComingLike]) -> int:
    """Return the newest incarnation of this device in a page; 0 for none."""
    return max((event.incarnation for event in incoming if event.device == identity.device), default=0)


def sort_out(connection: Connection, incoming: Iterable[ComingLike]) -> SortedOut:
    """Return what is new, and note the number and verdict of what is known but was numbered or judged anew."""
    chains: dict[tuple[str, int], dict[int, ComingLike]] = {}
    for event in incoming:
        chains.setdefault((event.device, event.incarnation), {}).setdefault(event.seq, event)
    fresh: list[ComingLike] = []
    changed: set[str] = set()
    for (device, incarnation), by_seq in chains.items():
        known = log.standing(connection, device, incarnation, min(by_seq), max(by_seq))
        for seq, event in by_seq.items():
            row = known.get(seq)
            set_aside = row is not None and row.state == log.QUARANTINED and row.code != LOST_AT_CENTRAL
            if row is not None and (set_aside or not _same(row, event)):
                # Its number is taken by what central holds; what it said lives on under another one, or is lost there.
                # One that was found damaged here is sound there: another self of this device had sent it.
                log.settle_verdict(
                    connection, row.no, state=log.QUARANTINED, central_seq=None, code=RENUMBERED, details={}
                )
                log.step_aside(connection, row.no)
                changed.update(log.record_of(connection, row.no))
                row = None
            if row is None:
                fresh.append(event)
            elif (row.state in log.CONFIRMED or row.code == LOST_AT_CENTRAL) and (
                (row.central_seq, row.state, row.code) != (event.central_seq, event.state, "")
            ):
                log.settle_verdict(
                    connection, row.no, state=event.state, central_seq=event.central_seq, code="", details={}
                )
                if (row.central_seq, row.state) != (event.central_seq, event.state):
                    changed.add(event.record_id)
    # Records get their numbers in the stream's order, so that a list of the newest is one by number too.
    return SortedOut(sorted(fresh, key=lambda event: event.central_seq), changed)


def go_on_beside(connection: Connection, identity: Identity, journal: Journal, fresh: Sequence[ComingLike]) -> None:
    """Begin a new chain when another self of this device has used the numbers that would come next here."""
    head = log.chain_head(connection)
    newest = newest_chain(identity, fresh)
    if newest > head.incarnation or any(
        event.device == identity.device and event.incarnation == head.incarnation and event.seq > head.seq
        for event in fresh
    ):
        journal.open_incarnation(connection, identity, taken=newest)


class Spared(NamedTuple):
    """Acts that need not be sent: the records concerned, and of each chain the first number left out."""

    records: set[str]
    gaps: dict[int, int]


def sent_by_another_self(connection: Connection, identity: Identity, fresh: Iterable[ComingLike]) -> Spared:
    """Set aside what waits here though another self of this device has sent the very same act already."""
    changed, gaps = set[str](), dict[int, int]()
    for event in fresh:
        if event.device != identity.device:
            continue
        same = log.same_act_waits(connection, event.device, event.record_id, event.kind, event.time, event.body)
        if same is not None:
            to = {"to": f"{event.device}.{event.incarnation}.{event.seq}"}
            log.settle_verdict(
                connection, same.no, state=log.QUARANTINED, central_seq=None, code=RENUMBERED, details=to
            )
            changed.add(event.record_id)
            gaps[same.incarnation] = min(same.seq, gaps.get(same.incarnation, same.seq))
    return Spared(changed, gaps)


def settle_doubts(connection: Connection, identity: Identity, journal: Journal) -> set[str]:
    """The service has sent everything that it holds: what is still in doubt is not there any more.

    What this device wrote waits to be sent again, also what another self of it wrote and only we may still hold. What
    others wrote is set aside.

    Returns:
        The records concerned.
    """
    changed = set[str]()
    lost = log.with_code(connection, identity.tenant, UNVERIFIED)
    for stored in sorted(lost, key=lambda one: (one.id.incarnation, one.id.seq)):
        header = stored.event.header
        changed.add(header.record_id)
        own = header.device == identity.device and stored.event.body is not None
        if own and stored.event.salt is not None and (header.prev != NO_HASH or header.seq == 1):
            log.settle_verdict(connection, stored.no, state=log.PENDING, central_seq=None, code="", details={})
        elif own and stored.event.salt is None:
            _as_it_was_written(connection, identity, journal, stored)
        else:
            log.settle_verdict(
                connection, stored.no, state=log.QUARANTINED, central_seq=None, code=LOST_AT_CENTRAL, details={}
            )
    return changed


def _as_it_was_written(connection: Connection, identity: Identity, journal: Journal, stored: StoredEvent) -> None:
    """Let an event of another self of this device wait to be sent, with the very hashes that it had.

    Both selves have one key and one secret, so its salt and its place in the chain follow from what came: should its
    author send it too, it is the same event. Where its chain is not held, the act goes on under a number of ours.
    """
    header, body = stored.event.header, stored.event.body
    assert body is not None, "an erased body is not sent"
    prev = journal.hash_before(connection, identity.tenant, stored.id)
    place = log.numbers_of(connection, stored.no)
    log.settle_verdict(
        connection, stored.no, state=log.QUARANTINED, central_seq=None, code=RENUMBERED, details={"to": str(stored.id)}
    )
    if not prev or log.chain_head(connection).incarnation == header.incarnation:
        if log.chain_head(connection).seq:
            journal.open_incarnation(connection, identity)
        journal.append_again(connection, identity, stored.event, place.record_no)
        return
    log.step_aside(connection, stored.no)
    salt = journal.salt(stored.id)
    header = msgspec.structs.replace(header, prev=prev, digest=body_digest(body, salt))
    log.insert(connection, log.row_of(header, body, salt, place))
    log.move_chain(connection, log.ChainHead(header.incarnation, header.seq, header_hash(header), header.time))
