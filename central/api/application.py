"""Puts the service together: API, console, portal, and one shape for every error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cases.errors import EstafetteError
from central import readiness
from central.api import described
from central.api.bodies import BoundedBodies
from central.api.door import Crossing, ExchangeDoor
from central.api.gate import Gate
from central.api.heads import Heads
from central.api.operator import OperatorDoor
from central.api.outermost import Outermost
from central.api.problems import RETRY_S, is_api, problem, problem_of, status_of
from central.api.routes import exchanged, health_router, router, whole_router
from central.console.routes import router as console_router
from central.context import Central
from central.metrics import Exposition, Metrics
from central.portal.routes import router as portal_router
from central.sequencing import Sequencer
from central.web.assets import router as assets_router
from central.web.errors import error_page
from central.web.security import WebSecurity
from sync.messages import API

log = logging.getLogger("estafette.central")

VERSION = "1"
_HTTP_CODES = {404: "http.not_found", 405: "http.method_not_allowed"}


class Operator(NamedTuple):
    """The operator's own address: see ``OperatorDoor``."""

    port: int
    token: str = ""


class Service:
    """The ASGI application and what stops its long polls.

    Args:
        central: the service's parts.
        operator: where its figures may be had; None for nowhere.
    """

    def __init__(self, central: Central, *, operator: Operator | None = None) -> None:
        self.central = central
        self.metrics = Metrics()
        self._operator = operator
        self.heads = Heads(central)
        self.sequencer = Sequencer(central)
        self._gate = Gate(central)
        self.app = self._application()
        self.asgi = self._whole()

    def _whole(self) -> ASGIApp:
        """Return all that answers. Exchanges have a road of their own: the framework's layers do nothing for them."""
        work = partial(exchanged, self.central, self._gate, self.metrics.took)
        door = ExchangeDoor(_nothing, work=work, answer=_logged_refusal)
        road = self._marked(BoundedBodies(door, answer=refusal))
        whole: ASGIApp = Crossing(self.app, road)
        if self._operator is not None:
            whole = OperatorDoor(
                whole,
                port=self._operator.port,
                token=self._operator.token,
                figures=Exposition(self.central, self.metrics).text,
                ready=partial(readiness.check, self.central),
            )
        return whole

    def _marked(self, app: ASGIApp) -> Outermost:
        return Outermost(
            app,
            nonce=self._gate.nonce,
            key=self.central.keys.service,
            error_answer=error_answer,
            answered=self.metrics.request,
        )

    def _application(self) -> FastAPI:
        app = FastAPI(
            title="Estafette",
            version=VERSION,
            openapi_url=f"{API}/openapi.json",
            # The library's documentation pages load scripts from elsewhere.
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
        )
        gate = self._gate
        app.include_router(router(self.central, gate, self.heads))
        app.include_router(whole_router(self.central, gate))
        app.include_router(health_router(self.central))
        app.include_router(assets_router(), include_in_schema=False)
        app.include_router(console_router(self.central), include_in_schema=False)
        app.include_router(portal_router(self.central), include_in_schema=False)
        app.add_exception_handler(EstafetteError, _ours)
        app.add_exception_handler(HTTPException, _of_http)
        app.add_exception_handler(RequestValidationError, _of_validation)
        # The last one added is the outermost.
        app.add_middleware(BoundedBodies, answer=refusal)
        app.add_middleware(WebSecurity)
        app.add_middleware(
            Outermost,
            nonce=gate.nonce,
            key=self.central.keys.service,
            error_answer=error_answer,
            answered=self.metrics.request,
        )
        app.openapi = lambda: _description(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
        return app

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        self.central.tree.tell(self.sequencer.appended)
        jobs = [
            asyncio.create_task(self.heads.run(), name="heads"),
            asyncio.create_task(self.sequencer.run(), name="sequencer"),
        ]
        try:
            yield
        finally:
            self.heads.close()
            self.sequencer.close()
            await asyncio.gather(*jobs)


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("only exchanges come by this road")


def error_answer(request: Request, status: int, code: str) -> Response:
    """Return an error for whoever asked: a problem for machines, a page for people."""
    return problem(status, code) if is_api(request.url.path) else error_page(request, status, code)


def refusal(request: Request, error: EstafetteError) -> Response:
    """Return what is said of a refused request."""
    status = status_of(error)
    if is_api(request.url.path):
        return problem_of(error)
    answer = error_page(request, status, error.code)
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_S)
    return answer


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, EstafetteError)
    return _logged_refusal(request, error)


def _logged_refusal(request: Request, error: EstafetteError) -> Response:
    if (status := status_of(error)) >= 500:
        log.warning("refused status=%s error=%s", status, error)
    return refusal(request, error)


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, f"http.{error.status_code}")
    answer = error_answer(request, error.status_code, code)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _of_validation(request: Request, _error: Exception) -> Response:
    return error_answer(request, 422, "request.invalid")


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(described.components())
        components["securitySchemes"] = described.security_schemes()
        app.openapi_schema = document
    return app.openapi_schema
