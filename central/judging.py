"""Judges one event against its record: applied, or parked alone with a reason. Pure; the transaction is elsewhere."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from cases import merge, tracking, workflow
from cases.errors import InputError
from cases.events import Event, EventId, Kind, RecordType, decode_body
from cases.merge import FieldHead, FieldState, RecordState, SeenEvent
from cases.reopening import settled_names
from central.storage import WaitingEvent
from sync.messages import BODY_BYTES_MAX

log = logging.getLogger("estafette.central.judging")

ACCEPTED = "accepted"
MERGED = "merged"
CONTESTED = "contested"
PARKED = "parked"
ADOPT, WITHDRAW = "adopt", "withdraw"

Decisive = Callable[[str, str], Collection[str] | None]
Foreign = Callable[[str], bool]
Unknown = Callable[[Collection[EventId]], Collection[EventId]]
Chain = tuple[str, int]
"""A device and its incarnation."""
TIME_LAST_MS = 7_289_654_399_999
"""The end of the year 2200. No calendar of ours needs a later one, and many libraries have none."""
SETTLES_MAX = 200
"""Events that one settlement names; as many people did not write one field unseen."""
_OF_STATUS = (
    merge.STATE,
    merge.MESSAGE,
    merge.REASONS,
    merge.PROPOSAL,
    merge.PROPOSAL_REASONS,
    merge.NOTIFIED,
)
"""Fields that only an event of its own kind writes: otherwise a plain edit could pass for a decision."""
_EDITS = (Kind.SET, Kind.SETTLE)
_PROCEDURE = frozenset({"procedure", "procedure_version"})
_IDENTITY = re.compile("[0-9a-f]{32}")
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_encode = msgspec.json.Encoder(order="deterministic").encode
_tuple = tuple.__new__
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Actor:
    """Who wrote the event and where they may write.

    Attributes:
        refused: code with which every event is parked, as its author lost every right meanwhile; empty for none.
        zone: of the organisation, by whose days the date on a paper is judged.
    """

    tenant: int
    role: str
    office: str
    stream: str
    refused: str = ""
    zone: dt.tzinfo = dt.UTC


class Known(NamedTuple):
    """What central holds of a record.

    Attributes:
        stream: None while there is no such record.
        latest: ``latest_edits(state)`` where that is known already.
    """

    stream: str | None = None
    state: RecordState = merge.EMPTY
    latest: Mapping[Chain, int] | None = None


class Judgement(NamedTuple):
    """Where the event ended; ``record`` is the record with it, None when it is parked."""

    state: str
    record: RecordState | None
    code: str = ""
    details: Mapping[str, str] = _NO_TEXTS
    body: Mapping[str, object] = _NO_TEXTS


class _Parked(Exception):
    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def judge(
    event: Event,
    central_seq: int,
    known: Known,
    actor: Actor,
    *,
    published: Collection[tuple[str, str]] = (),
    waiting: WaitingEvent | None = None,
    shown: bool = True,
    fields: Mapping[str, str | None] | None = None,
    decisive: Decisive = lambda _procedure, _version: None,
    foreign: Foreign = lambda _citizen: False,
    unknown: Unknown = lambda _names: (),
) -> Judgement:
    """Return where the event ends. Never raises: an event that breaks us is parked, it must not block the rest.

    Args:
        published: (procedure, version) of the procedures that a case may follow.
        waiting: the parked event that this one resolves, where there is one.
        shown: find out here that the record can be shown with it; False for who finds out later, for many at once.
        fields: what the event's body says, where somebody has read it already: texts and nulls only.
        decisive: what a procedure says that deciding rests on (``Procedure.decisive``).
        foreign: says of a citizen that they are another office's, and never were one that this office reads.
        unknown: those of the events that the log does not hold.
    """
    if actor.refused:
        return Judgement(PARKED, None, actor.refused)
    if fields is not None and (answered := first_answer(event, fields, central_seq, known, actor)) is not None:
        return answered
    try:
        said = _readable(event, central_seq, fields)
        seen = _resolved(said)
        if said.kind == Kind.RESOLVE:
            _check_resolve(event, said, waiting, actor)
            if seen is said and known.stream not in (None, actor.stream):
                known = Known()  # Withdrawn, of a record that is another office's: nothing of it is read or written.
        _check_rights(event, seen, known, actor, decisive)
        if seen.kind == Kind.SETTLE:
            _check_settles(seen, known.state, unknown)
        state = merge.apply(known.state, seen)
        if event.header.record_type == RecordType.CASE and seen.kind in _EDITS:
            _check_edit(seen, known.state, state, actor)
            _check_procedure(seen, state, published)
            _check_citizen(seen, known.state, foreign)
        if seen.kind == Kind.SETTLE and not _was_contested(seen, known.state):
            raise _Parked("settle.not_contested", field=str(seen.body.get("field")).partition("[")[0])
        if seen.kind == Kind.STATUS and actor.role == workflow.Role.AGENT:
            _check_computed(seen, known.state, state)
        if shown:
            merge.show(state)
    except _Parked as parked:
        return Judgement(PARKED, None, parked.code, parked.details)
    except Exception as error:  # the outermost edge of one event: a bug of ours is logged and waits with it
        log.exception("event parked by an unexpected error id=%s kind=%s", event.header.id, type(error).__name__)
        return Judgement(PARKED, None, "event.unexpected", {"kind": type(error).__name__})
    return Judgement(_verdict(known, state, seen), state, body=said.body)


def _resolved(said: SeenEvent) -> SeenEvent:
    """Return what takes effect: for an event that resolves a parked one, what it carries, judged like any other."""
    if said.kind != Kind.RESOLVE:
        return said
    seen = merge.applied(said)
    action = said.body.get("action")
    if not isinstance(said.body.get("event"), str) or (seen is said and action != WITHDRAW):
        raise _Parked("event.malformed", reason="resolve")
    return seen


def _check_resolve(event: Event, said: SeenEvent, waiting: WaitingEvent | None, actor: Actor) -> None:
    """Park what resolves no event of this record that waits, or what its author may not do with it."""
    header, action = event.header, said.body.get("action")
    if waiting is None:
        raise _Parked("resolve.unknown")
    if (waiting.record_type, waiting.record_id) != (header.record_type, header.record_id):
        raise _Parked("resolve.other_record")
    if waiting.settled:
        raise _Parked("resolve.settled")
    if action != WITHDRAW and workflow.is_supervisors(waiting.code) and actor.role != workflow.Role.SUPERVISOR:
        raise _Parked("right.role")
    if action != ADOPT:
        if header.agent != waiting.agent and actor.role != workflow.Role.SUPERVISOR:
            raise _Parked("right.role")
    elif said.body.get("kind") != waiting.kind or not _same(said.body.get("body"), waiting.body):
        raise _Parked("resolve.altered")


def _same(carried: object, body: bytes | None) -> bool:
    try:
        return body is not None and _encode(carried) == _encode(decode_body(body))
    except ValueError:
        return False  # Nobody can read what waits: nothing is the same as that.


def first_answer(
    event: Event, fields: Mapping[str, str | None], central_seq: int, known: Known, actor: Actor
) -> Judgement | None:
    """Return where an agent's first answers to questions of a draft end; None for any other event.

    Nearly all events are such ones. Nothing of what is checked below can be wrong with them, and there is nothing to
    merge them with, so this is what would be found out there, and a test holds it to that.
    """
    header, held = event.header, known.state.fields
    if (
        header.kind != Kind.SET
        or header.record_type != RecordType.CASE
        or known.stream != actor.stream
        or actor.role != workflow.Role.AGENT
        or merge.STATE in held
        or header.base >= central_seq
        or header.time > TIME_LAST_MS
        or event.body is None
        or len(event.body) > BODY_BYTES_MAX
    ):
        return None
    identity, time, agent, base = header.id, header.time, header.agent, header.base
    changed = dict(held)
    for name, value in fields.items():
        if name[:1] != "/" or name in held or "\x00" in name or (value is not None and "\x00" in value):
            return None
        # Past the named tuples' own constructors, which take twice as long: this is done for nearly every value.
        head = _tuple(FieldHead, (value, identity, time, agent, central_seq))
        changed[name] = _tuple(FieldState, ((head,), base, (), ()))
    own = (header.device, header.incarnation)
    latest = known.latest if known.latest is not None else latest_edits(known.state)
    for chain, number in latest.items():
        if number > base and chain != own:
            return Judgement(MERGED, RecordState(changed), body=fields)
    return Judgement(ACCEPTED, RecordState(changed), "", _NO_TEXTS, fields)


def _readable(event: Event, central_seq: int, fields: Mapping[str, str | None] | None) -> SeenEvent:
    header = event.header
    if event.body is None or len(event.body) > BODY_BYTES_MAX:
        raise _Parked("event.too_large", limit=str(BODY_BYTES_MAX))
    if header.base >= central_seq:
        raise _Parked("event.base", base=str(header.base))
    if header.time > TIME_LAST_MS:
        raise _Parked("event.time", time=str(header.time))
    if fields is not None:
        seen = SeenEvent(header.id, header.agent, header.kind, header.base, header.time, fields, central_seq)
    else:
        try:
            seen = merge.seen_event(header, event.body, central_seq)
            event.body.decode("utf-8")
        except (ValueError, RecursionError):
            raise _Parked("event.malformed", reason="json") from None
    for changes in merge.values_of(header.kind, seen.body):
        if _UNSTORABLE.search("".join([*changes, *filter(None, changes.values())])):
            raise _Parked("event.malformed", reason="text")
        if "" in changes:
            raise _Parked("event.malformed", reason="field")
    return seen


def _check_rights(event: Event, seen: SeenEvent, known: Known, actor: Actor, decisive: Decisive) -> None:
    if known.stream not in (None, actor.stream):
        raise _Parked("right.foreign_record")
    if event.header.record_type not in (RecordType.CITIZEN, RecordType.CASE):
        return  # Of a newer version: held and carried on, not understood here.
    if seen.kind == Kind.MOVE and actor.role != workflow.Role.SUPERVISOR:
        raise _Parked("right.role")
    if seen.kind == Kind.SET:
        _check_set(seen.body, actor, event.header.record_id)
    elif seen.kind == Kind.SETTLE:
        for settled in merge.values_of(seen.kind, seen.body):
            if actor.role != workflow.Role.SUPERVISOR or not settled.keys() & set(_OF_STATUS):
                _check_set(settled, actor, event.header.record_id)
        if (code := workflow.check_settle(known.state, seen)) is not None:
            raise _Parked(code)
    elif seen.kind in (Kind.STATUS, Kind.PROPOSE, Kind.NOTIFY):
        if event.header.record_type != RecordType.CASE:
            raise _Parked("event.malformed", reason="record_type")
        _check_decision(seen, known.state, actor, decisive)


def _check_settles(seen: SeenEvent, state: RecordState, unknown: Unknown) -> None:
    """Park a settlement of what is not there yet: it would silence what nobody has written, unseen by anybody.

    An author's own acts of before may be named by numbers that they gave up when their chain went on beside; nobody
    else's are. What the field shows or has settled exists: the log is asked for the rest only.
    """
    names, own = set(settled_names(seen.body)), seen.event
    if len(names) > SETTLES_MAX:
        raise _Parked("event.malformed", reason="settles")
    if any(name[:2] == own[:2] and name.seq >= own.seq for name in names):
        raise _Parked("settle.unknown_event")
    field = state.fields.get(str(seen.body.get("field")))
    held = {*(head.event for head in field.heads), *field.settled} if field is not None else set()
    asked = {name for name in names - held if name.device != own.device}
    if asked and unknown(asked):
        raise _Parked("settle.unknown_event")


def _was_contested(seen: SeenEvent, state: RecordState) -> bool:
    """Say whether there is, or was, something to settle: otherwise this would be an edit under another name.

    The contest may be over by now: settled by another who had not seen this, or ended by an edit that had seen all of
    it. Then values of two writers are named that stand no more. What goes with a state is a supervisor's to put right.
    """
    name = str(seen.body.get("field"))
    field = state.fields.get(name)
    if name in _OF_STATUS or field is None:
        return field is not None or name in _OF_STATUS
    if field.settled or len(field.heads) > 1 or name in merge.show(state).contested:
        return True
    standing = {head.event for head in field.heads}
    return len({gone[:2] for gone in settled_names(seen.body) if gone not in standing}) > 1


def _check_decision(seen: SeenEvent, state: RecordState, actor: Actor, decisive: Decisive) -> None:
    """Park a change of state, a proposal or a decision on paper that cannot be."""
    if seen.kind != Kind.STATUS:
        code = workflow.check_beside(state, seen, actor.zone)
    else:
        code = workflow.check_transition(state, seen, actor.role)
        if code is None and seen.body.get("to") in workflow.DECISIONS:
            procedure, version = (state.value(name) or "" for name in ("procedure", "procedure_version"))
            code = workflow.check_decidable(state, seen, decisive(procedure, version))
    if code is not None:
        raise _Parked(code, **_about(code, seen, state, actor))


def _about(code: str, seen: SeenEvent, state: RecordState, actor: Actor) -> dict[str, str]:
    if code == "workflow.paper_too_early":
        return {"earliest": str(workflow.earliest_paper_day(state, seen, actor.zone))}
    if code == "notify.already":
        return {name: str(seen.body.get(name)) for name in ("state", "on")}
    if code == "propose.decided":
        return {"state": state.value(merge.STATE) or ""}
    return _transition(seen.body)


def _transition(body: Mapping[str, object]) -> dict[str, str]:
    """Return the named states of a transition that exist: anything else could be text that a person typed."""
    states = set(workflow.State)
    said = {name: body.get(name) for name in ("from", "to")}
    return {name: text for name, text in said.items() if isinstance(text, str) and text in states}


def _check_edit(event: SeenEvent, before: RecordState, after: RecordState, actor: Actor) -> None:
    if actor.role == workflow.Role.SUPERVISOR:
        return
    code = workflow.check_edit(before, after, event)
    if code == "right.protected_field":
        fixed = sorted(workflow.FIXED.intersection(merge.touched(event.kind, event.body)))
        raise _Parked(code, field=", ".join(fixed))
    if code is not None:
        raise _Parked(code)


def _check_computed(event: SeenEvent, before: RecordState, after: RecordState) -> None:
    code = workflow.check_computed(before, after, event)
    if code is not None:
        raise _Parked(code)


def _check_procedure(event: SeenEvent, after: RecordState, published: Collection[tuple[str, str]]) -> None:
    """Park an event that names a procedure, or a version of it, that this organisation never published."""
    for changes in merge.values_of(event.kind, event.body):
        if not _PROCEDURE.intersection(changes):
            continue
        values = {name: changes.get(name, after.value(name)) for name in _PROCEDURE}
        known = any(
            values["procedure"] in (None, procedure) and values["procedure_version"] in (None, version)
            for procedure, version in published
        )
        if not known or any(changes.get(name, "") is None for name in _PROCEDURE):
            raise _Parked("event.unknown_procedure")


def _check_citizen(event: SeenEvent, before: RecordState, foreign: Foreign) -> None:
    """Park what would give a case a citizen that its office does not read: whoever reads the case reads its citizen."""
    citizens = {changes.get("citizen") for changes in merge.values_of(event.kind, event.body)}
    if any(foreign(citizen) for citizen in citizens - {before.value("citizen")} if citizen is not None):
        raise _Parked("right.foreign_record", field="citizen")


def _check_set(body: Mapping[str, object], actor: Actor, record: str) -> None:
    for name in body:
        if name in _OF_STATUS or name.startswith(merge.COMPUTED):
            raise _Parked("right.protected_field", field=name.partition("/")[0])
    citizen = body.get("citizen")
    if isinstance(citizen, str) and not _IDENTITY.fullmatch(citizen):
        raise _Parked("event.malformed", reason="citizen")
    same_as = body.get(merge.SAME_AS)
    if isinstance(same_as, str) and (not _IDENTITY.fullmatch(same_as) or same_as == record):
        raise _Parked("event.malformed", reason=merge.SAME_AS)
    if body.get("office", actor.office) != actor.office:
        raise _Parked("right.foreign_office")
    code = body.get(workflow.TRACKING_CODE)
    if isinstance(code, str):
        try:
            carried = tracking.parse(code)
        except InputError:
            raise _Parked("event.tracking_code", reason="malformed") from None
        if carried.text != code or carried.tenant != actor.tenant:
            raise _Parked("event.tracking_code", reason="foreign")


def _verdict(before: Known, after: RecordState, event: SeenEvent) -> str:
    touched, held = merge.touched(event.kind, event.body), after.fields
    # A contest has two sides: few fields have, so few are asked.
    several = [name for name in touched if name in held and len(held[name].heads) > 1]
    if any(merge.is_contested(name, held[name]) for name in several):
        return CONTESTED
    if touched.keys() & {merge.STATE, merge.NOTIFIED} and merge.NOTIFIED in merge.show(after).contested:
        return CONTESTED
    return MERGED if touched and _has_unseen(before, event) else ACCEPTED


def _has_unseen(known: Known, event: SeenEvent) -> bool:
    """Say whether the record holds somebody else's edit that this event had not seen."""
    latest = known.latest if known.latest is not None else latest_edits(known.state)
    own = event.event[:2]
    return any(central_seq > event.base and chain != own for chain, central_seq in latest.items())


def latest_edits(state: RecordState) -> dict[Chain, int]:
    """Return the highest number of each chain among the edits that a record holds."""
    latest: dict[Chain, int] = {}
    for held in state.fields.values():
        for place in (held.heads, held.reached):
            for known in place:
                chain = known.event[:2]
                latest[chain] = max(latest.get(chain, 0), known.central_seq or 0)
    return latest
