"""Who visits: cookies, the session, the reader's words. One ``Visit`` per request of a signed-in person."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from cases.procedures import Procedure
from central import service
from central.console.counts import counts
from central.context import Central
from central.records import CaseView, ConsoleSession
from central.web.pages import page, reader_language
from central.web.routes import PageRefused, SignInNeeded
from central.web.security import form_token
from central.web.shelf import Shelf
from central.web.words import Words

ROLES = frozenset({"supervisor", "admin"})


@dataclass(frozen=True)
class Cookies:
    """The console's cookies. Behind https they carry the ``__Host-`` prefix that browsers enforce."""

    secure: bool

    @classmethod
    def for_address(cls, public_url: str) -> Cookies:
        return cls(secure=public_url.startswith("https://"))

    @property
    def session(self) -> str:
        return self._name("estafette_session")

    @property
    def visitor(self) -> str:
        """What the tokens of forms hang on. It outlives a session, so that who signs in again in a second tab can
        still send what was typed in the first; it ends with the browser or by signing out."""
        return self._name("estafette_visitor")

    @property
    def half_open(self) -> str:
        """Between passphrase and code."""
        return self._name("estafette_door")

    def set(self, answer: Response, name: str, value: str) -> None:
        """Give the browser a cookie that ends with its session and that no script reads."""
        answer.set_cookie(name, value, httponly=True, samesite="lax", secure=self.secure, path="/")

    def drop(self, answer: Response, name: str) -> None:
        answer.delete_cookie(name, httponly=True, samesite="lax", secure=self.secure, path="/")

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


@dataclass(frozen=True)
class Visit:
    """One request of a signed-in supervisor."""

    request: Request
    central: Central
    shelf: Shelf
    session: ConsoleSession
    words: Words
    token: str

    @property
    def now_ms(self) -> int:
        return self.central.clock.now_ms()

    def page(self, template: str, /, *, status: int = 200, **context: object) -> HTMLResponse:
        """Return a page of the console."""
        with self.central.transaction(self.session.tenant) as conn:
            waits = counts(conn, self.session, self.words, self.now_ms)
        context = {"session": self.session, "token": self.token, "section": "cases", "counts": waits, **context}
        return page(self.request, self.words, template, status=status, **context)

    def procedure(self, case: CaseView) -> Procedure | None:
        """Return the procedure of a case at its own version."""
        return self.shelf.get(self.session.tenant, case.procedure, case.procedure_version)

    def require(self, case: CaseView | None) -> CaseView:
        """Return the case if this person may see it. What is not theirs looks like what is not there (404 both)."""
        if case is None or (self.session.office is not None and case.office != self.session.office):
            raise PageRefused(404, "case.unknown")
        return case


def words_for(request: Request, central: Central) -> Words:
    """Return the reader's language and the organisation's zone."""
    return Words(reader_language(request), ZoneInfo(central.settings.timezone))


class Reception:
    """Makes visits; one per service."""

    def __init__(self, central: Central, shelf: Shelf) -> None:
        self.central = central
        self.shelf = shelf
        self.cookies = Cookies.for_address(central.settings.public_url)

    def visit(self, request: Request) -> Visit:
        """Return the visit of a person's own act, which keeps the session alive. Raises SignInNeeded."""
        return self._visit(request, touch=True)

    def poll(self, request: Request) -> Visit:
        """Return the visit of a page that refreshes itself, which does not: an open page is nobody at work."""
        return self._visit(request, touch=False)

    def _visit(self, request: Request, *, touch: bool) -> Visit:
        secret = request.cookies.get(self.cookies.session)
        visitor = request.cookies.get(self.cookies.visitor)
        session = service.console_session(self.central, secret, touch=touch) if secret and visitor else None
        if session is None or visitor is None:
            raise SignInNeeded
        if session.role not in ROLES:
            raise PageRefused(403, "right.role")
        words = words_for(request, self.central)
        return Visit(request, self.central, self.shelf, session, words, form_token(visitor))
