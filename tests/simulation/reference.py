"""What merge must arrive at, said again from its definition and without its code: slow, plain, over a whole log.

Of one field, an event is covered when some event that touches the field had seen it. B saw A: the same chain numbered A
before B; or central numbered A at or below B's base; or B settles A by name. What is not covered is a head. What the
citizen was given on paper (``notified``) is covered by nothing. Who makes a parked event take effect does what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from cases import merge
from cases.merge import RecordState
from tests.simulation.ledger import Deed, Held

_CONFIRMED = frozenset({"accepted", "merged", "contested"})


class _Touch(NamedTuple):
    value: str | None
    chain: tuple[str, int]
    seq: int
    central_seq: int
    base: int
    time: int
    settles: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.chain[0]}.{self.chain[1]}.{self.seq}"


Heads = dict[str, tuple[tuple[str, str | None], ...]]
"""Field -> its heads, the one shown first, each as (event, value)."""


def expected(log: Iterable[Held]) -> dict[tuple[str, str], Heads]:
    """Return (record type, identity) -> the heads of its fields."""
    touches: dict[tuple[str, str], dict[str, list[_Touch]]] = {}
    for held in log:
        if held.state not in _CONFIRMED:
            continue
        fields = touches.setdefault((held.record_type, held.deed.record), {})
        kind, body = _takes_effect(held)
        names = body.get("settles")
        settles = (
            frozenset(str(name) for name in names) if kind == "settle" and isinstance(names, list) else frozenset()
        )
        for name, value in merge.touched(kind, body).items():
            for each, time in _values(kind, name, body, value, held.deed.time):
                touch = _Touch(
                    each, (held.device, held.incarnation), held.seq, held.central_seq, held.base, time, settles
                )
                fields.setdefault(name, []).append(touch)
    return {
        record: {name: _facts(found) if name == merge.NOTIFIED else _heads(found) for name, found in fields.items()}
        for record, fields in touches.items()
        if fields
    }


def _values(
    kind: str, name: str, body: Mapping[str, object], value: str | None, time: int
) -> list[tuple[str | None, int]]:
    """Return the values, with their times, that an event makes stand: several when it takes a settlement back."""
    again = body.get("reopens") if kind == "settle" and name != merge.NOTIFIED else None
    if not isinstance(again, list):
        return [(value, time)]
    return [(one["value"], min(one["time"], time)) for one in again]


def _takes_effect(held: Held) -> tuple[str, dict[str, object]]:
    kind, body = held.deed.kind, msgspec.json.decode(held.deed.body, type=dict[str, object])
    inner, carried = body.get("kind"), body.get("body")
    if kind == "resolve" and body.get("action") in ("adopt", "resend") and isinstance(carried, dict):
        return str(inner), carried
    return kind, body


def _facts(touches: list[_Touch]) -> tuple[tuple[str, str | None], ...]:
    """Return what was handed over on paper: nothing covers it; a person may say that it does not hold."""
    over = frozenset[str]().union(*(one.settles for one in touches))
    facts = [one for one in touches if not one.settles and one.name not in over]
    facts.sort(key=lambda one: (one.time, one.chain, one.seq), reverse=True)
    return tuple((one.name, one.value) for one in facts)


def _heads(touches: list[_Touch]) -> tuple[tuple[str, str | None], ...]:
    heads = [one for one in touches if not any(_saw(other, one) for other in touches)]
    heads.sort(key=lambda one: (one.time, one.chain, one.seq, one.value is not None, one.value or ""), reverse=True)
    return tuple((one.name, one.value) for one in heads)


def _saw(later: _Touch, earlier: _Touch) -> bool:
    if later.chain == earlier.chain and earlier.seq < later.seq:
        return True
    if later.chain == earlier.chain and later.seq == earlier.seq:
        return False
    return earlier.central_seq <= later.base or earlier.name in later.settles


def overwritten(
    log: Iterable[Held], states: Mapping[tuple[str, str], RecordState], seen: Mapping[Deed, frozenset[Deed]]
) -> list[str]:
    """Return the values that gave way though nobody who had them before their eyes wrote or settled the field after.

    This asks what people saw, never what numbers say that they saw.
    """
    touching: dict[tuple[str, str], list[tuple[Held, dict[str, object]]]] = {}
    events = [held for held in log if held.state in _CONFIRMED]
    for held in events:
        body = msgspec.json.decode(held.deed.body, type=dict[str, object])
        for name in merge.touched(held.deed.kind, body):
            touching.setdefault((held.deed.record, name), []).append((held, body))
    heads = {
        (record[1], name, event)
        for record, state in states.items()
        for name, found in heads_of(state).items()
        for event, _value in found
    }
    wrong: list[str] = []
    for (record, name), found in touching.items():
        for held, _body in found:
            event = f"{held.device}.{held.incarnation}.{held.seq}"
            if (record, name, event) in heads:
                continue
            if not any(_knew(later, body, held, event, seen) for later, body in found if later is not held):
                wrong.append(f"overwritten unseen: {record[-6:]} {name} of {event}")
    return wrong


def _knew(
    later: Held, body: Mapping[str, object], held: Held, event: str, seen: Mapping[Deed, frozenset[Deed]]
) -> bool:
    if later.deed not in seen:
        # The machine ended before it could say that this was saved: nobody knows what was before whose eyes.
        return True
    names = body.get("settles")
    return held.deed in seen[later.deed] or (isinstance(names, list) and event in names)


def heads_of(state: RecordState) -> Heads:
    """Return the heads that a merged record has."""
    return {name: tuple((str(head.event), head.value) for head in field.heads) for name, field in state.fields.items()}


def differences(log: Iterable[Held], states: Mapping[tuple[str, str], RecordState]) -> list[str]:
    """Return where merged records are not what the definition says."""
    wrong: list[str] = []
    for record, fields in expected(log).items():
        found = heads_of(states[record]) if record in states else {}
        wrong += [
            f"merge: {record[1][-6:]} {name}: {found.get(name)} instead of {fields.get(name)}"
            for name in sorted(fields.keys() | found.keys())
            if fields.get(name) != found.get(name)
        ]
    return wrong
