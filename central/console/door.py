"""Signing in and out: user name and passphrase, then a time-based code. The passphrase is never echoed back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import NotPermittedError
from central import service
from central.console.sayings import saying
from central.console.visits import Reception, words_for
from central.web.language import own_path
from central.web.pages import page
from central.web.routes import GuardedRoute
from central.web.security import form_token
from central.web.words import Words

_DOOR = "/console/entrer"
_HOME = "/console"
_VISITOR_BYTES = 32


def _destination(path: str) -> str:
    """Return where to go after sign-in: a page of the console, nothing else."""
    path = own_path(path)
    return path if path == _HOME or path.startswith(f"{_HOME}/") else _HOME


def _wait_words(seconds: object, words: Words) -> str:
    minutes = max(1, -(-int(str(seconds)) // 60))
    return words.plural(
        "Too many tries. Wait %(count)s minute, then try again.",
        "Too many tries. Wait %(count)s minutes, then try again.",
        minutes,
    )


def _passphrase_errors(refused: NotPermittedError, words: Words) -> dict[str, str]:
    if refused.code == "signin.throttled":
        return {"login": _wait_words(refused.details.get("retry_s") or 60, words)}
    # One sentence for a wrong name and a wrong passphrase: nobody learns here which names exist.
    return {
        "passphrase": words.gettext("This user name and passphrase do not go together. Check both, capitals included.")
    }


def _code_errors(refused: NotPermittedError, words: Words) -> dict[str, str]:
    _ = words.gettext
    if refused.code == "signin.throttled":
        return {"code": _wait_words(refused.details.get("retry_s") or 60, words)}
    if refused.code == "signin.code_used":
        return {"code": _("This code has already been used. Wait for the next one on your phone, then enter it.")}
    return {
        "code": _(
            "This code is not the right one. Enter the six digits shown now; check that your phone’s clock is right."
        )
    }


def _blank(name: str, value: str, words: Words) -> dict[str, str]:
    _ = words.gettext
    asked = {
        "login": _("Enter your user name."),
        "passphrase": _("Enter your passphrase."),
        "code": _("Enter the six digits shown by your phone."),
    }
    return {} if value.strip() else {name: asked[name]}


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the door."""
    routes = APIRouter(prefix=_HOME, route_class=route_class, include_in_schema=False)
    central, cookies = reception.central, reception.cookies

    def show(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
        known = request.cookies.get(cookies.visitor)
        visitor = known or central.randomness.token(_VISITOR_BYTES).hex()
        answer = page(
            request, words_for(request, central), template, status=status, **{"token": form_token(visitor), **context}
        )
        if known is None:
            cookies.set(answer, cookies.visitor, visitor)
        return answer

    @routes.get("/entrer", response_class=Response)
    def ask_passphrase(request: Request, vers: str = _HOME, dit: str = "") -> Response:
        said = saying(dit, words_for(request, central))
        return show(request, "console/sign_in.html", errors={}, login="", vers=_destination(vers), said=said)

    @routes.post("/entrer", response_class=Response)
    def check_passphrase(
        request: Request,
        login: Annotated[str, Form()] = "",
        passphrase: Annotated[str, Form()] = "",
        vers: Annotated[str, Form()] = _HOME,
    ) -> Response:
        words = words_for(request, central)
        errors = _blank("login", login, words) | _blank("passphrase", passphrase, words)
        if not errors:
            try:
                token = service.sign_in_passphrase(central, login.strip(), passphrase, _address(request))
            except NotPermittedError as refused:
                errors = _passphrase_errors(refused, words)
            else:
                query = urlencode({"vers": _destination(vers)})
                answer = RedirectResponse(f"{_DOOR}/code?{query}", status_code=303)
                cookies.set(answer, cookies.half_open, token)
                return answer
        shown = {"errors": errors, "login": login, "vers": _destination(vers), "said": None}
        return show(request, "console/sign_in.html", status=422, **shown)

    @routes.get("/entrer/code", response_class=Response)
    def ask_code(request: Request, vers: str = _HOME) -> Response:
        if cookies.half_open not in request.cookies:
            return RedirectResponse(_DOOR, status_code=303)
        return show(request, "console/sign_in_code.html", errors={}, code="", vers=_destination(vers))

    @routes.post("/entrer/code", response_class=Response)
    def check_code(
        request: Request, code: Annotated[str, Form()] = "", vers: Annotated[str, Form()] = _HOME
    ) -> Response:
        words = words_for(request, central)
        half_open = request.cookies.get(cookies.half_open, "")
        errors = _blank("code", code, words)
        if not errors:
            try:
                token = service.sign_in_code(central, half_open, "".join(code.split()), _address(request))
            except NotPermittedError as refused:
                if refused.code == "signin.expired":
                    return RedirectResponse(f"{_DOOR}?dit=too-slow", status_code=303)
                errors = _code_errors(refused, words)
            else:
                answer = RedirectResponse(_destination(vers), status_code=303)
                cookies.set(answer, cookies.session, token)
                cookies.drop(answer, cookies.half_open)
                return answer
        return show(request, "console/sign_in_code.html", status=422, errors=errors, code=code, vers=_destination(vers))

    @routes.post("/sortir", response_class=Response)
    def sign_out(request: Request) -> Response:
        if secret := request.cookies.get(cookies.session):
            service.sign_out(central, secret)
        answer = RedirectResponse(f"{_DOOR}?dit=signed-out", status_code=303)
        for name in (cookies.session, cookies.half_open, cookies.visitor):
            cookies.drop(answer, name)
        return answer

    return routes


def _address(request: Request) -> str:
    """Return where the request comes from, for the throttle alone."""
    return request.client.host if request.client else ""
