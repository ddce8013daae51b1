"""The route class of every page: an unsafe request is refused unless it is proven to come from our own form."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from central.web.errors import FORGED_CODE, error_page, session_ended_fragment
from central.web.security import same_origin, token_matches

SAFE_METHODS = frozenset({"GET", "HEAD"})
FORM_BYTES_MAX = 128 * 1024
_FIELDS_MAX = 20


class PageRefused(Exception):
    """The page cannot be shown; the reader gets the error page instead."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class GuardedRoute(APIRoute):
    """Checks length, Origin and token of every unsafe request. Subclasses say which cookie the token hangs on."""

    visitor_cookie: ClassVar[str]
    public_url: ClassVar[str]
    form_bytes_max: ClassVar[int] = FORM_BYTES_MAX
    files_max: ClassVar[int] = 0

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                if request.method not in SAFE_METHODS:
                    await self._check_form(request)
                return await handle(request)
            except PageRefused as refused:
                return error_page(request, refused.status, refused.code)
            except SignInNeeded:
                return _to_the_door(request)

        return guarded

    async def _check_form(self, request: Request) -> None:
        length = request.headers.get("content-length", "")
        # Without a length a body could be endless, and no browser sends a form so.
        if not length.isdigit() or int(length) > self.form_bytes_max:
            raise PageRefused(413, "form.too_large")
        if not same_origin(request, self.public_url):
            raise PageRefused(403, FORGED_CODE)
        form = await request.form(max_files=self.files_max, max_fields=_FIELDS_MAX)
        token = form.get("token")
        if not isinstance(token, str) or not token_matches(request.cookies.get(self.visitor_cookie), token):
            raise PageRefused(403, FORGED_CODE)


def _to_the_door(request: Request) -> Response:
    if request.headers.get("hx-request"):
        return session_ended_fragment(request)
    if request.method in SAFE_METHODS:
        return RedirectResponse(f"/console/entrer?vers={quote(request.url.path)}", status_code=303)
    return error_page(request, 401, "session.ended")


def guarded_route(visitor_cookie: str, public_url: str) -> type[GuardedRoute]:
    """Return the route class whose tokens hang on the cookie ``visitor_cookie``."""
    return type("BoundRoute", (GuardedRoute,), {"visitor_cookie": visitor_cookie, "public_url": public_url})


def uploading(route_class: type[GuardedRoute], bytes_max: int) -> type[GuardedRoute]:
    """Return the same route class for forms that carry one file; ``bytes_max`` of the whole form."""
    return type("UploadRoute", (route_class,), {"form_bytes_max": bytes_max, "files_max": 1})
