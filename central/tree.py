"""The Merkle log of receipts (ADR 11): a sequencer that appends what was committed, and the proofs made from it.

A receipt waits for its leaf from the moment that its batch is committed; nothing is locked for that. ``sequence`` takes
what waits, whenever it was committed, in one transaction that holds the tenant's log: a late commit is a later leaf,
never a hole. It is asked for by ``central.sequencing`` and may be by any process at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from cases import merkle, tiles
from cases.clock import Clock
from cases.errors import DamagedError, InputError
from cases.tiles import Tile
from cases.treelog import ACCEPTED, TreeHead, receipt_bytes, tree_bytes
from central.context import ServiceKeys
from central.records import Device
from central.storage import IssuedReceipt, Storage, Transaction, TreeState
from sync.messages import Receipt, ReceiptProof, TreeNews

log = logging.getLogger("estafette.central.tree")

LEAVES_MAX = 2_000
"""Appended in one transaction."""


class ReceiptTree:
    """A service's logs, one a tenant (``central.context.Tree``). Any thread."""

    def __init__(self, storage: Storage, keys: ServiceKeys, clock: Clock) -> None:
        self._storage = storage
        self._keys = keys
        self._clock = clock
        self._told: Callable[[int], object] = lambda _tenant: None

    def tell(self, told: Callable[[int], object]) -> None:
        """Let somebody know of each batch that is committed from now on, so that its leaf comes soon; only a hint."""
        self._told = told

    def appended(self, tenant: int) -> None:
        """Take note that a batch of a tenant was committed."""
        self._told(tenant)

    def news(self, tenant: int, size: int) -> TreeNews | None:
        """Return the newest head, and what proves that the tree of ``size`` is a beginning of its own.

        None between a restore and the first head of its epoch, and from a log that is damaged: nobody's work waits for
        that. One of the same size is said again: who holds another root of that size must see it.
        """
        try:
            with self._storage.transaction(tenant) as transaction, _undamaged():
                now, state = transaction.tree()
                if state.epoch != now:
                    return None
                proof = merkle.consistency(size, state.size, _reader(transaction)) if size <= state.size else []
        except DamagedError as error:
            log.warning("no head shown tenant=%s code=%s", tenant, error.code)
            return None
        return TreeNews(head_of(tenant, state), [each.hex() for each in proof])

    def proof(
        self, device: Device, incarnation: int, seq: int, *, epoch: int, received_ms: int, size: int
    ) -> ReceiptProof:
        """Return where one of the device's receipts stands, and the proof under the head of ``size``.

        Raises:
            InputError: ``request.invalid`` (``field``): the log has never been so large. DamagedError:
                ``tree.damaged``.
        """
        with self._storage.transaction(device.tenant) as transaction, _undamaged():
            _epoch, state = transaction.tree()
            if size > state.size:
                raise InputError("request.invalid", field="size", size=state.size)
            index = transaction.leaf_of(device.device, incarnation, seq, epoch=epoch, received_ms=received_ms)
            if index is None:
                return ReceiptProof(-1)
            found = merkle.inclusion(index, size, _reader(transaction)) if index < size else []
        return ReceiptProof(index, [each.hex() for each in found])

    def head(self, tenant: int) -> TreeHead | None:
        """Return the newest head, None before the first one of this epoch."""
        with self._storage.transaction(tenant) as transaction:
            now, state = transaction.tree()
        return head_of(tenant, state) if state.epoch == now else None

    def root(self, tenant: int, size: int) -> str | None:
        """Return the root that the log had when it was so large; None when it never was.

        Raises:
            DamagedError: ``tree.damaged``.
        """
        with self._storage.transaction(tenant) as transaction, _undamaged():
            _epoch, state = transaction.tree()
            return merkle.root(size, _reader(transaction)).hex() if size <= state.size else None

    def sequence(self, tenant: int) -> int:
        """Append what waits, ``LEAVES_MAX`` at most, and sign the new head; return how many leaves that were.

        0 when there is nothing to do, or somebody else is at it.

        Raises:
            DamagedError: ``tree.damaged``: nothing was appended; what waits goes on waiting.
        """
        with self._storage.transaction(tenant) as transaction, _undamaged():
            state = transaction.lock_tree()
            if state is None:
                return 0
            epoch, _state = transaction.tree()
            waiting = transaction.waiting_receipts(LEAVES_MAX)
            if waiting or state.epoch != epoch:
                self._extend(transaction, tenant, state, epoch, waiting)
        return len(waiting)

    def sequence_all(self, tenant: int) -> int:
        """Append until nothing waits; return how many leaves that were."""
        done = 0
        while (appended := self.sequence(tenant)) > 0:
            done += appended
        return done

    def _extend(
        self, transaction: Transaction, tenant: int, state: TreeState, epoch: int, waiting: Sequence[IssuedReceipt]
    ) -> None:
        edge = transaction.tiles(tiles.edge_of(state.size))
        leaves = [merkle.leaf_hash(receipt_bytes(receipt_of(tenant, issued))) for issued in waiting]
        gained = tiles.grow(state.size, edge, leaves)
        size, now = state.size + len(leaves), {**edge, **gained}
        root = merkle.root(size, tiles.reader(lambda _wanted: now)).hex()
        head = TreeHead(tenant, epoch, size, root, self._clock.now_ms(), "")
        signature = self._keys.service().sign(tree_bytes(head)).hex()
        newer = TreeState(epoch, size, root, head.time, signature)
        transaction.extend_tree(newer, state.size, waiting, gained)


@contextmanager
def _undamaged() -> Iterator[None]:
    """Give a tile that is missing, or is not as long as the log says, its name."""
    try:
        yield
    except KeyError as error:
        raise DamagedError("tree.damaged", tile=str(error.args[0] if error.args else "")) from error


def receipt_of(tenant: int, issued: IssuedReceipt) -> Receipt:
    """Return a receipt as it was given, but for its signature."""
    return Receipt(
        tenant,
        issued.stream,
        issued.device,
        issued.incarnation,
        issued.seq,
        issued.head,
        issued.central_seq,
        issued.epoch,
        ACCEPTED,
        issued.received_ms,
        "",
    )


def head_of(tenant: int, state: TreeState) -> TreeHead:
    """Return a head as it travels."""
    return TreeHead(tenant, state.epoch, state.size, state.root, state.time_ms, state.signature)


def _reader(transaction: Transaction) -> merkle.Read:
    def fetch(wanted: Iterable[Tile]) -> Mapping[Tile, bytes]:
        return transaction.tiles(list(wanted))

    return tiles.reader(fetch)
