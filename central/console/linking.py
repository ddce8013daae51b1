"""Duplicates in the console: who may be the same person, saying so, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import ConflictError, InputError, NotPermittedError
from central import linking
from central.console.acts import base_of
from central.console.case import page_of, read_case, reader_of
from central.console.likeness import alike
from central.console.visits import Reception, Visit
from central.records import CaseView
from central.web.routes import GuardedRoute

Text = Annotated[str, Form()]


def _page(
    visit: Visit, identity: str, *, status: int = 200, errors: dict[str, str] | None = None, chosen: str = ""
) -> Response:
    case, history = read_case(visit, identity)
    return visit.page(
        "console/links.html",
        status=status,
        case=page_of(visit, case, history, reader_of(visit, case)),
        base=case.base,
        alike=alike(visit, case),
        errors=errors or {},
        chosen=chosen,
    )


def _link(visit: Visit, case: CaseView, same_as: str | None, base: int) -> None:
    with visit.central.transaction(visit.session.tenant) as conn:
        linking.link_citizen(visit.central, conn, visit.session, case.citizen, same_as, base=base)


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of duplicates."""
    routes = APIRouter(prefix="/console/dossiers/{identity}", route_class=route_class, include_in_schema=False)

    @routes.get("/doubles", response_class=Response)
    def ask(request: Request, identity: str) -> Response:
        return _page(reception.visit(request), identity)

    @routes.post("/doubles", response_class=Response)
    def link(request: Request, identity: str, base: Text = "", same: Text = "", step: Text = "") -> Response:
        visit = reception.visit(request)
        case, _history = read_case(visit, identity)
        # Who is not offered on this page is not linked by it, whatever the form says.
        if step != "undo" and same not in {one.citizen for one in alike(visit, case).maybe}:
            errors = {"same": visit.words.gettext("Choose who is the same person.")}
            return _page(visit, identity, status=422, errors=errors)
        try:
            _link(visit, case, None if step == "undo" else same, base_of(base))
        except (InputError, NotPermittedError, ConflictError):
            errors = {"same": visit.words.gettext("The service could not link them. Nothing has changed.")}
            return _page(visit, identity, status=422, errors=errors, chosen=same)
        said = "unlinked" if step == "undo" else "linked"
        return RedirectResponse(f"/console/dossiers/{identity}?dit={said}", status_code=303)

    return routes
