"""Records that enter this device's scope whole, and records that leave it. Inside a page's transaction.

What enters is built on the state that central gave; its events come with later history, if at all, and apply over it.
What leaves goes out of lists and search with its foundation; the log stays, and what waits is answered first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cases import foundation
from cases.outbox import rebuild
from cases.projections import Projector, Working, load_many
from cases.snapshot import PackedRecord
from cases.store import facts, registers, scopes
from cases.store.engine import Connection
from cases.views import Identity


class MovesLike(Protocol):
    """What came into a stream's scope and what left it: (central number, record identity)."""

    @property
    def enters(self) -> Sequence[PackedRecord]: ...
    @property
    def leaves(self) -> Sequence[tuple[int, str]]: ...
    @property
    def cursor(self) -> int: ...


def fresh_moves(
    connection: Connection, streams: Mapping[str, MovesLike]
) -> tuple[dict[str, PackedRecord], dict[str, None]]:
    """Return what enters (identity -> record) and what leaves; not what an answer says that came too late.

    A record that left and came again enters: what is given is as it stands now.
    """
    held = facts.cursors(connection)
    enters: dict[str, PackedRecord] = {}
    leaves: dict[str, None] = {}
    for stream, news in streams.items():
        if news.cursor >= held.get(stream, 0):
            enters.update((record.record_id, record) for record in news.enters)
            leaves.update((record, None) for _number, record in news.leaves)
    return enters, {record: None for record in leaves if record not in enters}


def take_in(
    connection: Connection, projector: Projector, identity: Identity, streams: Mapping[str, MovesLike]
) -> dict[str, Working]:
    """Take in records that enter, and let go those that leave; return them. The page's events are in the log."""
    enters, leaves = fresh_moves(connection, streams)
    if not enters and not leaves:
        return {}
    known = registers.records(connection, {record.record_id: record.record_type for record in enters.values()})
    foundation.cool_down(connection, [one.no for one in known.values()])
    scopes.put(connection, [foundation.made_of(known[record].no, given) for record, given in enters.items()])
    leaving = {record: found for record in leaves if (found := registers.find(connection, record)) is not None}
    mark_leaving(connection, [found.no for found in leaving.values()])
    types = {record: one.type for record, one in [*known.items(), *leaving.items()]}
    return make_again(connection, projector, identity, types)


def mark_leaving(connection: Connection, numbers: Sequence[int]) -> None:
    """Note that these records are no longer this device's business; what waits for an answer keeps its foundation."""
    foundation.warm(connection, numbers)
    scopes.mark_leaving(connection, numbers)
    foundation.cool_down(connection, numbers)


def make_again(
    connection: Connection, projector: Projector, identity: Identity, types: dict[str, str]
) -> dict[str, Working]:
    """Make records (identity -> type) again from their foundations and the log, and all that is kept of them."""
    projector.forget_records()
    touched = load_many(connection, identity.tenant, types)
    for working in touched.values():
        rebuild(connection, identity.tenant, working)
    projector.save(connection, list(touched.values()))
    return touched
