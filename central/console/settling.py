"""Contested fields: the queue of what the office has not settled by itself, and the page on which one is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases import workflow
from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import RecordType
from cases.merge import NOTIFIED
from central import contested, policies, settling
from central.console.acts import base_of, text_errors, typed
from central.console.case import page_of, read_case, reader_of
from central.console.fields import field_label, field_name
from central.console.paging import pages
from central.console.proposed import proposed_lines
from central.console.reading import Reader
from central.console.sayings import saying
from central.console.views import procedure_title
from central.console.visits import Reception, Visit
from central.contested import Claim, ContestedCase, ContestedField, Settled
from central.records import CaseView
from central.web.routes import GuardedRoute, PageRefused
from central.web.states import Chip, state_chip
from central.web.words import Words

Text = Annotated[str, Form()]

OTHER = "other"
EMPTY = "empty"
REOPEN = "reopen"
"""No value: what was settled waits to be settled again."""


@dataclass(frozen=True)
class Line:
    """One case of the queue."""

    case: str
    citizen: str
    born: str
    procedure: str
    tracking_code: str
    office: str
    chip: Chip
    fields: tuple[tuple[str, str], ...]
    concerned: tuple[str, ...]
    due_ms: int
    decided: bool
    """Somebody decided already: no agent may settle anything of it any more."""


@dataclass(frozen=True)
class Option:
    """One value to choose. ``saw`` is what its author had seen before."""

    key: str
    said: str
    who: str
    when_ms: int
    saw: str


@dataclass(frozen=True)
class Question:
    """One field to settle, ready to show."""

    name: str
    label: str
    kind: str
    options: tuple[Option, ...]
    choices: tuple[tuple[str, str], ...]
    citizen: bool


def _said(value: str | None, name: str, record_type: str, reader: Reader, words: Words) -> str:
    if not value:
        return words.gettext("(empty)")
    if record_type == RecordType.CITIZEN:
        return words.calendar_day(value) if name == "birth_date" else value
    return state_chip(value, words).word if name == "state" else reader.value(name, value)


def question_of(each: ContestedField | Settled, reader: Reader, words: Words) -> Question:
    """Return a field to settle, or one that was settled, as its page shows it."""
    claims: list[Claim] = list(each.claims if isinstance(each, ContestedField) else each.settled)
    if isinstance(each, Settled) and each.value not in {claim.value for claim in claims}:
        claims.insert(0, Claim(each.value, each.event, each.agent_name, each.time_ms, each.time_ms, None))
    by_case = each.record_type == RecordType.CASE
    kind = reader.kind(each.field) if by_case else ("date" if each.field == "birth_date" else "text")
    if each.field == "state":
        kind = "state"

    def said(value: str | None) -> str:
        return _said(value, each.field, each.record_type, reader, words)

    return Question(
        field_name(each.record_type, each.field),
        field_label(each.field, each.record_type, reader, words),
        kind,
        tuple(
            Option(claim.event, said(claim.value), claim.agent_name, claim.time_ms, said(claim.saw)) for claim in claims
        ),
        reader.choices(each.field) if by_case else (),
        not by_case,
    )


def _line(visit: Visit, each: ContestedCase) -> Line:
    words = visit.words
    procedure = visit.shelf.get(visit.session.tenant, each.procedure, each.procedure_version)
    case, _history = read_case(visit, each.case)
    reader = reader_of(visit, case)
    return Line(
        case=each.case,
        citizen=each.citizen_name or words.gettext("Citizen without a name"),
        born=words.calendar_day(case.citizen_fields.get("birth_date") or ""),
        procedure=procedure_title(procedure, each.procedure, words),
        tracking_code=each.tracking_code,
        office=each.office_name,
        chip=state_chip(each.state, words),
        fields=tuple(
            (field_name(field.record_type, field.field), field_label(field.field, field.record_type, reader, words))
            for field in each.fields
        ),
        concerned=tuple(dict.fromkeys(name for field in each.fields if field.agents_may for name in field.concerned)),
        due_ms=each.due_ms,
        decided=each.state in workflow.CLOSED and not all(field.agents_may for field in each.fields),
    )


@dataclass(frozen=True)
class Given:
    """What the person chose and wrote, kept when the page comes again."""

    choice: str = ""
    other: str = ""
    reason: str = ""


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class _Found:
    """A field of a case, contested or settled, with what its page needs."""

    case: CaseView
    question: Question
    field: str
    record_type: str
    values: dict[str, str | None]
    settled: Settled | None
    agents_may: bool

    @property
    def can_reopen(self) -> bool:
        return self.settled is not None and len(self.settled.reopens) > 1


def _find(visit: Visit, identity: str, name: str) -> _Found | None:
    """Return the field, None when there is nothing to settle in it. Raises PageRefused when the case is not theirs."""
    record_type, _, field = name.partition(":")
    case, _history = read_case(visit, identity)
    tenant = visit.session.tenant
    with visit.central.transaction(tenant) as conn:
        open_ones = contested.contested_fields(conn, tenant, identity, case.citizen)
        done = contested.settled_fields(conn, tenant, identity, case.citizen)
    wanted = (record_type, field)
    all_of_them: list[ContestedField | Settled] = [*open_ones, *done]
    each = next((one for one in all_of_them if (one.record_type, one.field) == wanted), None)
    if each is None:
        return None
    settled = each if isinstance(each, Settled) else None
    claims = each.claims if isinstance(each, ContestedField) else each.settled
    values = {claim.event: claim.value for claim in claims}
    if settled is not None:
        values[settled.event] = settled.value
    question = question_of(each, reader_of(visit, case), visit.words)
    agents_may = settled is not None or (isinstance(each, ContestedField) and each.agents_may)
    return _Found(case, question, field, record_type, values, settled, agents_may)


def _page(
    visit: Visit,
    found: _Found,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: Given = NOTHING_GIVEN,
    changed: bool = False,
) -> Response:
    case, history = read_case(visit, found.case.case)
    shown = page_of(visit, case, history, reader_of(visit, case))
    return visit.page(
        "console/settle.html",
        status=status,
        section="contested",
        case=shown,
        base=case.base,
        question=found.question,
        settled=found.settled,
        can_reopen=found.can_reopen,
        supervisors=not found.agents_may,
        errors=errors or {},
        given=given,
        changed=changed,
    )


def _value(found: _Found, choice: str, other: str, words: Words) -> tuple[str | None, dict[str, str]]:
    """Return the value that was chosen, and what is wrong with the choice."""
    if choice == EMPTY:
        return None, {}
    if choice == OTHER and found.question.kind not in ("select_multiple", "state"):
        allowed = {value for value, _label in found.question.choices}
        if not other or (allowed and other not in allowed):
            return None, {"other": words.gettext("Enter the value to keep.")}
        return other, {}
    if choice not in found.values:
        return None, {"choice": words.gettext("Choose the value to keep.")}
    return found.values[choice], {}


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of what is contested."""
    routes = APIRouter(prefix="/console", route_class=route_class, include_in_schema=False)

    @routes.get("/a-departager", response_class=Response)
    def queue(request: Request, dit: str = "", apres: str = "", propose_apres: str = "") -> Response:
        visit = reception.visit(request)
        session = visit.session
        with visit.central.transaction(session.tenant) as conn:
            days = policies.policy(conn, session.tenant).settle_delay_days
            found = contested.contested_cases(
                conn, session.tenant, session.office, visit.words.zone, delay_days=days, after=apres
            )
            last = max((each.after for each in found), default="")
            count = contested.contested_count(conn, session.tenant, session.office)
            left = contested.contested_count(conn, session.tenant, session.office, after=last) if last else 0
        lines = [_line(visit, each) for each in found]
        proposed, proposed_pages = proposed_lines(visit, "/console/a-departager", propose_apres)
        return visit.page(
            "console/contested.html",
            section="contested",
            said=saying(dit, visit.words),
            mine=[line for line in lines if line.due_ms <= visit.now_ms],
            theirs=[line for line in lines if line.due_ms > visit.now_ms],
            proposed=proposed,
            proposed_pages=proposed_pages,
            days=days,
            pages=pages(
                "/console/a-departager",
                shown=len(found),
                count=count,
                before=apres,
                last=last,
                more=left > 0,
                words=visit.words,
            ),
        )

    @routes.get("/dossiers/{identity}/departager", response_class=Response)
    def question(request: Request, identity: str, champ: str = "") -> Response:
        visit = reception.visit(request)
        if champ == field_name(RecordType.CASE, NOTIFIED):
            return RedirectResponse(f"/console/dossiers/{identity}/papiers", status_code=303)
        found = _find(visit, identity, champ)
        return _clear(identity) if found is None else _page(visit, found)

    @routes.post("/dossiers/{identity}/departager", response_class=Response)
    def settle(
        request: Request,
        identity: str,
        champ: str = "",
        base: Text = "",
        choice: Text = "",
        other: Text = "",
        reason: Text = "",
    ) -> Response:
        visit = reception.visit(request)
        found = _find(visit, identity, champ) if champ != field_name(RecordType.CASE, NOTIFIED) else None
        if found is None:
            return _clear(identity)
        again = choice == REOPEN and found.can_reopen
        value, errors = (None, {}) if again else _value(found, choice, typed(other), visit.words)
        if not typed(reason):
            errors["reason"] = visit.words.gettext("Write why this value: colleagues will read it.")
        errors |= text_errors(reason, "reason", visit)
        given = Given(choice, other, reason)
        if errors:
            return _page(visit, found, status=422, errors=errors, given=given)
        try:
            _settle(visit, identity, found, value, typed(reason), base_of(base), again=again)
        except ConflictError:
            return _page(visit, found, status=409, changed=True, given=given)
        except (InputError, NotPermittedError) as refused:
            errors = _refusal(refused, visit)
            return _clear(identity) if not errors else _page(visit, found, status=422, errors=errors, given=given)
        done = "settled-reopened" if again else "settled"
        return RedirectResponse(f"/console/dossiers/{identity}?dit={done}", status_code=303)

    return routes


def _refusal(refused: InputError | NotPermittedError, visit: Visit) -> dict[str, str]:
    """Return what to say at which field; nothing when there is nothing left to settle."""
    if refused.code == "settle.clear":
        return {}
    if refused.code == "case.text_unstorable":
        field = "other" if refused.details.get("field") == "value" else "reason"
        return {field: visit.words.gettext("This text holds a character that cannot be kept. Write it again.")}
    return {"choice": visit.words.gettext("The service could not apply this choice. Look at the case again.")}


def _settle(
    visit: Visit, identity: str, found: _Found, value: str | None, reason: str, base: int, *, again: bool
) -> None:
    tenant, session, record_type = visit.session.tenant, visit.session, found.record_type
    with visit.central.transaction(tenant) as conn:
        where = visit.central, conn, session, identity, found.field
        if again:
            settling.reopen(*where, reason, base=base, record_type=record_type)
        else:
            settling.settle(*where, value, reason, base=base, record_type=record_type)


def _clear(identity: str) -> Response:
    """Return to the case: somebody settled it meanwhile."""
    if len(identity) != 32 or not identity.isalnum():
        raise PageRefused(404, "case.unknown")
    return RedirectResponse(f"/console/dossiers/{identity}?dit=settled-already", status_code=303)
