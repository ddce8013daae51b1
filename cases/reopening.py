"""A settlement taken back: the event that says so brings the values back that it was chosen among.

It is a ``SETTLE`` event that settles the settlement and names in ``reopens`` two or more values with who wrote them:
``{"event": identity, "value": text|null, "time": ms}``. Merge lets each of them stand again under the new event's
name, so that one who has seen it has seen them all. Without ``reopens``, or where it says nothing that can be read, the
event is a plain settlement: that is what older versions wrote to take one back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cases.events import EventId

REOPENS = "reopens"
VALUES_MAX = 50
"""Values of one field that come back together; as many people did not write one field."""


class Brought(NamedTuple):
    """A value that stands again, by whom it was written, and when (hybrid clock, ms)."""

    event: EventId
    value: str | None
    time: int


class Written(NamedTuple):
    """One event of a record, as far as a field of it is concerned: what it wrote there, and what it settled."""

    event: EventId
    value: str | None
    time: int
    settles: tuple[EventId, ...] | None = None
    brings: tuple[Brought, ...] = ()


def brought(body: Mapping[str, object]) -> tuple[Brought, ...]:
    """Return the values that a settlement's body brings back; empty for a plain settlement.

    One of them is the settlement's own value, which versions that know nothing of this show.
    """
    said = body.get(REOPENS)
    if not isinstance(said, list) or not 2 <= len(said) <= VALUES_MAX:
        return ()
    found = [_brought(one) for one in said]
    whole = [one for one in found if one is not None]
    values = {one.value for one in whole}
    if len(whole) != len(said) or len(values) != len(said) or len({one.event for one in whole}) != len(said):
        return ()
    return tuple(whole) if body.get("value") in values else ()


def _brought(said: object) -> Brought | None:
    if not isinstance(said, dict):
        return None
    event, value, time = said.get("event"), said.get("value"), said.get("time")
    if not (value is None or isinstance(value, str)) or type(time) is not int or time < 0:
        return None
    try:
        return Brought(EventId.parse(event), value, time) if isinstance(event, str) else None
    except ValueError:
        return None


def settled_names(body: Mapping[str, object]) -> tuple[EventId, ...]:
    """Return the events that a settlement names, as far as they are names that this version knows."""
    names = body.get("settles")
    found: list[EventId] = []
    for name in names if isinstance(names, list) else ():
        try:
            found.append(EventId.parse(name))
        except (ValueError, AttributeError):
            continue
    return tuple(found)


def contest_before(settlement: Written, written: Iterable[Written]) -> tuple[Brought, ...]:
    """Return the values that a settlement was chosen among, each once, the latest first.

    What it settled may have been chosen itself: then the values before that choice come back too, and what a person
    typed to choose it. The first to write a value is its author.

    Args:
        written: the events of the record that touch the field, as far as they are held.
    """
    by_name = {one.event: one for one in written}
    found: list[Brought] = []
    chosen: list[Brought] = []
    waiting, met = list(settlement.settles or ()), {settlement.event}
    while waiting:
        one = by_name.get(waiting.pop())
        if one is None or one.event in met:
            continue
        met.add(one.event)
        if one.settles is None:
            found.append(Brought(one.event, one.value, one.time))
        elif one.brings:
            found += one.brings
        else:
            waiting += one.settles
            chosen.append(Brought(one.event, one.value, one.time))
    first: dict[str | None, Brought] = {}
    for each in (*sorted(found, key=_age), *sorted(chosen, key=_age)):
        first.setdefault(each.value, each)
    return tuple(sorted(first.values(), key=_age, reverse=True)[:VALUES_MAX])


def _age(one: Brought) -> tuple[int, EventId]:
    return one.time, one.event


def body_of(field: str, settlement: EventId, values: Sequence[Brought], reason: str) -> dict[str, object]:
    """Return the body of the event that takes a settlement back. The first of the values is shown meanwhile.

    With less than two values it is a plain settlement with the only one there is.
    """
    body: dict[str, object] = {"field": field, "value": values[0].value, "settles": [str(settlement)]}
    if len(values) > 1:
        body[REOPENS] = [{"event": str(one.event), "value": one.value, "time": one.time} for one in values]
    if reason:
        body["reason"] = reason
    return body
