"""Acts that central could not apply: kept, told with their reason, until a person looks at them (invariant 2)."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cases.events import RecordType
from central import service
from central.console.history import parked_words
from central.console.visits import Reception
from central.records import ParkedRow
from central.web.routes import GuardedRoute, PageRefused
from central.web.words import Words


@dataclass(frozen=True)
class WaitingLine:
    """One act that waits. ``case`` is empty when it is not about a case."""

    who: str
    when_ms: int
    reason: str
    case: str
    event: str
    code: str


def waiting_line(parked: ParkedRow, words: Words) -> WaitingLine:
    """Return a parked event as people read it."""
    return WaitingLine(
        who=parked.agent_name,
        when_ms=parked.parked_ms,
        reason=words.gettext(parked_words(parked.code)),
        case=parked.record_id if parked.record_type == RecordType.CASE else "",
        event=parked.event,
        code=parked.code,
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the route of the acts that wait."""
    routes = APIRouter(prefix="/console/attente", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def waiting(request: Request) -> Response:
        visit = reception.visit(request)
        if visit.session.office is not None:
            # An act may belong to no office at all; who answers for one office sees those of its cases on their pages.
            raise PageRefused(403, "right.office")
        with visit.central.transaction(visit.session.tenant) as conn:
            parked = service.parked(conn, visit.session.tenant)
        lines = [waiting_line(each, visit.words) for each in parked]
        return visit.page("console/waiting.html", section="waiting", lines=lines)

    return routes
