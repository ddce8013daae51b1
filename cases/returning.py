"""Events that come by a page though this store knows them, or though this very device wrote them.

A service that was restored numbers some events anew and lacks others; a computer that was restored or copied is sent
what its other self wrote. Inside the page's transaction; inside a write only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from cases.events import CHAIN_START
from cases.journal import Journal
from cases.outbox import RENUMBERED, UNVERIFIED
from cases.store import log
from cases.store.engine import Connection
from cases.store.log import Standing
from cases.views import Identity

LOST_AT_CENTRAL = "store.lost_at_central"
"""Code of an event of somebody else that the service held before it was restored, and does not any more."""
NO_HASH = bytes.fromhex(CHAIN_START)
"""What stands for the hashes of an event that came without them: a signed answer vouches for it."""


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


def parted(connection: Connection, identity: Identity, incoming: Iterable[ComingLike]) -> tuple[int, int] | None:
    """Return (incarnation, number) from which on what waits here is another history than central's, or None."""
    own = [event for event in incoming if event.device == identity.device]
    for event in sorted(own, key=lambda one: (one.incarnation, one.seq)):
        row = log.standing(connection, event.device, event.incarnation, event.seq, event.seq).get(event.seq)
        ours = row is not None and row.salted and row.code != RENUMBERED
        if row is not None and ours and not _same(row, event):
            return event.incarnation, event.seq
    return None


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
            if row is not None and (row.code == RENUMBERED or not _same(row, event)):
                # Its number is taken by what central holds; what it said lives on under another one, or is lost there.
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


def sent_by_another_self(connection: Connection, identity: Identity, fresh: Iterable[ComingLike]) -> set[str]:
    """Set aside what waits here though another self of this device has sent the very same act already.

    Returns:
        The records concerned.
    """
    changed = set[str]()
    for event in fresh:
        if event.device != identity.device:
            continue
        same = log.same_act_waits(connection, event.device, event.record_id, event.kind, event.time, event.body)
        if same is not None:
            to = {"to": f"{event.device}.{event.incarnation}.{event.seq}"}
            log.settle_verdict(connection, same, state=log.QUARANTINED, central_seq=None, code=RENUMBERED, details=to)
            changed.add(event.record_id)
    return changed


def settle_doubts(connection: Connection, identity: Identity) -> set[str]:
    """The service has sent everything that it holds: what is still in doubt is not there any more.

    Own events wait to be sent again, what others wrote is set aside.

    Returns:
        The records concerned.
    """
    changed = set[str]()
    for stored in log.with_code(connection, identity.tenant, UNVERIFIED):
        header = stored.event.header
        changed.add(header.record_id)
        own = header.device == identity.device and stored.event.salt is not None and header.prev != NO_HASH.hex()
        first = header.device == identity.device and header.seq == 1 and stored.event.salt is not None
        if own or first:
            log.settle_verdict(connection, stored.no, state=log.PENDING, central_seq=None, code="", details={})
        else:
            log.settle_verdict(
                connection, stored.no, state=log.QUARANTINED, central_seq=None, code=LOST_AT_CENTRAL, details={}
            )
    return changed
