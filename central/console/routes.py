"""The console's routes together."""

from __future__ import annotations

from fastapi import APIRouter

from central.console import (
    acts,
    alerts,
    case,
    devices,
    door,
    lagging,
    linking,
    moving,
    papers,
    queue,
    settling,
    stick,
    waiting,
)
from central.console.visits import Reception
from central.context import Central
from central.web.routes import guarded_route
from central.web.shelf import Shelf


def router(central: Central) -> APIRouter:
    """Return every route of the console."""
    reception = Reception(central, Shelf(central))
    route_class = guarded_route(reception.cookies.visitor, central.settings.public_url)
    routes = APIRouter()
    for part in (door, queue, settling, moving, papers, linking, case, acts, lagging, stick, devices, waiting, alerts):
        routes.include_router(part.router(reception, route_class))
    return routes
