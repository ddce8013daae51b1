"""What a form fills in by itself: who, when, on which device, and the moment of handing in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from forms.expressions.context import Environment
from forms.schema import SchemaNode
from forms.tree import Node
from forms.values import Moment, coerce

_END = ("timestamp", "end")


def is_end(schema: SchemaNode) -> bool:
    """Whether the node holds the moment of handing in (metadata ``end``): empty until then, as in the reference
    engines."""
    return schema.preload == _END and schema.calculate is None


class Preloader:
    """Fills the metadata of one session.

    Args:
        properties: metadata by XLSForm name.
        new_row_id: where the session's randomness comes from.
    """

    def __init__(self, env: Environment, properties: Mapping[str, str], new_row_id: Callable[[], str]) -> None:
        self._env = env
        self._properties = properties
        self._new_row_id = new_row_id

    def fill(self, top: Node) -> None:
        """Give every node below ``top`` its first value, unless it has one."""
        for node in top.below():
            if not isinstance(node, Node) or node.schema.preload is None or node.schema.computed or node.touched:
                continue
            kind, detail = node.schema.preload
            node.text, node.touched = self._value(kind, detail, node.schema.data_type) or None, True

    def end(self, now_ms: int | None, data_type: str) -> str:
        """The moment of handing in, "" for none."""
        if now_ms is None:
            return ""
        zone = self._env.zone
        moment = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
        return coerce(Moment.of_datetime(moment), data_type, zone)

    def _value(self, kind: str, detail: str, data_type: str) -> str:
        if kind == "uid":
            return f"uuid:{self.unique()}"
        if kind == "property":
            return self._properties.get(detail, "")
        moment = self._env.now if kind == "timestamp" else self._env.today
        return coerce(moment, data_type, self._env.zone)

    def unique(self) -> str:
        """A version 4 UUID made from the randomness that was given."""
        digest = bytearray(hashlib.sha256("\0".join(self._new_row_id() for _ in range(4)).encode()).digest()[:16])
        digest[6] = digest[6] & 0x0F | 0x40
        digest[8] = digest[8] & 0x3F | 0x80
        made = digest.hex()
        return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:]))
