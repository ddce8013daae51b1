"""Where the person is: a plain value, remembered in the encrypted store so that unlocking restores the very screen."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

HOME = "home"
CASES = "cases"
CASE = "case"
CITIZENS = "citizens"
CITIZEN = "citizen"
CONTESTED = "contested"
PARKED = "parked"
SYNC = "sync"
NEW_CASE = "new_case"
SCREENS = frozenset({HOME, CASES, CASE, CITIZENS, CITIZEN, CONTESTED, PARKED, SYNC, NEW_CASE})


class Route(msgspec.Struct, frozen=True):
    """A screen, the record it shows, and what else it needs to be drawn again (texts only)."""

    screen: str = HOME
    record: str = ""
    detail: Mapping[str, str] = msgspec.field(default_factory=dict)

    def to_plain(self) -> dict[str, object]:
        """Return a value that JSON can hold."""
        return {"screen": self.screen, "record": self.record, "detail": dict(self.detail)}

    @classmethod
    def from_plain(cls, plain: object) -> Route:
        """Return the route that ``to_plain`` gave; home when it is of a version that we do not know."""
        if not isinstance(plain, dict) or plain.get("screen") not in SCREENS:
            return cls()
        detail = plain.get("detail")
        texts = {str(name): str(value) for name, value in detail.items()} if isinstance(detail, dict) else {}
        return cls(str(plain["screen"]), str(plain.get("record", "")), texts)
