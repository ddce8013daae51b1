"""The queue of cases: filters, search, pages, and the part that refreshes itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import service
from central.console.views import EVERYTHING, Filter, QueueLine, Tab, chosen_filter, queue_line, tabs
from central.console.visits import Reception, Visit
from central.database.reading import Order
from central.web.catalogue import N_
from central.web.routes import GuardedRoute

PAGE_LINES = 25
_SEARCH_LENGTH_MAX = 100
_LOOKED_UP = frozenset({EVERYTHING.name, "decides", "draft"})
_ORDER_WORDS = {
    Order.LONGEST_WAITING: N_("The longest waiting first."),
    Order.LAST_ACTIVE: N_("The last active first."),
}


@dataclass(frozen=True)
class Question:
    """What the reader asked for, as its address carries it."""

    chosen: Filter
    search: str
    after: str
    live: bool

    @property
    def order(self) -> Order:
        """What is to be done is done in its turn; who looks for one case among all looks for what moved last."""
        return Order.LAST_ACTIVE if self.search or self.chosen.name in _LOOKED_UP else Order.LONGEST_WAITING

    def address(self, path: str = "/console") -> str:
        """Return the address that asks this."""
        named = {
            "etat": self.chosen.name,
            "q": self.search,
            "apres": self.after,
            "direct": "" if self.live else "non",
        }
        return f"{path}?{urlencode({name: value for name, value in named.items() if value})}"


@dataclass(frozen=True)
class TabLink:
    """A filter with its address."""

    tab: Tab
    href: str


@dataclass(frozen=True)
class QueuePage:
    """Everything that the queue shows."""

    filter: str
    search: str
    scope: str
    live: bool
    tabs: tuple[TabLink, ...]
    lines: tuple[QueueLine, ...]
    caption: str
    empty_title: str
    empty_text: str
    order: str
    now: str
    poll: str
    still: str
    again: str
    first: str
    next: str


def _read(visit: Visit, asked: Question) -> QueuePage:
    _ = visit.words.gettext
    session = visit.session
    with visit.central.transaction(session.tenant) as conn:
        rows = service.queue(
            conn,
            session.tenant,
            states=asked.chosen.states,
            search=asked.search,
            office=session.office,
            limit=PAGE_LINES + 1,
            after=asked.after or None,
            order=asked.order,
        )
        counts = service.queue_counts(conn, session.tenant, session.office, search=asked.search)
    shown = rows[:PAGE_LINES]
    more = len(rows) > PAGE_LINES
    word = _(asked.chosen.word)
    return QueuePage(
        filter=asked.chosen.name,
        search=asked.search,
        scope=_scope(asked, sum(counts.values()), visit) if asked.search else "",
        live=asked.live,
        tabs=tuple(
            TabLink(tab, replace(asked, chosen=chosen_filter(tab.name), after="").address())
            for tab in tabs(counts, asked.chosen, visit.words)
        ),
        lines=tuple(
            queue_line(
                row,
                visit.shelf.get(session.tenant, row.procedure, row.procedure_version),
                visit.now_ms,
                visit.words,
            )
            for row in shown
        ),
        caption=_("Cases: %(filter)s") % {"filter": word},
        empty_title=_("No case matches") if asked.search else _("Nothing here"),
        empty_text=_empty_words(asked, visit),
        order=_(_ORDER_WORDS[asked.order]),
        now=visit.words.clock(visit.now_ms),
        poll=asked.address("/console/file"),
        still=replace(asked, live=False).address(),
        again=replace(asked, live=True).address(),
        first=replace(asked, after="").address() if asked.after else "",
        next=replace(asked, after=shown[-1].after).address() if more else "",
    )


def _scope(asked: Question, found: int, visit: Visit) -> str:
    """Return where the search looked: nobody must take one state's cases for all of them."""
    if asked.chosen == EVERYTHING:
        return visit.words.plural(
            "%(count)s case found, in all states.", "%(count)s cases found, in all states.", found
        )
    narrowed = visit.words.gettext("Search narrowed to: %(filter)s. Choose “All” to see every state.")
    return narrowed % {"filter": visit.words.gettext(asked.chosen.word)}


def _empty_words(asked: Question, visit: Visit) -> str:
    _ = visit.words.gettext
    if asked.search:
        if asked.chosen == EVERYTHING:
            return _("All states were searched, drafts included. Check the spelling, or enter the tracking code.")
        return _("Check the spelling, or search among all cases: choose “All” above.")
    if asked.chosen.name == "a-traiter":
        return _("Nothing to do for the moment. Cases appear here as soon as the offices’ devices send them.")
    return _("No case is in this state for the moment.")


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the queue."""
    routes = APIRouter(prefix="/console", route_class=route_class, include_in_schema=False)

    def asked(etat: str, q: str, apres: str, direct: str) -> Question:
        search = q.strip()[:_SEARCH_LENGTH_MAX]
        return Question(chosen_filter(etat, searching=bool(search)), search, apres, direct != "non")

    @routes.get("", response_class=Response)
    def queue(request: Request, etat: str = "", q: str = "", apres: str = "", direct: str = "") -> Response:
        visit = reception.visit(request)
        return visit.page("console/queue.html", queue=_read(visit, asked(etat, q, apres, direct)))

    @routes.get("/file", response_class=Response)
    def live_queue(request: Request, etat: str = "", q: str = "", apres: str = "", direct: str = "") -> Response:
        visit = reception.poll(request)
        return visit.page("console/_queue_live.html", queue=_read(visit, asked(etat, q, apres, direct)))

    return routes
