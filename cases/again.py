"""Whether a parked act would be parked again if it were taken on or sent again as its record stands here."""

from __future__ import annotations

from collections.abc import Mapping

from cases import merge, workflow
from cases.events import EventId, Kind, RecordType
from cases.merge import STATE, RecordState, SeenEvent
from cases.workflow import Role

_LATER = 2**53
"""A number after every one that a device has given."""


def refusal(
    state: RecordState, record_type: str, kind: str, body: Mapping[str, object], me: tuple[str, int], base: int
) -> str:
    """Return the code with which the central service would park it again for sure, empty when it may pass.

    What only the service can judge passes here, and so does what settling a field first may put right.

    Args:
        state: of the record, with what waits here on top; ``me``: this device and its chain; ``base``: see ``Acts``.
    """
    if record_type != RecordType.CASE:
        return ""
    seen = SeenEvent(EventId(*me, _LATER), "", Kind(kind) if kind in list(Kind) else kind, base, 0, body, None)
    if kind == Kind.STATUS:
        found = workflow.check_transition(state, seen, Role.AGENT)
    elif kind in (Kind.PROPOSE, Kind.NOTIFY):
        found = workflow.check_beside(state, seen)
    elif kind in (Kind.SET, Kind.SETTLE):
        found = workflow.check_edit(state, merge.apply(state, seen), seen)
    else:
        found = None
    return found or ""


def cannot_be_corrected(
    state: RecordState, record_type: str, kind: str, body: Mapping[str, object], me: tuple[str, int], base: int
) -> bool:
    """Say whether no correction of its texts would pass either."""
    if not refusal(state, record_type, kind, body, me, base):
        return False
    if kind == Kind.SET:
        return all(refusal(state, record_type, kind, {name: value}, me, base) for name, value in body.items())
    if kind == Kind.STATUS:
        return not workflow.next_states(state.value(STATE) or workflow.State.DRAFT, Role.AGENT)
    return True
