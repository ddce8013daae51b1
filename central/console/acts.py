"""What a supervisor does to a case: take it, ask, decide, note. Each is one event, with what the page had shown.

A record that changed after the page was drawn is never acted on blindly: nothing is done, the reader is shown
what happened, and what was typed stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from cases.errors import ConflictError, InputError
from cases.events import Kind, RecordType
from cases.workflow import DECISIONS, State, next_states
from central import service
from central.console.case import page_of, read_case, reader_of, show_case
from central.console.views import changes_since
from central.console.visits import Reception, Visit
from central.database.client import Connection
from central.records import Act
from central.web.catalogue import N_
from central.web.routes import GuardedRoute
from central.web.states import Chip, state_chip

TEXT_LENGTH_MAX = 8_000
_AGAINST = {
    "workflow.contested": ("contested", N_("Settle first what decides this case: two values stand there.")),
    "workflow.notified": ("decision", N_("The citizen holds another decision on paper: that is settled first.")),
}
"""What stands against a decision, at which place of the page: fields with several values, or a paper."""

_DECISION_HELP = {
    State.ACCEPTED: N_("The citizen obtains what was asked for."),
    State.REFUSED: N_("The citizen does not obtain it, and may contest the decision."),
    State.CLOSED_WITHOUT_EFFECT: N_("The request has no purpose any more: withdrawn, duplicate, never completed."),
}
_CONFIRM_WORDS = {
    State.ACCEPTED: N_("Accept the request"),
    State.REFUSED: N_("Refuse the request"),
    State.CLOSED_WITHOUT_EFFECT: N_("Close without effect"),
}

Text = Annotated[str, Form()]


@dataclass(frozen=True)
class DecisionChoice:
    """One decision that can be made from the state that the case is in."""

    value: str
    word: str
    help: str


def typed(text: str) -> str:
    """Return what a person typed: line ends of the web become ours, outer blanks go."""
    return text.replace("\r\n", "\n").strip()


def base_of(text: str) -> int:
    """Return what the page had shown; a mangled value counts as nothing seen, so the act is refused as stale."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _act(visit: Visit, identity: str, do: Callable[[Connection], Act]) -> None:
    """Check that the case is this person's, and do it in the same transaction."""
    tenant = visit.session.tenant
    with visit.central.transaction(tenant) as conn:
        visit.require(service.case_view(conn, tenant, identity))
        do(conn)


def _change_status(visit: Visit, identity: str, to: State, base: int, *, message: str = "", reasons: str = "") -> None:
    def do(conn: Connection) -> Act:
        return service.change_status(
            visit.central, conn, visit.session, identity, to.value, base=base, message=message, reasons=reasons
        )

    _act(visit, identity, do)


def _done(identity: str, said: str) -> Response:
    return RedirectResponse(f"/console/dossiers/{identity}?dit={said}", status_code=303)


def text_errors(text: str, field: str, visit: Visit) -> dict[str, str]:
    """Return what keeps a text from being recorded, at its field."""
    if "\x00" in text:
        return {field: visit.words.gettext("This text holds a character that cannot be kept. Write it again.")}
    if len(text) <= TEXT_LENGTH_MAX:
        return {}
    return {field: visit.words.plural("At most %(count)s character.", "At most %(count)s characters.", TEXT_LENGTH_MAX)}


def _write_page(
    visit: Visit, template: str, identity: str, *, since: int | None = None, status: int = 200, **context: object
) -> Response:
    """Return a page on which something about the case is written.

    Args:
        since: what an earlier copy of the page had shown; what happened after it is told. None when it is fresh.
    """
    case, history = read_case(visit, identity)
    reader = reader_of(visit, case)
    news = changes_since(history.entries, since, reader, visit.words) if since is not None else ()
    shown = page_of(visit, case, history, reader)
    return visit.page(template, status=status, case=shown, news=news, **context)


def _request_page(
    visit: Visit,
    identity: str,
    *,
    since: int | None = None,
    status: int = 200,
    errors: dict[str, str] | None = None,
    message: str = "",
) -> Response:
    return _write_page(
        visit, "console/request.html", identity, since=since, status=status, errors=errors or {}, message=message
    )


def _decision_page(
    visit: Visit,
    identity: str,
    *,
    since: int | None = None,
    status: int = 200,
    errors: dict[str, str] | None = None,
    decision: str = "",
    reasons: str = "",
) -> Response:
    case, _history = read_case(visit, identity)
    possible = [state for state in next_states(case.state, visit.session.role) if state in DECISIONS]
    choices = [
        DecisionChoice(state.value, state_chip(state, visit.words).word, visit.words.gettext(_DECISION_HELP[state]))
        for state in possible
    ]
    if not choices:
        return _done(identity, "state")
    return _write_page(
        visit,
        "console/decision.html",
        identity,
        since=since,
        status=status,
        choices=choices,
        errors=errors or {},
        decision=decision,
        reasons=reasons,
    )


def _decision_errors(visit: Visit, decision: str, reasons: str) -> dict[str, str]:
    _ = visit.words.gettext
    errors = {} if decision in DECISIONS else {"decision": _("Choose a decision.")}
    if not reasons:
        errors["reasons"] = _("Write the reasons: a decision without reasons could be annulled.")
    return errors | text_errors(reasons, "reasons", visit)


def _confirm_page(visit: Visit, identity: str, decision: State, reasons: str, base: int) -> Response:
    chip: Chip = state_chip(decision, visit.words)
    return _write_page(
        visit,
        "console/confirm.html",
        identity,
        chosen=chip,
        confirm_words=visit.words.gettext(_CONFIRM_WORDS[decision]),
        decision=decision.value,
        reasons=reasons,
        base=base,
    )


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes that act on a case."""
    routes = APIRouter(prefix="/console/dossiers/{identity}", route_class=route_class, include_in_schema=False)
    _small_acts(routes, reception)
    _request(routes, reception)
    _decision(routes, reception)
    return routes


def _small_acts(routes: APIRouter, reception: Reception) -> None:
    @routes.post("/prendre", response_class=Response)
    def take(request: Request, identity: str, base: Text = "") -> Response:
        visit = reception.visit(request)
        try:
            _change_status(visit, identity, State.IN_REVIEW, base_of(base))
        except ConflictError:
            return _done(identity, "changed")
        except InputError:
            return _done(identity, "state")
        return _done(identity, "taken")

    @routes.post("/note", response_class=Response)
    def note(request: Request, identity: str, base: Text = "", text: Text = "") -> Response:
        visit = reception.visit(request)
        words = typed(text)
        errors = text_errors(words, "text", visit)
        if not words:
            errors = {"text": visit.words.gettext("Write the note before adding it.")}
        if errors:
            return show_case(visit, identity, status=422, errors=errors, note_text=text)

        # A note stands beside whatever happened meanwhile, so a page grown old does not matter here.
        def do(conn: Connection) -> Act:
            return service.act_as_console(
                visit.central,
                conn,
                visit.session,
                RecordType.CASE,
                identity,
                Kind.NOTE,
                {"text": words},
                base=base_of(base),
            )

        _act(visit, identity, do)
        return _done(identity, "noted")


def _request(routes: APIRouter, reception: Reception) -> None:
    @routes.get("/demande", response_class=Response)
    def ask(request: Request, identity: str) -> Response:
        return _request_page(reception.visit(request), identity)

    @routes.post("/demande", response_class=Response)
    def send_request(request: Request, identity: str, base: Text = "", message: Text = "") -> Response:
        visit = reception.visit(request)
        words = typed(message)
        errors = text_errors(words, "message", visit)
        if not words:
            errors = {"message": visit.words.gettext("Write what is missing: the citizen must know what to bring.")}
        if errors:
            return _request_page(visit, identity, since=base_of(base), status=422, errors=errors, message=message)
        try:
            _change_status(visit, identity, State.NEEDS_INFORMATION, base_of(base), message=words)
        except ConflictError:
            return _request_page(visit, identity, status=409, since=base_of(base), message=message)
        except InputError:
            return _done(identity, "state")
        return _done(identity, "asked")


def _decision(routes: APIRouter, reception: Reception) -> None:
    @routes.get("/decision", response_class=Response)
    def decide(request: Request, identity: str) -> Response:
        return _decision_page(reception.visit(request), identity)

    @routes.post("/decision", response_class=Response)
    def check_or_record_decision(
        request: Request, identity: str, base: Text = "", decision: Text = "", reasons: Text = "", step: Text = ""
    ) -> Response:
        visit = reception.visit(request)
        words = typed(reasons)
        errors = _decision_errors(visit, decision, words)
        if errors:
            return _decision_page(
                visit, identity, since=base_of(base), status=422, errors=errors, decision=decision, reasons=reasons
            )
        if step == "change":
            return _decision_page(visit, identity, since=base_of(base), decision=decision, reasons=reasons)
        if step != "confirmed":
            return _confirm_page(visit, identity, State(decision), words, base_of(base))
        try:
            _change_status(visit, identity, State(decision), base_of(base), reasons=words)
        except ConflictError:
            return _decision_page(visit, identity, status=409, since=base_of(base), decision=decision, reasons=reasons)
        except InputError as refused:
            code = str(refused.details.get("code") or refused.code)
            if code not in _AGAINST:
                return _done(identity, "state")
            errors = {_AGAINST[code][0]: visit.words.gettext(_AGAINST[code][1])}
            return _decision_page(visit, identity, status=422, errors=errors, decision=decision, reasons=reasons)
        return _done(identity, "decided")
