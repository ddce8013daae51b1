"""Whether a parked act would be parked again if it were taken on or sent again as its record stands here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from cases import merge, workflow
from cases.events import EventId, Kind, RecordType
from cases.merge import STATE, RecordState, SeenEvent
from cases.workflow import Role

_LATER = 2**53
"""A number after every one that a device has given."""


_DAY_CAN_BE_WRONG = "workflow.paper_too_early"


class Asking(NamedTuple):
    """Who would do it, and when: this device and its chain, the time in milliseconds, the office's zone."""

    device: str
    incarnation: int
    now_ms: int
    zone: dt.tzinfo

    def event(self, kind: str, body: Mapping[str, object], base: int) -> SeenEvent:
        """Return the act as it would stand after all that this device did."""
        name = EventId(self.device, self.incarnation, _LATER)
        return SeenEvent(name, "", Kind(kind) if kind in list(Kind) else kind, base, self.now_ms, body, None)


def refusal(
    state: RecordState, record_type: str, kind: str, body: Mapping[str, object], asking: Asking, base: int
) -> str:
    """Return the code with which the central service would park it again for sure, empty when it may pass.

    What only the service can judge passes here, and so does what settling a field first may put right.

    Args:
        state: of the record, with what waits here on top; ``base``: see ``Acts``.
    """
    if record_type != RecordType.CASE:
        return ""
    seen = asking.event(kind, body, base)
    if kind == Kind.STATUS:
        found = workflow.check_transition(state, seen, Role.AGENT)
    elif kind in (Kind.PROPOSE, Kind.NOTIFY):
        found = workflow.check_beside(state, seen, asking.zone)
    elif kind in (Kind.SET, Kind.SETTLE):
        found = workflow.check_edit(state, merge.apply(state, seen), seen)
    else:
        found = None
    return found or ""


def cannot_be_corrected(
    state: RecordState, record_type: str, kind: str, body: Mapping[str, object], asking: Asking, base: int
) -> bool:
    """Say whether no correction of its texts would pass either."""
    code = refusal(state, record_type, kind, body, asking, base)
    if code in ("", _DAY_CAN_BE_WRONG):
        return False
    if kind == Kind.SET:
        return all(refusal(state, record_type, kind, {name: value}, asking, base) for name, value in body.items())
    if kind == Kind.STATUS:
        return not workflow.next_states(state.value(STATE) or workflow.State.DRAFT, Role.AGENT)
    return True
