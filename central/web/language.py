"""The visible language switch: a link that remembers the choice and comes back to the same page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from central.web.catalogue import LANGUAGES
from central.web.pages import LANGUAGE_COOKIE

_YEAR_S = 365 * 24 * 3600


def own_path(address: str) -> str:
    """Return ``address`` if it is a path of this very site, else the start page: no open redirect."""
    # A browser reads "//host" and "/\host" as another site, and strips tabs and line ends before it does.
    safe = address.startswith("/") and address.isprintable() and not address.startswith(("//", "/\\"))
    return address if safe else "/"


def router() -> APIRouter:
    """Return the route of the switch."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/langue/{code}", response_class=Response)
    def choose_language(request: Request, code: str, vers: str = "/") -> Response:
        answer = RedirectResponse(own_path(vers), status_code=303)
        if code in LANGUAGES:
            secure = request.url.scheme == "https"
            answer.set_cookie(LANGUAGE_COOKIE, code, max_age=_YEAR_S, httponly=True, samesite="lax", secure=secure)
        return answer

    return routes
