"""Whatever stands in an event's body, it is judged with a reason of its own, and pages can say what it writes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases import merge
from cases.events import CHAIN_START, Event, Header, Kind, body_bytes
from cases.merge import EMPTY, RecordState
from central.judging import Actor, Known, judge
from central.storage import WaitingEvent

DEVICE, CASE = "1" * 32, "e" * 32
NAMES = {
    Kind.SET: ("/a", "citizen", "procedure", "same_as", "office", "tracking_code", "state"),
    Kind.STATUS: ("from", "to", "message", "reasons", "computed"),
    Kind.NOTE: ("text",),
    Kind.SETTLE: ("field", "value", "settles", "reason", "reopens"),
    Kind.PROPOSE: ("to", "reasons", "message"),
    Kind.NOTIFY: ("state", "on", "how"),
    Kind.RESOLVE: ("event", "action", "kind", "body", "reason"),
    Kind.MOVE: ("office", "reason"),
}
WORDS = ("", "x", "/a", "draft", "submitted", "accepted", "adopt", "resend", "set", "status", "2026-01-31", CASE)
SIMPLE = st.none() | st.booleans() | st.integers(-1, 9) | st.sampled_from(WORDS)
AGAIN = st.fixed_dictionaries(
    {
        "event": st.sampled_from((f"{DEVICE}.1.1", f"{DEVICE}.1.2", "x")),
        "value": st.sampled_from(("x", "/a", "\x00", None, 3)),
        "time": st.sampled_from((0, 5, 2**70, -1, True)),
    }
)
VALUES = st.lists(AGAIN, min_size=2, max_size=3) | st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
)


@st.composite
def said(draw: st.DrawFn) -> tuple[Kind, dict[str, object]]:
    kind = draw(st.sampled_from(sorted(NAMES)))
    return kind, draw(st.dictionaries(st.sampled_from(NAMES[kind]), VALUES))


def judged(kind: Kind, body: dict[str, object], known: RecordState, number: int) -> tuple[str, RecordState]:
    header = Header(1, 1, DEVICE, 1, number, CHAIN_START, "agent", "case", CASE, kind, number - 1, number, "")
    for role in ("supervisor", "agent"):
        event = Event(header, body_bytes(body), bytes(16))
        waiting = WaitingEvent("case", CASE, Kind.SET, "agent", b'{"/a":"x"}', settled=False)
        found = judge(event, number, Known("s", known), Actor(1, role, "o", "s"), waiting=waiting)
        assert found.code != "event.unexpected", (role, kind, body, found.details)
    return found.code, found.record or known


@given(st.lists(said(), min_size=1, max_size=6))
def test_no_body_is_a_bug_of_ours(acts: list[tuple[Kind, dict[str, object]]]) -> None:
    state = EMPTY
    for number, (kind, body) in enumerate(acts, 1):
        for name, value in merge.touched(kind, body).items():
            assert isinstance(name, str) and (value is None or isinstance(value, str))
        _code, state = judged(kind, body, state, number)
