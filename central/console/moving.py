"""Giving a case to another office, with the reason: its agents have it whole at their next contact."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import ConflictError, InputError, NotPermittedError
from central import service
from central.console.acts import base_of, text_errors, typed
from central.console.case import page_of, read_case, reader_of
from central.console.visits import Reception, Visit
from central.moving import move_case
from central.records import OfficeRow
from central.web.routes import GuardedRoute

Text = Annotated[str, Form()]


def _page(
    visit: Visit,
    identity: str,
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    office: str = "",
    reason: str = "",
) -> Response:
    case, history = read_case(visit, identity)
    shown = page_of(visit, case, history, reader_of(visit, case))
    return visit.page(
        "console/move.html",
        status=status,
        case=shown,
        base=case.base,
        offices=_others(visit, case.office),
        errors=errors or {},
        office=office,
        reason=reason,
    )


def _others(visit: Visit, office: str) -> list[OfficeRow]:
    with visit.central.transaction(visit.session.tenant) as conn:
        return [each for each in service.offices(conn, visit.session.tenant) if each.office != office]


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of a move."""
    routes = APIRouter(prefix="/console/dossiers/{identity}", route_class=route_class, include_in_schema=False)

    @routes.get("/antenne", response_class=Response)
    def ask(request: Request, identity: str) -> Response:
        return _page(reception.visit(request), identity)

    @routes.post("/antenne", response_class=Response)
    def move(request: Request, identity: str, base: Text = "", office: Text = "", reason: Text = "") -> Response:
        visit = reception.visit(request)
        case, _history = read_case(visit, identity)
        errors = {}
        if office not in {each.office for each in _others(visit, case.office)}:
            errors["office"] = visit.words.gettext("Choose the office that takes the case over.")
        if not typed(reason):
            errors["reason"] = visit.words.gettext("Write why the case moves: both offices will read it.")
        errors |= text_errors(reason, "reason", visit)
        if errors:
            return _page(visit, identity, status=422, errors=errors, office=office, reason=reason)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                move_case(visit.central, conn, visit.session, identity, office, typed(reason), base=base_of(base))
        except ConflictError:
            errors = {"office": visit.words.gettext("The case changed meanwhile. Read it again, then choose.")}
            return _page(visit, identity, status=409, errors=errors, office=office, reason=reason)
        except (InputError, NotPermittedError):
            errors = {"office": visit.words.gettext("The service could not move the case. Nothing has changed.")}
            return _page(visit, identity, status=422, errors=errors, office=office, reason=reason)
        if visit.session.office is not None:
            return RedirectResponse("/console?dit=moved", status_code=303)
        return RedirectResponse(f"/console/dossiers/{identity}?dit=moved", status_code=303)

    return routes
