"""A case's page, the part of it that refreshes itself, and its record for verification."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cases import workflow
from cases.events import Kind, RecordType
from cases.ids import row_id
from central import contested, service
from central.console.fields import named_fields
from central.console.likeness import alike, other_cases
from central.console.reading import Reader, open_reader
from central.console.sayings import saying
from central.console.versions import earlier_lines
from central.console.views import CasePage, case_page, changes_since, last_seq
from central.console.visits import Reception, Visit
from central.records import CaseView, ContestedField, ContestedValue, HistoryEntry
from central.web.routes import GuardedRoute, PageRefused

HISTORY_PAGE = 200
"""Events told on a page, the newest first: a case may have thousands, and a page is drawn every few seconds."""
_SAID = (Kind.STATUS, Kind.NOTE, Kind.RESOLVE)
"""What a page tells beside the history: who has the case, what people wrote, and which acts wait no more."""
_NEWEST = 2**62


@dataclasses.dataclass(frozen=True)
class CaseHistory:
    """The newest events of a case.

    Attributes:
        entries: those of the page, and before them the last ones of changes of state, notes and what ended waiting.
        first_seq: from where on the page tells every event; 0 when nothing is older.
    """

    entries: Sequence[HistoryEntry]
    first_seq: int


def read_case(visit: Visit, identity: str, *, before: int = _NEWEST) -> tuple[CaseView, CaseHistory]:
    """Return a case as it stands now and its newest history, or that before a number.

    Raises:
        PageRefused: 404, it is not this person's to see.
    """
    tenant = visit.session.tenant
    with visit.central.transaction(tenant) as conn:
        case = visit.require(service.case_view(conn, tenant, identity))
        read = functools.partial(service.recent_history, conn, tenant, identity)
        events = read(before=before, limit=HISTORY_PAGE + 1)
        if len(events) <= HISTORY_PAGE and before == _NEWEST:
            return case, CaseHistory(events, 0)
        first_seq = events[1].central_seq if len(events) > HISTORY_PAGE else 0
        told = {each.central_seq for each in events}
        said = read(before=_NEWEST, limit=HISTORY_PAGE, kinds=_SAID)
        return case, CaseHistory([*events, *(each for each in said if each.central_seq not in told)], first_seq)


def reader_of(visit: Visit, case: CaseView) -> Reader:
    """Return what reads the case's answers in the form's words."""
    return open_reader(
        visit.procedure(case),
        case.answers,
        now_ms=visit.now_ms,
        words=visit.words,
        new_row_id=lambda: row_id(visit.central.randomness),
    )


def page_of(visit: Visit, case: CaseView, history: CaseHistory, reader: Reader, *, before: int = _NEWEST) -> CasePage:
    """Return what the case's page says to this person."""
    return case_page(
        case,
        history.entries,
        visit.procedure(case),
        reader,
        role=visit.session.role,
        now_ms=visit.now_ms,
        words=visit.words,
        told=range(history.first_seq, before),
    )


def show_case(
    visit: Visit, identity: str, *, status: int = 200, errors: dict[str, str], note_text: str = "", said: str = ""
) -> Response:
    """Return the case's page."""
    case, history = read_case(visit, identity)
    reader = reader_of(visit, case)
    with visit.central.transaction(visit.session.tenant) as conn:
        open_ones = contested.contested_fields(conn, visit.session.tenant, identity, case.citizen)
        settled = contested.settled_fields(conn, visit.session.tenant, identity, case.citizen)
    shown = page_of(visit, dataclasses.replace(case, contested=_by_authors(open_ones)), history, reader)
    same = alike(visit, case)
    return visit.page(
        "console/case.html",
        alike=same,
        alike_cases=other_cases(visit, same),
        citizen_contested=named_fields(
            [each for each in open_ones if each.record_type == RecordType.CITIZEN], reader, visit.words
        ),
        earlier=earlier_lines(visit, case, reader),
        settled=named_fields(settled, reader, visit.words),
        status=status,
        case=shown,
        page_base=shown.base,
        news=(),
        errors=errors,
        note_text=note_text,
        said=saying(said, visit.words),
        decided=case.state in workflow.CLOSED,
    )


def _by_authors(fields: Sequence[contested.ContestedField]) -> tuple[ContestedField, ...]:
    """Return the contested answers, each value with who wrote it, also where somebody else brought it back."""
    return tuple(
        ContestedField(
            each.field,
            tuple(ContestedValue(one.value, one.event, one.agent_name, one.time_ms) for one in each.claims),
        )
        for each in fields
        if each.record_type == RecordType.CASE
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes that read a case."""
    routes = APIRouter(prefix="/console/dossiers", route_class=route_class, include_in_schema=False)

    @routes.get("/{identity}", response_class=Response)
    def case(request: Request, identity: str, dit: str = "") -> Response:
        return show_case(reception.visit(request), identity, errors={}, said=dit)

    @routes.get("/{identity}/direct", response_class=Response)
    def live_history(request: Request, identity: str, base: str = "0", vu: str = "") -> Response:
        visit = reception.poll(request)
        case, history = read_case(visit, identity)
        if vu == str(last_seq(history.entries)):
            return Response(status_code=204)
        reader = reader_of(visit, case)
        seen = int(base) if base.isdecimal() else 0
        # The fragment keeps the base of the page around it: only a page drawn anew has seen the news.
        return visit.page(
            "console/_live.html",
            case=page_of(visit, case, history, reader),
            page_base=seen,
            news=changes_since(history.entries, seen, reader, visit.words),
        )

    @routes.get("/{identity}/historique", response_class=Response)
    def older_history(request: Request, identity: str, avant: str = "") -> Response:
        visit = reception.visit(request)
        before = int(avant) if avant.isascii() and avant.isdigit() and len(avant) < 18 else _NEWEST
        case, history = read_case(visit, identity, before=before)
        shown = page_of(visit, case, history, reader_of(visit, case), before=before)
        return visit.page("console/history.html", case=shown)

    @routes.get("/{identity}/registre", response_class=Response)
    def record(request: Request, identity: str) -> Response:
        visit = reception.visit(request)
        tenant = visit.session.tenant
        with visit.central.transaction(tenant) as conn:
            case = visit.require(service.case_view(conn, tenant, identity))
            lines = service.export_case(visit.central, conn, tenant, identity)
        if not lines:
            raise PageRefused(404, "case.unknown")
        name = f"dossier-{case.tracking_code or case.case}.jsonl"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(lines, media_type="application/x-ndjson", headers=headers)

    return routes
