"""Acts that central could not apply: kept, told with their reason, until a person adopts, edits or withdraws them.

Each of the three is an event of the console's device; the parked one stays in the history as it was (invariant 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import Kind, RecordType
from cases.merge import PROPOSAL, SAME_AS, STATE
from central import parked_events, service, settling
from central.console.acts import base_of, text_errors, typed
from central.console.fields import field_label
from central.console.history import parked_words
from central.console.paging import pages
from central.console.reading import Reader, open_reader
from central.console.sayings import saying
from central.console.views import citizen_name
from central.console.visits import Reception, Visit
from central.database.client import Connection
from central.parked_events import ParkedEvent
from central.records import CaseView
from central.web.catalogue import N_
from central.web.routes import GuardedRoute, PageRefused
from central.web.states import state_chip

Text = Annotated[str, Form()]

EDIT_PREFIX = "value-"
FIELDS_MAX = 12
"""More fields than this are not edited one by one on a page: the case itself is the better place."""

_KIND_WORDS = {
    "set": N_("wrote answers"),
    "status": N_("changed the state of the case"),
    "note": N_("added a note"),
    "settle": N_("settled a contested answer"),
    "propose": N_("proposed a decision"),
    "notify": N_("wrote down a decision handed over on paper"),
    "resolve": N_("decided about an act that waited"),
    "move": N_("gave the case to another office"),
}
_ACTION_ERRORS = {
    "workflow": N_("The case does not allow it now. Look at the case, or withdraw this act."),
    "right": N_("The service does not allow it, even in your name. Withdraw this act, with your reason."),
    "": N_("The service could not apply it. Nothing has changed; look at the case, or withdraw this act."),
}


@dataclass(frozen=True)
class WaitingLine:
    """One act that waits. ``case``, or one of its citizen's, is empty when there is none that exists."""

    who: str
    what: str
    when_ms: int
    reason: str
    case: str
    citizen: str
    office: str
    event: str
    code: str


@dataclass(frozen=True)
class Given:
    """What the person chose and wrote; ``edited``: field -> value."""

    action: str = ""
    reason: str = ""
    base: str = ""
    edited: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One thing that the act writes. ``now`` is what the record holds."""

    name: str
    label: str
    value: str
    said: str
    now: str


def told_of(each: ParkedEvent) -> str:
    """Return what the act did, as a message of the catalogue: not every edit answers a question of the form."""
    if each.kind == Kind.SET:
        if set(each.touched) == {SAME_AS}:
            return N_("changed a link to another record")
        if each.record_type == RecordType.CITIZEN:
            return N_("changed the citizen’s particulars")
        if each.touched and not any(name.startswith("/") for name in each.touched):
            return N_("changed the case’s particulars")
    return _KIND_WORDS.get(each.kind, N_("acted on the case"))


def _line(visit: Visit, each: ParkedEvent) -> WaitingLine:
    words = visit.words
    return WaitingLine(
        who=each.agent_name,
        what=words.gettext(told_of(each)),
        when_ms=each.parked_ms,
        reason=words.gettext(parked_words(each.code)),
        case=each.case if each.exists else "",
        citizen=each.citizen_name,
        office=each.office_name,
        event=each.event,
        code=each.code,
    )


def _require(visit: Visit, conn: Connection, event: str) -> ParkedEvent:
    """Return a parked event of this person's offices. What is not theirs looks like what is not there."""
    found = parked_events.parked_event(conn, visit.session.tenant, event, reader=visit.session.office)
    if found is None or visit.session.office not in (None, found.office):
        raise PageRefused(404, "event.unknown")
    return found


def _fields(visit: Visit, parked: ParkedEvent, case: CaseView | None, edited: Mapping[str, str]) -> list[Field]:
    reader = _reader(visit, parked, case)
    now: Mapping[str, str | None] = {}
    if case is not None:
        now = {**case.answers, **case.fields} if parked.record_type == RecordType.CASE else case.citizen_fields
    found = []
    for name, value in parked.touched.items():
        text = edited.get(name, value or "")
        said = state_chip(text, visit.words).word if name in (STATE, PROPOSAL) else reader.value(name, value)
        label = field_label(name, parked.record_type, reader, visit.words)
        found.append(
            Field(name, label, text, said or visit.words.gettext("(empty)"), reader.value(name, now.get(name)))
        )
    return found


def _reader(visit: Visit, parked: ParkedEvent, case: CaseView | None) -> Reader:
    answers: dict[str, str | None] = dict(case.answers) if case is not None else {}
    if parked.record_type == RecordType.CASE:
        answers |= {name: value for name, value in parked.touched.items() if name.startswith("/")}
    return open_reader(
        visit.procedure(case) if case is not None else None,
        answers,
        now_ms=visit.now_ms,
        words=visit.words,
        new_row_id=lambda: "0" * 10,
    )


def _show(
    visit: Visit,
    event: str,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: Given | None = None,
) -> Response:
    tenant = visit.session.tenant
    with visit.central.transaction(tenant) as conn:
        parked = _require(visit, conn, event)
        case = service.case_view(conn, tenant, parked.case) if parked.case else None
    given = given or Given()
    fields = _fields(visit, parked, case, given.edited)
    return visit.page(
        "console/parked.html",
        status=status,
        section="waiting",
        line=_line(visit, parked),
        parked=parked,
        fields=fields,
        base=case.base if case is not None else parked.base,
        citizen=citizen_name(case.citizen_fields, visit.words) if case is not None else "",
        # What decides about another act can only be given up: the other one still waits, in its own line.
        adoptable=parked.kind != Kind.RESOLVE,
        editable=parked.kind == Kind.SET and 0 < len(fields) <= FIELDS_MAX,
        note=next((str(said) for name in ("text", "message", "reason") if (said := parked.body.get(name))), ""),
        errors=errors or {},
        given=given,
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the acts that wait."""
    routes = APIRouter(prefix="/console/attente", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def waiting(request: Request, dit: str = "", apres: str = "") -> Response:
        visit = reception.visit(request)
        with visit.central.transaction(visit.session.tenant) as conn:
            tenant, office, limit = visit.session.tenant, visit.session.office, parked_events.PAGE_EVENTS
            found = parked_events.parked_queue(conn, tenant, office, after=apres, limit=limit + 1)
            count = parked_events.parked_count(conn, tenant, office)
        parked = found[:limit]
        return visit.page(
            "console/waiting.html",
            section="waiting",
            lines=[_line(visit, each) for each in parked],
            said=saying(dit, visit.words),
            pages=pages(
                "/console/attente",
                shown=len(parked),
                count=count,
                before=apres,
                last=parked[-1].event if parked else "",
                more=len(found) > limit,
                words=visit.words,
            ),
        )

    @routes.get("/{event}", response_class=Response)
    def act(request: Request, event: str) -> Response:
        return _show(reception.visit(request), event)

    @routes.post("/{event}", response_class=Response)
    async def end(request: Request, event: str, action: Text = "", reason: Text = "", base: Text = "") -> Response:
        form = await request.form()
        edited = {
            name.removeprefix(EDIT_PREFIX): str(value) for name, value in form.items() if name.startswith(EDIT_PREFIX)
        }
        return await run_in_threadpool(_end, reception.visit(request), event, Given(action, reason, base, edited))

    return routes


def _end(visit: Visit, event: str, given: Given) -> Response:
    errors = {}
    if given.action not in settling.ACTIONS:
        errors["action"] = visit.words.gettext("Choose what is to become of this act.")
    if not typed(given.reason):
        errors["reason"] = visit.words.gettext("Write your reason: the author will read it.")
    errors |= text_errors(given.reason, "reason", visit)
    if errors:
        return _show(visit, event, status=422, errors=errors, given=given)
    try:
        _resolve(visit, event, given)
    except ConflictError:
        errors = {"action": visit.words.gettext("The case changed meanwhile. Read it again, then choose.")}
        return _show(visit, event, status=409, errors=errors, given=given)
    except (InputError, NotPermittedError) as refused:
        code = str(refused.details.get("code") or refused.code)
        words = _ACTION_ERRORS.get(code.split(".")[0], _ACTION_ERRORS[""])
        return _show(visit, event, status=422, errors={"action": visit.words.gettext(words)}, given=given)
    return RedirectResponse(f"/console/attente?dit=parked-{given.action}", status_code=303)


def _resolve(visit: Visit, event: str, given: Given) -> None:
    with visit.central.transaction(visit.session.tenant) as conn:
        parked = _require(visit, conn, event)
        edited = parked.edited(given.edited) if given.action == settling.RESEND else parked.body
        settling.resolve(
            visit.central,
            conn,
            visit.session,
            event,
            parked.record_type,
            parked.record_id,
            given.action,
            typed(given.reason),
            base=base_of(given.base),
            kind=parked.kind,
            applied=edited,
        )
