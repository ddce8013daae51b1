"""The citizens' pages. They change nothing, set no cookie but the language's, and say nothing about persons.

The code is looked up by a plain GET, so that the page can be reloaded, kept and opened by the receipt's QR code; the
service writes no access log, and the page sends no referrer elsewhere.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from cases import tracking
from cases.errors import InputError, NotPermittedError
from central import service
from central.context import Central
from central.portal.story import tell
from central.records import PortalCase
from central.web import language
from central.web.pages import page, reader_language
from central.web.shelf import Shelf
from central.web.words import Words

ANSWER_FLOOR_S = 0.2
"""Every look-up of a well-formed code takes at least this long, so that a right and a wrong one take the same time."""


def _trouble(code: str, retry_s: object, words: Words) -> tuple[int, str]:
    """Return the status and the words for a code that shows nothing."""
    _ = words.gettext
    if code == "tracking.blank":
        return 422, _("Enter your tracking code.")
    if code == "tracking.throttled":
        minutes = max(1, -(-int(str(retry_s or 60)) // 60))
        return 429, words.plural(
            "Too many tries from here. Wait %(count)s minute, then try again.",
            "Too many tries from here. Wait %(count)s minutes, then try again.",
            minutes,
        )
    if code == "tracking.malformed":
        return 422, _("This is not a tracking code. It begins with E and is printed in bold on your receipt.")
    if code == "tracking.mistyped":
        return 422, _("One character of this code is wrong. Compare it with your receipt, one group after the other.")
    return 404, _("No request has this code, or it has not arrived yet. Compare it with your receipt, or try tomorrow.")


def router(central: Central) -> APIRouter:
    """Return every route of the portal, and the language switch."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(language.router())
    shelf = Shelf(central)
    zone = ZoneInfo(central.settings.timezone)

    def find(request: Request, text: str) -> PortalCase:
        code = tracking.parse(text)
        address = request.client.host if request.client else ""
        case = service.tracking_case(central, code.text, address)
        if case is None:
            raise InputError("tracking.unknown", field="code")
        return case

    def answer(request: Request, text: str) -> Response:
        words = Words(reader_language(request), zone)
        try:
            case = find(request, text)
        except (InputError, NotPermittedError) as refused:
            status, sentence = _trouble(refused.code, refused.details.get("retry_s"), words)
            return page(request, words, "portal/track.html", status=status, errors={"code": sentence}, code=text)
        code = tracking.parse(text)
        procedure = shelf.get(code.tenant, case.procedure, case.procedure_version)
        story = tell(
            case,
            words,
            delay_days=procedure.delay_days if procedure else None,
            silence=procedure.silence if procedure else "",
        )
        return page(request, words, "portal/case.html", story=story, code=code.text)

    async def answer_in_time(request: Request, text: str) -> Response:
        started = central.clock.monotonic_s()
        found = await run_in_threadpool(answer, request, text[:64])
        await anyio.sleep(max(0.0, ANSWER_FLOOR_S - (central.clock.monotonic_s() - started)))
        return found

    @routes.get("/", response_class=Response)
    def start(request: Request) -> Response:
        words = Words(reader_language(request), zone)
        return page(request, words, "portal/track.html", errors={}, code="")

    @routes.get("/suivi", response_class=Response)
    async def track(request: Request, code: str | None = None) -> Response:
        if code is None:
            return start(request)
        if not code.strip():
            words = Words(reader_language(request), zone)
            status, sentence = _trouble("tracking.blank", None, words)
            return page(request, words, "portal/track.html", status=status, errors={"code": sentence}, code="")
        return await answer_in_time(request, code)

    @routes.get("/suivi/{code}", response_class=Response)
    async def track_printed(request: Request, code: str) -> Response:
        return await answer_in_time(request, code)

    return routes
