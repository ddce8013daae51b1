"""The page for what cannot be shown: what happened, what is safe, what to do. The code is for support."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from fastapi import Request
from fastapi.responses import Response

from central.web.catalogue import N_
from central.web.pages import page, reader_language
from central.web.words import Words

_WORDS = {
    401: (
        N_("Your session has ended"),
        N_("Nothing was changed. Sign in again in another tab, then go back here: your text is still there."),
    ),
    400: (
        N_("We could not read what was sent"),
        N_("Go back to the page before and send it again. Nothing was changed."),
    ),
    403: (N_("This is not open to you"), N_("Your account may not do this. Nothing was changed.")),
    404: (
        N_("There is nothing at this address"),
        N_("The address may be mistyped, or what it named is not yours to see."),
    ),
    405: (
        N_("This address works in another way"),
        N_("Go back to the page before and use its buttons. Nothing was changed."),
    ),
    413: (
        N_("This is too long"),
        N_("The text you sent is longer than we accept. Go back, shorten it and send it again."),
    ),
    422: (
        N_("We could not read what was sent"),
        N_("Go back to the page before and send it again. Nothing was changed."),
    ),
    429: (N_("Too many tries"), N_("Wait a few minutes and try again. Nothing was changed.")),
    500: (
        N_("Something broke on our side"),
        N_("Nothing was changed by your last act. Try again; if it happens again, call support."),
    ),
    503: (
        N_("The service is not available for the moment"),
        N_("What was recorded is safe. Try again in a few minutes."),
    ),
}
_FORGED = (
    N_("This page was too old, or not ours"),
    N_("For your safety nothing was done. Go back: your text is still there. If this comes again, copy it and reload."),
)
FORGED_CODE = "form.forged"


@dataclass(frozen=True)
class ErrorWords:
    """What the page says."""

    title: str
    text: str
    code: str


def error_page(request: Request, status: int, code: str) -> Response:
    """Return the page for a failure, in the reader's language."""
    words = Words(reader_language(request), UTC)
    title, text = _FORGED if code == FORGED_CODE else _WORDS.get(status, _WORDS[500])
    problem = ErrorWords(words.gettext(title), words.gettext(text), code)
    home = "/console" if request.url.path.startswith("/console") else "/"
    return page(request, words, "error.html", status=status, problem=problem, home=home)


def session_ended_fragment(request: Request) -> Response:
    """Return what replaces a part that refreshes itself once nobody is signed in: no data stays on the screen."""
    return page(request, Words(reader_language(request), UTC), "console/_session_ended.html")
