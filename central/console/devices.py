"""Devices and their enrolment: who has which PC, new agents and offices, one-time codes, and PCs that must stop."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import InputError, NotPermittedError
from central import service
from central.console.sayings import saying
from central.console.visits import Reception, Visit
from central.database.client import Connection
from central.records import AgentRow, DeviceRow, EnrolmentCode, OfficeRow
from central.web.catalogue import N_
from central.web.routes import GuardedRoute, PageRefused

Text = Annotated[str, Form()]

_NAME_ERRORS = {
    "agent.name_missing": N_("Write the agent’s name, as colleagues will read it in the history."),
    "agent.name_too_long": N_("This name is too long: at most 100 characters."),
    "agent.name_malformed": N_("This name holds signs that cannot be shown. Type it again."),
    "agent.name_taken": N_("An agent of this name is already in this office. Add something that tells them apart."),
}
_REASON_ERRORS = {
    "case.reasons_required": N_("Write why: it is kept with your name."),
    "case.text_unstorable": N_("This text holds a character that cannot be kept. Write it again."),
    "case.text_too_long": N_("This text is too long: at most 2,000 characters."),
}
_OFFICE_ERRORS = {
    "office.name_missing": N_("Write the office’s name, as agents and supervisors will read it."),
    "office.name_too_long": N_("This name is too long: at most 100 characters."),
    "office.name_malformed": N_("This name holds signs that cannot be shown. Type it again."),
    "office.name_taken": N_("An office has this name already. Add something that tells them apart."),
}


class _Made:
    """A code just made, with the person it is for."""

    def __init__(self, code: EnrolmentCode, agent: AgentRow) -> None:
        self.code = code.code
        self.expires_ms = code.expires_ms
        self.agent_name = agent.name


def _offices(visit: Visit, conn: Connection) -> list[OfficeRow]:
    """Return the offices that this person answers for."""
    offices = service.offices(conn, visit.session.tenant)
    return [office for office in offices if visit.session.office in (None, office.office)]


def _agents(visit: Visit, conn: Connection) -> list[AgentRow]:
    """Return the agents that this person answers for."""
    agents = service.agents(conn, visit.session.tenant)
    return [agent for agent in agents if visit.session.office in (None, agent.office)]


def _former(visit: Visit, conn: Connection) -> list[AgentRow]:
    """Return the agents whose mandate ended, of the offices that this person answers for."""
    agents = service.former_agents(conn, visit.session.tenant)
    return [agent for agent in agents if visit.session.office in (None, agent.office)]


def _device(visit: Visit, conn: Connection, identity: str) -> DeviceRow:
    """Return a device of this person's offices. Raises PageRefused (404): what is not theirs looks like not there."""
    for device in service.devices(conn, visit.session.tenant):
        if device.device == identity and visit.session.office in (None, device.office):
            return device
    raise PageRefused(404, "device.unknown")


def _show(visit: Visit, *, status: int = 200, said: str = "", **context: object) -> Response:
    tenant, own = visit.session.tenant, visit.session.office
    with visit.central.transaction(tenant) as conn:
        offices, agents, former = _offices(visit, conn), _agents(visit, conn), _former(visit, conn)
        devices = [device for device in service.devices(conn, tenant) if own in (None, device.office)]
        codes = [
            code
            for code in service.enrolment_codes(conn, tenant)
            if code.used_ms is None and code.expires_ms > visit.now_ms and own in (None, code.office)
        ]
    return visit.page(
        "console/devices.html",
        status=status,
        section="devices",
        said=saying(said, visit.words),
        offices=offices,
        agents=agents,
        former=former,
        devices=devices,
        codes=codes,
        address=visit.central.settings.public_url,
        makes_offices=own is None,
        **{"errors": {}, "made": None, "chosen": "", "name": "", "office": "", "office_name": "", **context},
    )


def _done(said: str) -> Response:
    return RedirectResponse(f"/console/postes?dit={said}", status_code=303)


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the devices."""
    routes = APIRouter(prefix="/console/postes", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def devices(request: Request, dit: str = "") -> Response:
        return _show(reception.visit(request), said=dit)

    _codes(routes, reception)
    _new_agent(routes, reception)
    _new_office(routes, reception)
    _renewal(routes, reception)
    _revocation(routes, reception)
    return routes


def _codes(routes: APIRouter, reception: Reception) -> None:
    @routes.post("/code", response_class=Response)
    def make_code(request: Request, agent: Text = "") -> Response:
        visit = reception.visit(request)
        with visit.central.transaction(visit.session.tenant) as conn:
            chosen = next((each for each in _agents(visit, conn) if each.account == agent), None)
            if chosen is not None:
                code = service.make_enrolment_code(visit.central, conn, visit.session, chosen.account)
        if chosen is None:
            errors = {"agent": visit.words.gettext("Choose the agent who will use the device.")}
            return _show(visit, status=422, errors=errors)
        # Answered at once and not by a redirect: the code is shown once and is kept nowhere.
        return _show(visit, made=_Made(code, chosen), chosen=agent)

    @routes.post("/code/annuler", response_class=Response)
    def cancel_code(request: Request, agent: Text = "", made: Text = "") -> Response:
        visit = reception.visit(request)
        made_ms = int(made) if made.isascii() and made.isdigit() and len(made) < 18 else 0
        with visit.central.transaction(visit.session.tenant) as conn:
            if agent not in {each.account for each in _agents(visit, conn)}:
                raise PageRefused(404, "agent.unknown")
            try:
                service.cancel_codes(visit.central, conn, visit.session, agent, made_ms)
            except InputError:
                return _done("code-gone")
        return _done("code-cancelled")


def _new_agent(routes: APIRouter, reception: Reception) -> None:
    @routes.post("/agent", response_class=Response)
    def add_agent(request: Request, name: Text = "", office: Text = "") -> Response:
        visit = reception.visit(request)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                if office not in {each.office for each in _offices(visit, conn)}:
                    raise InputError("office.unknown", field="office")
                account = service.add_agent(visit.central, conn, visit.session, name, office)
                agent = next(each for each in _agents(visit, conn) if each.account == account)
                code = service.make_enrolment_code(visit.central, conn, visit.session, account)
        except InputError as refused:
            words = _NAME_ERRORS.get(refused.code, N_("Choose the agent’s office."))
            errors = {str(refused.details["field"]): visit.words.gettext(words)}
            return _show(visit, status=422, errors=errors, name=name, office=office)
        return _show(visit, made=_Made(code, agent), chosen=account)


def _new_office(routes: APIRouter, reception: Reception) -> None:
    @routes.post("/antenne", response_class=Response)
    def add_office(request: Request, office_name: Text = "") -> Response:
        visit = reception.visit(request)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                service.add_office(visit.central, conn, visit.session, office_name)
        except InputError as refused:
            errors = {"office_name": visit.words.gettext(_OFFICE_ERRORS[refused.code])}
            return _show(visit, status=422, errors=errors, office_name=office_name)
        return _done("office-added")


def _renewal(routes: APIRouter, reception: Reception) -> None:
    def show(visit: Visit, account: str, *, status: int = 200, reason: str = "", error: str = "") -> Response:
        with visit.central.transaction(visit.session.tenant) as conn:
            agent = next((each for each in _former(visit, conn) if each.account == account), None)
            if agent is None and account not in {each.account for each in _agents(visit, conn)}:
                raise PageRefused(404, "agent.unknown")
        if agent is None:
            return _done("mandate-lasts")
        errors = {"reason": error} if error else {}
        about = {"agent": agent, "reason": reason, "errors": errors}
        return visit.page("console/renew.html", status=status, section="devices", **about)

    @routes.get("/agents/{account}/renouveler", response_class=Response)
    def confirm(request: Request, account: str) -> Response:
        return show(reception.visit(request), account)

    @routes.post("/agents/{account}/renouveler", response_class=Response)
    def renew(request: Request, account: str, reason: Text = "") -> Response:
        visit = reception.visit(request)
        try:
            with visit.central.transaction(visit.session.tenant) as conn:
                service.renew_mandate(visit.central, conn, visit.session, account, reason)
        except NotPermittedError as refused:
            # What is not theirs looks like what is not there.
            raise PageRefused(404, "agent.unknown") from refused
        except InputError as refused:
            said = _REASON_ERRORS.get(refused.code)
            return show(visit, account, status=422, reason=reason, error=visit.words.gettext(said) if said else "")
        return _done("mandate-renewed")


def _revocation(routes: APIRouter, reception: Reception) -> None:
    @routes.get("/{identity}/revoquer", response_class=Response)
    def confirm(request: Request, identity: str) -> Response:
        visit = reception.visit(request)
        with visit.central.transaction(visit.session.tenant) as conn:
            device = _device(visit, conn, identity)
        if device.revoked:
            return _done("revoked")
        return visit.page("console/revoke.html", section="devices", device=device)

    @routes.post("/{identity}/revoquer", response_class=Response)
    def revoke(request: Request, identity: str) -> Response:
        visit = reception.visit(request)
        with visit.central.transaction(visit.session.tenant) as conn:
            device = _device(visit, conn, identity)
            service.revoke_device(visit.central, conn, visit.session, device.device)
        return _done("revoked")
