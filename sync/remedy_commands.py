"""Commands for what waits for a person: contested fields, parked acts, duplicates.

Looking is what each does first: an act carries how far this computer had seen the record when the line was run.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from cases.errors import InputError
from cases.events import EventId
from cases.store import log
from cases.store.log import StoredEvent
from cases.views import ContestedItem, ParkedItem
from cases.workflow import CLOSED
from sync.command import Answer, Command, Context, as_object, event_of, pairs, plain, said, takes
from sync.usage import UsageError
from sync.words import Words, words_for

_REFUSED = 5
"""The exit code whose general words suit a code of the central service."""


# --- contested fields ------------------------------------------------------------------------------------------------


def _contested(context: Context, _given: argparse.Namespace) -> Answer:
    items = context.workspace.contested_queue()
    who = _who(context, items)
    return {"contested": [{**as_object(item), **who[item.record]} for item in items]}


def _who(context: Context, items: Sequence[ContestedItem | ParkedItem]) -> dict[str, Answer]:
    """Return record -> what tells namesakes apart: the citizen's date of birth, and the case's tracking code."""
    cases = {row.id: row for row in context.workspace.case_rows(sorted({item.case for item in items if item.case}))}
    citizens = {
        item.record: cases[item.case].citizen if item.record_type == "case" and item.case in cases else item.record
        for item in items
    }
    people = {row.id: row for row in context.workspace.citizen_rows(sorted(set(citizens.values())))}
    found: dict[str, Answer] = {}
    for item in items:
        person, case = people.get(citizens[item.record]), cases.get(item.case)
        found[item.record] = {
            "citizen_birth_date": person.birth_date if person is not None else "",
            "tracking_code": case.tracking_code if case is not None else "",
        }
    return found


def _settle(context: Context, given: argparse.Namespace) -> Answer:
    record = context.case_id(given.record)
    if (given.value is None) == (given.keep is None):
        raise UsageError(
            Words("donnez une VALEUR ou --keep N, pas les deux.", "give a VALUE or --keep N, and not both.")
        )
    item = _contested_item(context, record, given.field)
    if given.keep is None:
        value = given.value or None
    elif item is None:
        raise InputError("settle.not_contested", field=given.field)
    elif not 1 <= given.keep <= len(item.claims):
        raise InputError("settle.no_such_value", field=given.field, given=given.keep, values=len(item.claims))
    else:
        value = item.claims[given.keep - 1].value
    base = item.base if item is not None else _base(context, record)
    act = context.workspace.settle(record, given.field, value, base=base, reason=given.reason)
    return {"record": record, "field": given.field, "value": value, **event_of(act)}


def _unsettle(context: Context, given: argparse.Namespace) -> Answer:
    record = context.case_id(given.record)
    settled = context.workspace.settlement(record, given.field)
    act = context.workspace.unsettle(record, given.field, base=settled.base, reason=given.reason)
    again = [one.value for one in settled.reopens]
    return {"record": record, "field": given.field, "value": settled.before, "to_settle": again, **event_of(act)}


def _contested_item(context: Context, record: str, field: str) -> ContestedItem | None:
    found = (item for item in context.workspace.contested_queue() if (item.record, item.field) == (record, field))
    return next(found, None)


# --- parked acts -----------------------------------------------------------------------------------------------------


def _parked(context: Context, _given: argparse.Namespace) -> Answer:
    items = context.workspace.parked_queue()
    who = _who(context, items)
    return {"parked": [{**_explained(item), **who[item.record]} for item in items]}


def _explained(item: ParkedItem) -> Answer:
    words = words_for(item.code, _REFUSED, item.details)
    return {**as_object(item), "message_fr": words.fr, "message_en": words.en}


def _adopt(context: Context, given: argparse.Namespace) -> Answer:
    event, base = _named(context, given.event)
    return {"resolved": str(event), **event_of(context.workspace.adopt(event, given.reason, base=base))}


def _resend(context: Context, given: argparse.Namespace) -> Answer:
    event, base = _named(context, given.event)
    changes = pairs(given.changes)
    act = context.workspace.resend(event, changes, base=base, reason=given.reason, without=tuple(given.without))
    return {"resolved": str(event), **event_of(act)}


def _withdraw(context: Context, given: argparse.Namespace) -> Answer:
    event, _base_seen = _named(context, given.event)
    return {"resolved": str(event), **event_of(context.workspace.withdraw(event, given.reason))}


def _named(context: Context, name: str) -> tuple[EventId, int]:
    """Return a parked act's identity and how far this computer has seen its record."""
    try:
        event = EventId.parse(name)
    except ValueError as error:
        raise InputError("resolve.unknown", field="event") from error
    bases = {item.event: item.base for item in context.workspace.parked_queue()}
    return event, bases.get(event, 0)


# --- duplicates ---------------------------------------------------------------------------------------------


def _link(context: Context, given: argparse.Namespace) -> Answer:
    record = context.case_id(given.record)
    other = None if given.same_as is None else context.case_id(given.same_as)
    act = context.workspace.link(record, other, base=_base(context, record))
    return {"record": record, "same_as": other, **event_of(act)}


def _propose(context: Context, given: argparse.Namespace) -> Answer:
    case = context.case_id(given.case)
    decision = None if given.none else given.decision
    base = context.workspace.case(case).base
    act = context.workspace.propose(case, decision, base=base, reasons=given.reasons)
    return {"case": case, "proposed": decision, **event_of(act)}


def _paper(context: Context, given: argparse.Namespace) -> Answer:
    case = context.case_id(given.case)
    base = context.workspace.case(case).base
    try:
        day = dt.date.fromisoformat(given.day)
    except ValueError as error:
        french = f"JOUR attend une date comme 2026-11-23, pas « {given.day} »."
        raise UsageError(Words(french, f"DAY takes a date such as 2026-11-23, not “{given.day}”.")) from error
    try:
        act = context.workspace.notify_on_paper(case, day, given.how, base=base, decision=given.decision)
    except InputError as error:
        # Here the argument is called DAY, on the window's form and in the event ``on``.
        called = {"field": "day"} if error.details.get("field") == "on" else {}
        raise InputError(error.code, **{**error.details, **called}) from error
    view = context.workspace.case(case)
    notice = next(one for one in view.notices if one.event == act.event)
    answer = {"case": case, "on_paper": notice.decision, "on": notice.on, **event_of(act)}
    return answer if view.state in CLOSED else {**answer, "awaits_decision": True, **said("paper.awaits_decision")}


def _history(context: Context, given: argparse.Namespace) -> Answer:
    """Bring what is missing of a record's history, check every event, and show all with what proves it."""
    record = context.case_id(given.record)
    _base(context, record)
    outcome = context.agent.bring_history(record)
    check = context.workspace.check_history(record)
    found: Answer = {
        "record": record,
        "complete": check.complete,
        "intact": check.bad is None,
        "first_bad": "" if check.bad is None else str(check.bad),
        "history": plain(context.workspace.history(record)),
        "events": [_proved(one) for one in check.events],
    }
    return {**found, "fault": outcome.fault, **said(outcome.fault)} if outcome.fault else found


def _proved(event: StoredEvent) -> Answer:
    header = msgspec.to_builtins(event.event.header)
    return {"event": str(event.id), "header": header, "body": log.body_of(event), "state": event.state}


def _base(context: Context, record: str) -> int:
    """Return how far this computer has seen a case or citizen. InputError ``record.not_here``."""
    try:
        return context.workspace.case(record).base
    except InputError:
        pass  # No case: a citizen, or nothing that is here.
    try:
        return context.workspace.citizen(record).base
    except InputError as error:
        raise InputError("record.not_here", field="record") from error


# --- the table -------------------------------------------------------------------------------------------------------


def _settle_arguments(parser: argparse.ArgumentParser) -> None:
    takes("record", "field")(parser)
    parser.add_argument("value", nargs="?", help="the value that is right, as it is stored; empty clears")
    parser.add_argument("--keep", type=int, metavar="N", help="keep the Nth value that `contested` lists (1, 2…)")
    parser.add_argument("--reason", default="", help="why, for whoever reads the history")


def _unsettle_arguments(parser: argparse.ArgumentParser) -> None:
    takes("record", "field")(parser)
    parser.add_argument("--reason", default="", help="why, for whoever reads the history")


def _reason_arguments(parser: argparse.ArgumentParser) -> None:
    takes("event")(parser)
    parser.add_argument("--reason", required=True, help="why, for whoever reads the history")


def _resend_arguments(parser: argparse.ArgumentParser) -> None:
    takes("event")(parser)
    parser.add_argument("changes", nargs="*", metavar="FIELD=VALUE", help="fields of the act with another value")
    parser.add_argument("--without", action="append", default=[], metavar="FIELD", help="leave this field out")
    parser.add_argument("--reason", default="", help="why, for whoever reads the history")


def _link_arguments(parser: argparse.ArgumentParser) -> None:
    takes("record")(parser)
    other = parser.add_mutually_exclusive_group(required=True)
    other.add_argument("--same-as", metavar="ID", help="the record that is to stay")
    other.add_argument("--none", action="store_true", help="it stands for itself again")


def _propose_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("decision", nargs="?", help="accepted, refused or closed_without_effect")
    parser.add_argument("--reasons", default="", help="why: the supervisor reads it")
    parser.add_argument("--none", action="store_true", help="take the proposal back")


def _paper_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("day", help="the day on which it was handed over: 2026-11-23")
    parser.add_argument("how", help="how it was handed over, in a few words")
    parser.add_argument("--decision", default="", help="what the paper says, while no supervisor has decided")


REMEDIES: Mapping[str, Command] = {
    "contested": Command("list the fields that two people wrote differently", _contested),
    "settle": Command("settle one: RECORD FIELD VALUE, or --keep N", _settle, _settle_arguments),
    "unsettle": Command("take a settlement back: the values wait again", _unsettle, _unsettle_arguments),
    "parked": Command("list the acts that wait for a decision, with the reason", _parked),
    "adopt": Command("take a waiting act on as it is: EVENT --reason", _adopt, _reason_arguments),
    "resend": Command("correct a waiting act and send it again: EVENT FIELD=VALUE…", _resend, _resend_arguments),
    "withdraw": Command("give a waiting act up: EVENT --reason", _withdraw, _reason_arguments),
    "link": Command("say that two records are the same: RECORD --same-as ID", _link, _link_arguments),
    "propose": Command("propose a decision to the supervisor: CASE DECISION --reasons", _propose, _propose_arguments),
    "paper": Command("write down a decision handed over on paper: CASE DAY HOW", _paper, _paper_arguments),
    "history": Command("bring a record's whole history, check every event and show it", _history, takes("record")),
}
