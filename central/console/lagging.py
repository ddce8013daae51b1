"""Which devices lag: last contact, what waits on them as they said, what version they run (for IT and supervisors)."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.console.visits import Reception, Visit
from central.database import people
from central.devices import lagging_devices
from central.web.catalogue import N_
from central.web.routes import GuardedRoute
from central.web.states import Chip

DAY_MS = 24 * 3600 * 1000
QUIET_MS = 3 * DAY_MS
SILENT_MS = 14 * DAY_MS

_FINE = ("positive", "circle-check", N_("Up to date"))
_WAITS = ("info", "hourglass", N_("Has acts to send"))
_QUIET = ("caution", "clock", N_("Not heard of for days"))
_SILENT = ("critical", "triangle-alert", N_("Not heard of for weeks"))
_NEVER = ("caution", "clock", N_("Never heard of"))
_REVOKED = ("soft", "circle-slash", N_("Revoked"))
_CLOSED = {
    people.MANDATE_ENDED: ("caution", "circle-slash", N_("Closed: mandate ended")),
    people.OFFICE_CHANGED: ("caution", "circle-slash", N_("Closed: office changed")),
}


@dataclass(frozen=True)
class LagLine:
    """One device. Times are None when nothing was said yet."""

    device: str
    name: str
    agent: str
    office: str
    chip: Chip
    contact_ms: int | None
    oldest_ms: int | None
    pending: int
    parked: int
    version: str


def standing(
    last_ms: int | None, pending: int, *, revoked: bool, now_ms: int, closed: str = ""
) -> tuple[str, str, str]:
    """Return the tone, icon and word of a device. ``closed``: the code of why it may only hand over, else empty."""
    if closed in _CLOSED:
        return _CLOSED[closed]
    if revoked:
        return _REVOKED
    if last_ms is None:
        return _NEVER
    silence_ms = now_ms - last_ms
    if silence_ms >= SILENT_MS:
        return _SILENT
    if silence_ms >= QUIET_MS:
        return _QUIET
    return _WAITS if pending else _FINE


def _lines(visit: Visit) -> list[LagLine]:
    session, words = visit.session, visit.words
    with visit.central.transaction(session.tenant) as conn:
        found = lagging_devices(conn, session.tenant, session.office)
    lines = []
    for each in found:
        tone, icon, word = standing(
            each.last_contact_ms,
            each.pending,
            revoked=each.revoked_ms is not None,
            now_ms=visit.now_ms,
            closed=each.closed,
        )
        lines.append(
            LagLine(
                each.device,
                each.name,
                each.agent_name,
                each.office_name,
                Chip(tone, icon, words.gettext(word)),
                each.last_contact_ms,
                each.oldest_pending_ms,
                each.pending,
                each.parked,
                each.version,
            )
        )
    return lines


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the route of the index."""
    routes = APIRouter(prefix="/console/suivi-postes", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def index(request: Request) -> Response:
        visit = reception.visit(request)
        return visit.page("console/lagging.html", section="devices", lines=_lines(visit))

    return routes
