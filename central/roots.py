"""The daily export of each tenant's root (ADR 11): a signed line to be kept where the service cannot reach it, and the
check of kept lines against what the service holds now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from cases.errors import InputError
from cases.signatures import signature_holds
from cases.treelog import ROOT_FORMAT, Checked, Finding, RootLine, root_bytes
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT
from central.keys import public_hex

_decode = msgspec.json.Decoder(RootLine).decode


def root_lines(central: Central) -> list[RootLine]:
    """Append what waits and return one signed line for each tenant, as of now."""
    key = central.keys.service()
    zone = ZoneInfo(central.settings.timezone)
    lines: list[RootLine] = []
    with central.transaction(NO_TENANT) as connection:
        tenants = people.tenants(connection)
    for tenant in tenants:
        central.tree.sequence_all(tenant)
        head = central.tree.head(tenant)
        if head is None:
            # Another process is at its first head of this epoch.
            continue
        now_ms = central.clock.now_ms()
        day = datetime.fromtimestamp(now_ms / 1000, zone).date().isoformat()
        line = RootLine(
            ROOT_FORMAT, day, tenant, head.epoch, head.size, head.root, head.time, public_hex(key), head.signature
        )
        lines.append(msgspec.structs.replace(line, seal=key.sign(root_bytes(line)).hex()))
    return lines


def check_lines(central: Central, texts: Iterable[bytes]) -> list[Checked]:
    """Hold kept lines to the service's own log; empty lines are passed over.

    Raises:
        InputError: ``root.none``: there is not one line.
    """
    found: list[Checked] = []
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            line = _decode(text)
        except (ValueError, RecursionError):
            found.append(Checked(number, None, Finding.UNSIGNED))
            continue
        found.append(Checked(number, line, _finding(central, line)))
    if not found:
        raise InputError("root.none")
    return found


def _finding(central: Central, line: RootLine) -> Finding:
    key = public_hex(central.keys.service())
    if line.service_key != key or not signature_holds(key, root_bytes(line), line.seal):
        return Finding.UNSIGNED
    with central.transaction(NO_TENANT) as connection:
        if line.tenant not in people.tenants(connection):
            return Finding.SHORTER
    root = central.tree.root(line.tenant, line.size)
    if root == line.root:
        return Finding.HOLDS
    head = central.tree.head(line.tenant)
    if head is not None and line.epoch < head.epoch:
        return Finding.ENDED
    return Finding.SHORTER if root is None else Finding.OTHER
