"""First contact: a stream's records from a snapshot, chunk by chunk, own caseload first; durable after each (ADR 10).

A chunk is kept as it came. Its records are laid out in lists and search at once when it holds own cases, else with the
next ones, as writing every index anew for each chunk would cost more than all the rest. The cursor moves with the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from cases import foundation, scope
from cases.core import Part, changed
from cases.errors import InputError
from cases.laying import Layer
from cases.store import chunks, facts, registers, scopes
from cases.store.chunks import ChunkRow, Taking
from cases.store.engine import Connection
from cases.store.registers import Known
from cases.views import Changed, Identity, SnapshotProgress

LAY_OUT_FROM = 5_000
"""So many records of others at least, and an eighth of all, wait to be laid out together: 0.1 s of the writer, or more.

Each time nearly every page of every index is written anew: what that costs grows with the square of how often.
"""


class ChunkEntryLike(Protocol):
    """A chunk of a manifest; ``sync.messages.ChunkEntry`` is one."""

    @property
    def hash(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def records(self) -> int: ...
    @property
    def own(self) -> bool: ...


class ManifestLike(Protocol):
    """What a snapshot consists of; ``sync.messages.SnapshotManifest`` is one."""

    @property
    def stream(self) -> str: ...
    @property
    def central_seq(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def chunks(self) -> Sequence[ChunkEntryLike]: ...
    @property
    def leaves(self) -> Sequence[tuple[int, str]]: ...


class Snapshots(Part):
    """Taking snapshots. Each step is one transaction; what is pending here stays on top of what comes."""

    def begin_snapshot(self, manifest: ManifestLike) -> SnapshotProgress | None:
        """Take this snapshot from now on, in place of an earlier one of its stream; chunks that are here already stay.

        The caller has checked that the stream is this workspace's and that the numbers are sound.

        Returns:
            How far it has come; None when it is complete: everything was here, or it has no chunks.
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[SnapshotProgress | None, Changed]:
            before = chunks.taking(connection, manifest.stream)
            first_no = before.first_no if before is not None else registers.highest_no(connection) + 1
            taking = Taking(manifest.stream, manifest.central_seq, manifest.epoch, first_no)
            chunks.begin(connection, taking, _rows(manifest, first_no))
            self._let_go(connection, identity, registers.known(connection, [one for _number, one in manifest.leaves]))
            kinds = self._go_on(connection, identity, manifest.stream)
            return chunks.progress(connection, manifest.stream), changed({"sync", *kinds})

        return self._core.transact(act)

    def apply_chunk(self, stream: str, name: str, data: bytes) -> SnapshotProgress | None:
        """Keep a chunk, and lay out what is due. Twice is as once; one that is not wanted any more changes nothing.

        Args:
            name: its hash in the manifest.
            data: as it travels.

        Returns:
            How far it has come now; None when it is complete or none is being taken.

        Raises:
            InputError: ``snapshot.malformed`` (``reason``: ``hash``, …), ``wire.malformed``, ``wire.too_large``: it is
                not what the manifest says; nothing was changed.
        """
        identity = self._core.enrolled_identity()
        if hashlib.sha256(data).hexdigest() != name:
            raise InputError("snapshot.malformed", reason="hash")
        opened = foundation.opened(data)

        def act(connection: Connection) -> tuple[SnapshotProgress | None, Changed | None]:
            row = chunks.wanted(connection, stream, name)
            if row is None:
                return chunks.progress(connection, stream), None
            if len(opened) != row.records or len(opened) > chunks.ROWS:
                raise InputError("snapshot.malformed", reason="records")
            chunks.hold(connection, row, data)
            self._core.read_chunks[name] = opened
            kinds = self._go_on(connection, identity, stream)
            return chunks.progress(connection, stream), changed({"sync", *kinds})

        return self._core.transact(act)

    def chunk_part(self, stream: str, name: str) -> bytes:
        """Return what came of a chunk before a line broke; nobody has vouched for it yet."""
        with self._core.store.reading() as connection:
            row = chunks.wanted(connection, stream, name)
            return b"" if row is None else chunks.data(connection, row.no) or b""

    def keep_part(self, stream: str, name: str, data: bytes) -> None:
        """Keep what came of a chunk, or nothing of it; of one that is not wanted nothing is kept."""

        def act(connection: Connection) -> tuple[None, None]:
            row = chunks.wanted(connection, stream, name)
            if row is not None:
                chunks.put_data(connection, row.no, data[: row.bytes])
            return None, None

        self._core.transact(act)

    def snapshot_progress(self) -> SnapshotProgress | None:
        """Return how far the snapshot of this workspace's stream has come; None when none is being taken."""
        identity = self._core.identity
        with self._core.store.reading() as connection:
            return None if identity is None else chunks.progress(connection, identity.stream)

    def own_caseload_ready(self) -> bool:
        """Say whether no own case is still to come by a snapshot that is being taken."""
        progress = self.snapshot_progress()
        return progress is None or progress.own_ready

    def abandon_snapshot(self, stream: str) -> None:
        """Take no snapshot of the stream any more; records that are laid out stay, and pages go on over them."""

        def act(connection: Connection) -> tuple[None, Changed]:
            chunks.end(connection, stream)
            self._core.read_chunks.clear()
            return None, changed({"sync"})

        self._core.transact(act)

    # --- inside one transaction ---

    def _go_on(self, connection: Connection, identity: Identity, stream: str) -> set[str]:
        """Lay out what is due, and finish when nothing is missing. Return the kinds of records that changed."""
        taken = chunks.taking(connection, stream)
        if taken is None:
            return set()
        held = chunks.due(connection, taken, LAY_OUT_FROM)
        layer = Layer(self._core.projector.registers, self._core.projector.vocabulary)
        for row in held:
            self._lay_out(connection, identity, layer, row)
        if not taken.missing:
            self._finish(connection, identity, taken)
        return {"case", "citizen"} if held or not taken.missing else set()

    def _lay_out(self, connection: Connection, identity: Identity, layer: Layer, row: ChunkRow) -> None:
        opened = self._core.read_chunks.pop(row.hash, None)
        if opened is None:
            opened = foundation.opened(chunks.data(connection, row.no) or b"")
        first_no = row.first_no
        if registers.taken(connection, first_no, row.records):
            first_no = registers.highest_no(connection) + 1
        known = layer.lay_out(connection, opened, row.no, first_no)
        chunks.laid(connection, row, first_no)
        if known:
            numbers = registers.numbers_of(connection, [opened.ids[each] for each in known])
            held_places = [(row.no * chunks.ROWS + each, numbers[opened.ids[each]]) for each in known]
            registers.move_cold(connection, held_places)
            scopes.remove(connection, numbers.values())
            types = {opened.ids[each]: opened.types[each] for each in known}
            scope.make_again(connection, self._core.projector, identity, types)

    def _let_go(self, connection: Connection, identity: Identity, gone: Mapping[str, Known]) -> None:
        """Records that left the scope before this first contact, and were worked on here without knowing."""
        if gone:
            scope.mark_leaving(connection, [one.no for one in gone.values()])
            scope.make_again(
                connection, self._core.projector, identity, {record: one.type for record, one in gone.items()}
            )

    def _finish(self, connection: Connection, identity: Identity, taken: Taking) -> None:
        """Everything is here: what an earlier manifest brought and this one does not is out of scope by now."""
        stale = [row.no for row in chunks.of_stream(connection, taken.stream) if row.place is None]
        gone = dict(chunks.records_of(connection, stale))
        if gone:
            scope.mark_leaving(connection, list(gone))
            types = dict(registers.types_of(connection, gone.values()))
            scope.make_again(connection, self._core.projector, identity, types)
        chunks.forget(connection, stale)
        chunks.end(connection, taken.stream)
        self._core.read_chunks.clear()
        facts.move_cursor(connection, taken.stream, taken.central_seq)


def _rows(manifest: ManifestLike, first_no: int) -> list[ChunkRow]:
    """Return the manifest's chunks. Own ones get the highest numbers, as the newest known are found first.

    Within each part they stand in the order of the manifest: citizens are laid out before their cases.
    """
    next_no = {False: first_no, True: first_no + sum(entry.records for entry in manifest.chunks if not entry.own)}
    rows: list[ChunkRow] = []
    for place, entry in enumerate(manifest.chunks):
        rows.append(
            ChunkRow(
                0,
                manifest.stream,
                entry.hash,
                place,
                next_no[entry.own],
                entry.bytes,
                entry.records,
                entry.own,
                chunks.WANTED,
            )
        )
        next_no[entry.own] += entry.records
    return rows
