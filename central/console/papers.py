"""Decisions on paper in the console: writing one down, and settling those that contradict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import ConflictError, InputError, NotPermittedError
from cases.merge import NOTIFIED
from cases.workflow import DECISIONS, State
from central import papers
from central.console.acts import base_of, text_errors, typed
from central.console.case import page_of, read_case, reader_of
from central.console.visits import Reception, Visit
from central.records import CaseView
from central.web.catalogue import N_
from central.web.routes import GuardedRoute
from central.web.states import state_chip

Text = Annotated[str, Form()]
NONE = "none"
_ERRORS = {
    "notify.date": ("on", N_("Enter the day on which it was handed over; a day to come is none.")),
    "workflow.paper_too_early": (
        "on",
        N_("This day lies before the case was handed in, or before the decision. Look at the date on the paper."),
    ),
    "workflow.not_handed_in": ("decision", N_("The case is still a draft: there is nothing to decide yet.")),
    "notify.how_required": ("how", N_("Write how it was handed over.")),
    "notify.decision": ("decision", N_("Choose the decision that the paper says.")),
    "case.text_too_long": ("how", N_("At most 200 characters.")),
    "case.text_unstorable": ("how", N_("This text holds a character that cannot be kept. Write it again.")),
}


@dataclass(frozen=True)
class Given:
    """What the person chose and wrote, kept when the page comes again."""

    decision: str = ""
    on: str = ""
    how: str = ""
    reason: str = ""


NOTHING_GIVEN = Given()


def _page(
    visit: Visit,
    identity: str,
    template: str,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: Given = NOTHING_GIVEN,
) -> Response:
    case, history = read_case(visit, identity)
    words = visit.words
    decisions = [state for state in State if state in DECISIONS]
    return visit.page(
        template,
        status=status,
        case=page_of(visit, case, history, reader_of(visit, case)),
        base=case.base,
        choices=[(value, state_chip(value, words)) for value in decisions],
        today=words.day(visit.now_ms).isoformat(),
        errors=errors or {},
        given=given if given != NOTHING_GIVEN else Given(decision=_likely(case)),
    )


def _likely(case: CaseView) -> str:
    """Return the decision that the paper most likely says: the one taken, else the one proposed."""
    if case.state in DECISIONS:
        return case.state
    return case.proposals[0].decision if case.proposals else ""


def _missing(given: Given) -> list[tuple[str, str]]:
    """Return what is not filled in, all of it at once."""
    codes = {"notify.decision": given.decision, "notify.date": given.on, "notify.how_required": given.how}
    return [_ERRORS[code] for code, text in codes.items() if not text]


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of decisions on paper."""
    routes = APIRouter(prefix="/console/dossiers/{identity}", route_class=route_class, include_in_schema=False)
    _writing(routes, reception)
    _settling(routes, reception)
    return routes


def _writing(routes: APIRouter, reception: Reception) -> None:
    @routes.get("/papier", response_class=Response)
    def ask(request: Request, identity: str) -> Response:
        return _page(reception.visit(request), identity, "console/paper.html")

    @routes.post("/papier", response_class=Response)
    def record(
        request: Request, identity: str, base: Text = "", decision: Text = "", on: Text = "", how: Text = ""
    ) -> Response:
        visit = reception.visit(request)
        read_case(visit, identity)
        given = Given(decision, typed(on), typed(how))
        if missing := _missing(given):
            errors = {name: visit.words.gettext(text) for name, text in missing}
            return _page(visit, identity, "console/paper.html", status=422, errors=errors, given=given)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                papers.notify(
                    visit.central, conn, visit.session, identity, decision, given.on, given.how, base=base_of(base)
                )
        except (InputError, NotPermittedError, ConflictError) as refused:
            name, text = _ERRORS.get(
                str(refused.details.get("code", refused.code)),
                ("decision", N_("The service could not record it. Nothing has changed.")),
            )
            errors = {name: visit.words.gettext(text)}
            return _page(visit, identity, "console/paper.html", status=422, errors=errors, given=given)
        return RedirectResponse(f"/console/dossiers/{identity}?dit=paper", status_code=303)


def _settling(routes: APIRouter, reception: Reception) -> None:
    @routes.get("/papiers", response_class=Response)
    def question(request: Request, identity: str) -> Response:
        visit = reception.visit(request)
        case, _history = read_case(visit, identity)
        if NOTIFIED not in {each.field for each in case.contested}:
            return RedirectResponse(f"/console/dossiers/{identity}?dit=settled-already", status_code=303)
        return _page(visit, identity, "console/papers.html")

    @routes.post("/papiers", response_class=Response)
    def settle(request: Request, identity: str, base: Text = "", decision: Text = "", reason: Text = "") -> Response:
        visit = reception.visit(request)
        read_case(visit, identity)
        errors = text_errors(reason, "reason", visit)
        if decision not in (*DECISIONS, NONE):
            errors["decision"] = visit.words.gettext("Choose what holds.")
        if not typed(reason):
            errors["reason"] = visit.words.gettext("Write why: colleagues will read it.")
        given = Given(decision=decision, reason=reason)
        if errors:
            return _page(visit, identity, "console/papers.html", status=422, errors=errors, given=given)
        holds = None if decision == NONE else decision
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                papers.settle_papers(
                    visit.central, conn, visit.session, identity, holds, typed(reason), base=base_of(base)
                )
        except (InputError, NotPermittedError, ConflictError):
            errors = {
                "decision": visit.words.gettext("The service could not apply this choice. Look at the case again.")
            }
            return _page(visit, identity, "console/papers.html", status=422, errors=errors, given=given)
        return RedirectResponse(f"/console/dossiers/{identity}?dit=settled", status_code=303)
