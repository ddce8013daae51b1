"""Procedures in use, unpacked once: a version never changes, so what was read stays good."""

from __future__ import annotations

import threading
from collections import OrderedDict

from cases.procedures import Procedure, from_bundle
from central import service
from central.context import Central

_HELD_MAX = 64


class Shelf:
    """Any thread. Holds the procedures read last; one that central does not hold is asked for again each time."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._held: OrderedDict[tuple[int, str, str], Procedure] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tenant: int, identity: str, version: str) -> Procedure | None:
        """Return a procedure of the tenant at one version, None when it is not held."""
        key = (tenant, identity, version)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        with self._central.transaction(tenant) as conn:
            bundle = service.procedure_bundle(conn, tenant, identity, version)
        if bundle is None:
            return None
        procedure = from_bundle(bundle)
        with self._lock:
            self._held[key] = procedure
            while len(self._held) > _HELD_MAX:
                self._held.popitem(last=False)
        return procedure
