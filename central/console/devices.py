"""Devices and their enrolment: who has which PC, and one-time codes for new ones."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from central import service
from central.console.visits import Reception, Visit
from central.records import AgentRow, EnrolmentCode
from central.web.routes import GuardedRoute


class _Made:
    """A code just made, with the person it is for."""

    def __init__(self, code: EnrolmentCode, agent: AgentRow) -> None:
        self.code = code.code
        self.expires_ms = code.expires_ms
        self.agent_name = agent.name


def _agents(visit: Visit) -> list[AgentRow]:
    """Return the agents that this person answers for."""
    with visit.central.transaction(visit.session.tenant) as conn:
        agents = service.agents(conn, visit.session.tenant)
    return [agent for agent in agents if visit.session.office in (None, agent.office)]


def _show(visit: Visit, *, status: int = 200, **context: object) -> Response:
    tenant = visit.session.tenant
    agents = _agents(visit)
    offices = {agent.office_name for agent in agents}
    with visit.central.transaction(tenant) as conn:
        devices = [device for device in service.devices(conn, tenant) if device.office_name in offices]
        codes = [
            code
            for code in service.enrolment_codes(conn, tenant)
            if code.used_ms is None and code.expires_ms > visit.now_ms and code.office_name in offices
        ]
    return visit.page(
        "console/devices.html",
        status=status,
        section="devices",
        agents=agents,
        devices=devices,
        codes=codes,
        address=visit.central.settings.public_url,
        **{"errors": {}, "made": None, "chosen": "", **context},
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the devices."""
    routes = APIRouter(prefix="/console/postes", route_class=route_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def devices(request: Request) -> Response:
        return _show(reception.visit(request))

    @routes.post("/code", response_class=Response)
    def make_code(request: Request, agent: Annotated[str, Form()] = "") -> Response:
        visit = reception.visit(request)
        chosen = next((each for each in _agents(visit) if each.account == agent), None)
        if chosen is None:
            errors = {"agent": visit.words.gettext("Choose the agent who will use the device.")}
            return _show(visit, status=422, errors=errors)
        with visit.central.transaction(visit.session.tenant) as conn:
            code = service.make_enrolment_code(visit.central, conn, visit.session, chosen.account)
        # Answered at once and not by a redirect: the code is shown once and is kept nowhere.
        return _show(visit, made=_Made(code, chosen), chosen=agent)

    return routes
