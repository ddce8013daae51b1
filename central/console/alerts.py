"""Alerts: what a device or the service said that a supervisor should know, what to do, and who took note of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import InputError
from cases.treelog import INCONSISTENT, MISSING
from central import alerts
from central.alerts import Alert, SettledAlert
from central.console.acts import text_errors, typed
from central.console.sayings import saying
from central.console.visits import Reception, Visit
from central.web.catalogue import N_
from central.web.routes import GuardedRoute
from central.web.words import Words

Text = Annotated[str, Form()]
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000


@dataclass(frozen=True)
class Kind:
    """How one code is said: tone, icon, what it is, what it means, what to do."""

    tone: str
    icon: str
    what: str
    means: str
    do: str


_LOG = (
    N_("The device keeps the receipts and what it was shown. No act is lost there, and its agent can go on working."),
    N_("Tell your IT support today: they find out whether the service’s database was changed behind its back."),
)
_ENVELOPE = Kind(
    "critical",
    "octagon-alert",
    N_("Sealed acts could not be opened"),
    N_(
        "What this device had written, or what it or a USB stick handed in for another, was not taken in."
        " Nothing of it counts."
    ),
    N_(
        "Keep the devices and the USB stick. Have the device that wrote the acts connect by itself:"
        " it sends them again."
    ),
)
_UNKNOWN = Kind(
    "caution",
    "info",
    N_("Something unusual was noticed"),
    N_("This version of the service has no words for it yet."),
    N_("Give the code below to your IT support."),
)
_KINDS = {
    INCONSISTENT: Kind("critical", "triangle-alert", N_("The service contradicts what it had signed before"), *_LOG),
    MISSING: Kind("critical", "triangle-alert", N_("A receipt is missing from the service’s log"), *_LOG),
    alerts.FORKED: Kind(
        "caution",
        "split",
        N_("The device was restored or copied"),
        N_("Acts came twice under the same numbers. Both are kept, and nothing is lost."),
        N_("Restored from a backup: nothing to do. If two copies are in use, keep one and revoke the other."),
    ),
    alerts.CLOCK_OFF: Kind(
        "caution",
        "clock",
        N_("The device’s clock is wrong"),
        N_("The acts carry the service’s time all the same."),
        N_("Have date and time set right on the device. The alert then goes away by itself."),
    ),
    alerts.SILENT: Kind(
        "caution",
        "clock",
        N_("The device has not been heard of for two weeks"),
        N_("What was done on it since then is on it alone."),
        N_("Ask its agent to connect it. If it is lost or stolen, revoke it."),
    ),
    alerts.BEHIND: Kind(
        "caution",
        "hourglass",
        N_("Acts have been waiting on the device for days"),
        N_("It makes contact, but does not get everything across."),
        N_("Ask its agent what the synchronisation page says, and have the connection checked."),
    ),
    alerts.RESTORED: Kind(
        "caution",
        "archive",
        N_("The service was restored from a backup"),
        N_("What came after that backup comes back from the devices, at the next contact of each."),
        N_("See that every device connects. What was done in this console after the backup has to be done again."),
    ),
}


@dataclass(frozen=True)
class Line:
    """One alert, ready to show. ``detail``: how much, empty where there is nothing to say."""

    key: str
    kind: Kind
    device: str
    agent: str
    office: str
    since_ms: int
    detail: str
    code: str


@dataclass(frozen=True)
class SettledLine:
    """One alert that somebody took note of."""

    what: str
    device: str
    agent: str
    since_ms: int
    settled_ms: int
    by: str
    reason: str


def kind_of(code: str) -> Kind:
    """Return how a code is said; one that is not known has words of its own."""
    if code.startswith(alerts.ENVELOPE):
        return _ENVELOPE
    return _KINDS.get(code, _UNKNOWN)


def _said(kind: Kind, words: Words) -> Kind:
    told = (words.gettext(each) for each in (kind.what, kind.means, kind.do))
    return Kind(kind.tone, kind.icon, *told)


def _line(each: Alert, words: Words) -> Line:
    return Line(
        each.key,
        _said(kind_of(each.code), words),
        each.device_name,
        each.agent_name,
        each.office_name,
        each.since_ms,
        _detail(each, words),
        each.code,
    )


def _detail(each: Alert, words: Words) -> str:
    if each.code == alerts.CLOCK_OFF:
        return _by_how_much(each.number, words)
    if each.code == alerts.BEHIND:
        return words.plural("%(count)s act waits", "%(count)s acts wait", each.number)
    if each.code == alerts.RESTORED:
        return words.gettext("the backup of %(moment)s") % {"moment": words.moment(each.number)}
    if each.code.startswith(alerts.ENVELOPE):
        return words.plural("%(count)s time", "%(count)s times", each.number)
    return ""


def _by_how_much(off_ms: int, words: Words) -> str:
    size = abs(off_ms)
    days, hours, minutes = size // alerts.DAY_MS, size % alerts.DAY_MS // _HOUR_MS, size % _HOUR_MS // _MINUTE_MS
    said = {"days": words.number(days), "hours": hours, "minutes": minutes}
    if off_ms < 0:
        return words.gettext("%(days)s d %(hours)s h %(minutes)s min ahead") % said
    return words.gettext("%(days)s d %(hours)s h %(minutes)s min behind") % said


def _settled(each: SettledAlert, words: Words) -> SettledLine:
    what = words.gettext(kind_of(each.code).what)
    return SettledLine(
        what, each.device_name, each.agent_name, each.since_ms, each.settled_ms, each.settled_by, each.reason
    )


def _show(
    visit: Visit, *, status: int = 200, said: str = "", chosen: str = "", error: str = "", reason: str = ""
) -> Response:
    session, words = visit.session, visit.words
    with visit.central.transaction(session.tenant) as conn:
        waiting = alerts.open_alerts(conn, session.tenant, session.office, visit.now_ms)
        settled = alerts.settled_alerts(conn, session.tenant, session.office)
    return visit.page(
        "console/alerts.html",
        status=status,
        section="alerts",
        said=saying(said, words),
        lines=[_line(each, words) for each in waiting],
        settled=[_settled(each, words) for each in settled],
        chosen=chosen,
        errors={f"reason-{chosen}": error} if error else {},
        reason=reason,
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the alerts."""
    routes = APIRouter(prefix="/console/alertes", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def index(request: Request, dit: str = "") -> Response:
        return _show(reception.visit(request), said=dit)

    @routes.post("", response_class=Response)
    def take_note(request: Request, key: Text = "", reason: Text = "") -> Response:
        visit = reception.visit(request)
        why = typed(reason)
        if wrong := text_errors(why, "reason", visit):
            return _show(visit, status=422, chosen=key, error=wrong["reason"], reason=reason)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                alerts.settle(conn, visit.session, key, why, visit.now_ms)
        except InputError as refused:
            if refused.code == "alert.unknown":
                return RedirectResponse("/console/alertes?dit=alert-gone", status_code=303)
            error = visit.words.plural(
                "Write your reason, in at most %(count)s character: it is kept with your name.",
                "Write your reason, in at most %(count)s characters: it is kept with your name.",
                alerts.REASON_LENGTH_MAX,
            )
            return _show(visit, status=422, chosen=key, error=error, reason=reason)
        return RedirectResponse("/console/alertes?dit=alert-noted", status_code=303)

    return routes
