"""How far backups cover each device's chain, and the receipts that say so."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import psycopg

from central.context import ServiceKeys
from central.database.client import Database
from sync.messages import Receipt, receipt_bytes

LEVEL = "backed_up"
DEVICES_REMEMBERED = 20_000

_READ = """
select c.tenant_id, c.device_id, c.incarnation, c.seq, c.head, e.central_seq
from estafette.device_chain c
join estafette.event e on e.tenant_id = c.tenant_id and e.device_id = c.device_id
    and e.incarnation = c.incarnation and e.seq = c.seq
where c.seq > 0 order by c.tenant_id, c.device_id, c.incarnation
"""
_COVER = """
insert into estafette.backed_up as b (tenant_id, device_id, incarnation, seq, head, central_seq, backup_ms)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, device_id, incarnation) do update set seq = excluded.seq, head = excluded.head,
    central_seq = excluded.central_seq, backup_ms = excluded.backup_ms where excluded.seq >= b.seq
"""
_STAMP = "update estafette.tenant set covered_ms = greatest(covered_ms + 1, %s) where tenant_id = any(%s)"
_RECEIPTS = """
select b.incarnation, b.seq, b.head, b.central_seq, b.backup_ms, t.epoch
from estafette.backed_up b join estafette.tenant t on t.tenant_id = b.tenant_id
where b.tenant_id = %s and b.device_id = %s order by b.incarnation
"""


class Covered(msgspec.Struct, frozen=True, array_like=True):
    """How far a backup holds one chain: up to ``seq``, whose hash is ``head``."""

    tenant: int
    device: str
    incarnation: int
    seq: int
    head: str
    central_seq: int


def read_chains(owner: psycopg.Connection[Any]) -> list[Covered]:
    """Return how far every chain goes as the owner's transaction sees it."""
    return [Covered(*row) for row in owner.execute(_READ)]


def cover(owner: psycopg.Connection[Any], chains: Iterable[Covered], backup_ms: int) -> None:
    """Note, as the owner, that a backup of that time holds these chains. Coverage never goes back."""
    rows = [(*msgspec.structs.astuple(chain), backup_ms) for chain in chains]
    with owner.cursor() as cursor:
        cursor.executemany(_COVER, rows)
    owner.execute(_STAMP, [backup_ms, sorted({row[0] for row in rows})])


class DatabaseBackups:
    """What is covered, in PostgreSQL (``central.context.Backups``). Any thread."""

    def __init__(self, database: Database, keys: ServiceKeys) -> None:
        self._database = database
        self._keys = keys
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, str], tuple[int, list[tuple[Any, ...]]]] = OrderedDict()

    def receipts(
        self, tenant: int, device: str, stream: str, held: Mapping[int, int], covered_ms: int | None = None
    ) -> list[Receipt]:
        """Return backed-up receipts of the device's chains that go farther than ``held`` (incarnation -> number)."""
        if covered_ms == 0:
            return []
        kept = self._kept.get((tenant, device))
        if covered_ms is not None and kept is not None and kept[0] == covered_ms:
            found = kept[1]
        else:
            with self._database.transaction(tenant) as connection:
                found = connection.execute(_RECEIPTS, [tenant, device]).fetchall()
            if covered_ms is not None:
                self._keep(tenant, device, covered_ms, found)
        receipts = []
        for incarnation, seq, head, central_seq, backup_ms, epoch in found:
            if seq > held.get(incarnation, 0):
                receipt = Receipt(
                    tenant, stream, device, incarnation, seq, head, central_seq, epoch, LEVEL, backup_ms, ""
                )
                signature = self._keys.service().sign(receipt_bytes(receipt)).hex()
                receipts.append(msgspec.structs.replace(receipt, signature=signature))
        return receipts

    def _keep(self, tenant: int, device: str, covered_ms: int, found: list[tuple[Any, ...]]) -> None:
        """Remember what was found, until the tenant's stamp is another one."""
        with self._lock:
            while len(self._kept) >= DEVICES_REMEMBERED:
                self._kept.popitem(last=False)
            self._kept[tenant, device] = (covered_ms, found)
