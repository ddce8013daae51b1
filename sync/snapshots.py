"""First contact: a stream's snapshot, chunk by chunk, own caseload first. Goes on where it stood after any failure."""

from __future__ import annotations

from cases.errors import InputError, NetworkFault, RejectedError
from cases.views import SnapshotProgress
from cases.workspace import Workspace
from sync.client import CentralClient
from sync.messages import SnapshotManifest
from sync.rounds import PAGE_INVALID, Tally, documents, nameable

UNKNOWN = "snapshot.unknown"
CHUNKS_MAX = 100_000
CHUNK_RECORDS_MAX = 20_000
CHUNK_BYTES_MAX = 8 * 1024 * 1024


class Taking:
    """Takes the snapshot of one stream, in one round.

    Args:
        epoch: central's, as the answer said that offered the snapshot.
        tally: gets what was done.
    """

    def __init__(self, workspace: Workspace, client: CentralClient, stream: str, epoch: int, tally: Tally) -> None:
        self._workspace = workspace
        self._client = client
        self._stream = stream
        self._epoch = epoch
        self._tally = tally
        self._renewed = False
        self._at: SnapshotProgress | None = None

    def step(self) -> bool:
        """Take one chunk; say whether the snapshot is complete now.

        Raises:
            NetworkFault, NotPermittedError: what was taken stays. RejectedError: ``sync.page_invalid`` (``reason``:
            ``snapshot``): the service says what cannot be; ``snapshot.unknown``: twice.
        """
        at = self._at or self._workspace.snapshot_progress()
        if at is None or at.epoch != self._epoch:
            return self._begin()
        # Only a round before this one can have left a part.
        part = self._workspace.chunk_part(self._stream, at.wanted) if self._at is None else b""
        try:
            data = part + self._client.snapshot_chunk(at.wanted, len(part))
        except NetworkFault as fault:
            if fault.received:
                self._workspace.keep_part(self._stream, at.wanted, part + fault.received)
            raise
        except RejectedError as error:
            if error.code != UNKNOWN or self._renewed:
                raise
            # Forgotten there since: a newer snapshot is served, and what it has in common with this one is here.
            self._renewed = True
            return self._begin()
        try:
            now = self._workspace.apply_chunk(self._stream, at.wanted, data)
        except InputError as error:
            if part:
                self._workspace.keep_part(self._stream, at.wanted, b"")
            raise RejectedError(PAGE_INVALID, reason="snapshot") from error
        return self._went_on(at, now)

    def _begin(self) -> bool:
        manifest = self._client.snapshot_manifest(self._stream)
        self._check(manifest)
        return self._went_on(None, self._workspace.begin_snapshot(manifest))

    def _check(self, manifest: SnapshotManifest) -> None:
        chunks = manifest.chunks
        sound = (
            manifest.stream == self._stream
            and manifest.epoch == self._epoch
            and manifest.central_seq > 0
            and len(chunks) <= CHUNKS_MAX
            and len({entry.hash for entry in chunks}) == len(chunks)
            and all(entry.records <= CHUNK_RECORDS_MAX and entry.bytes <= CHUNK_BYTES_MAX for entry in chunks)
        )
        if not sound:
            raise RejectedError(PAGE_INVALID, reason="snapshot")

    def _went_on(self, before: SnapshotProgress | None, now: SnapshotProgress | None) -> bool:
        self._at = now
        own_came = before is not None and not before.own_ready and (now is None or now.own_ready)
        if now is None or own_came:
            wanted = self._workspace.procedures_missing()
            self._tally.wanted_procedures |= {names for names in wanted if nameable(*names)}
        if own_came and now is not None:
            # The own cases are to be opened now, not when the last of the others is here.
            documents(self._workspace, self._client, self._tally, offered=False)
        return now is None
