"""What a person does where the plain way does not lead on: parked acts, duplicates, decisions on paper or proposed.

Each is an event like any other: recorded here at once, judged by the central service when it arrives.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from cases import merge
from cases.acts import Acts, Deed, check_storable
from cases.again import Asking, refusal
from cases.beside import told_already
from cases.clock import moment
from cases.core import changed
from cases.errors import InputError
from cases.events import EventId, Kind, RecordType
from cases.ids import RecordId
from cases.merge import RecordState, SeenEvent
from cases.projections import Working
from cases.store import facts, links, log, registers
from cases.store.engine import Connection
from cases.store.log import StoredEvent
from cases.views import Act, Changed, Identity
from cases.workflow import CLOSED, DECISIONS, HOW_MAX, State, check_beside, earliest_paper_day, is_supervisors

ADOPT, RESEND, WITHDRAW = "adopt", "resend", "withdraw"
_Carried = Callable[[dict[str, object]], dict[str, object]] | None


class Remedies(Acts):
    """Acts on parked events, links, decisions on paper. ``base`` as in ``Acts``; errors of the disk as there."""

    # --- parked events ---

    def withdraw(self, event: EventId, reason: str) -> Act:
        """Give a parked act of this computer up, with the reason. What it said stays in the history.

        Raises:
            InputError: ``resolve.unknown``; ``resolve.not_open``: it waits no more; ``resolve.damaged``;
                ``resolve.closed``: the service parks all that comes from here, this too; ``resolve.reason_required``,
                ``input.unstorable``.
        """
        _required(reason, "reason", "resolve.reason_required")
        return self._resolve(event, WITHDRAW, reason, 0, None)

    def adopt(self, event: EventId, reason: str, *, base: int) -> Act:
        """Make a parked act take effect as it is: what stood against it may be over.

        Raises: as ``withdraw``; InputError ``resolve.refused_again`` (``reason``, a code): as the record stands here,
            it would be parked again; ``resolve.supervisor``: its author had no right there when it came, so that only
            a supervisor can.
        """
        _required(reason, "reason", "resolve.reason_required")
        return self._resolve(event, ADOPT, reason, base, lambda body: body)

    def resend(
        self,
        event: EventId,
        changes: Mapping[str, str | None],
        *,
        base: int,
        reason: str = "",
        without: Collection[str] = (),
    ) -> Act:
        """Make a parked act take effect as corrected.

        Args:
            changes: other texts for fields that it sets (``ParkedItem.texts``); None clears one.
            without: fields that it is to leave alone.

        Raises: as ``adopt``; InputError ``resolve.field`` (``field``): it does not set that, or nothing is left.
        """
        check_storable(changes)

        def corrected(body: dict[str, object]) -> dict[str, object]:
            strange = [name for name in (*changes, *without) if name not in texts_of(body)]
            if strange:
                raise InputError("resolve.field", field=strange[0])
            kept = {name: value for name, value in {**body, **changes}.items() if name not in without}
            if not kept:
                raise InputError("resolve.field", field=next(iter(without), ""))
            return kept

        return self._resolve(event, RESEND, reason, base, corrected)

    def _resolve(self, event: EventId, action: str, reason: str, base: int, carried: _Carried) -> Act:
        check_storable({"reason": reason})
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[Act, Changed]:
            waiting = _waiting(connection, identity, event)
            if facts.get(connection, facts.CLOSED):
                raise InputError("resolve.closed", field="event")
            if carried is not None and is_supervisors(waiting.code):
                raise InputError("resolve.supervisor", field="event")
            header = waiting.event.header
            body: dict[str, object] = {"event": str(event), "action": action}
            if reason.strip():
                body["reason"] = reason.strip()
            working = self._core.projector.load(connection, identity.tenant, header.record_id, header.record_type)
            if carried is not None:
                said = carried(log.body_of(waiting))
                asking = self._core.asking(connection, identity)
                if code := refusal(working.state(), header.record_type, header.kind, said, asking, base):
                    raise InputError("resolve.refused_again", field="event", reason=code)
                body |= {"kind": header.kind, "body": said}
            done = self._append(connection, identity, working, [Deed(Kind.RESOLVE, body)], base)
            self._core.projector.save(connection, [working])
            return Act(done, RecordId(header.record_id)), changed({working.type, "sync"}, {header.record_id})

        return self._core.transact(act)

    # --- duplicates ---

    def link(self, record: str, same_as: str | None, *, base: int) -> Act:
        """Say that a record is the same person or matter as another, or (None) that it stands for itself.

        Both stay, reads follow the link, and taking it back restores exactly what was.

        Raises:
            InputError: ``link.self``; ``link.unknown``: no record of the same type is known here under that name;
                ``link.circle``: the other one leads here already.
        """
        if same_as == record:
            raise InputError("link.self", field="same_as")

        def deeds(working: Working) -> list[Deed]:
            return [Deed(Kind.SET, {merge.SAME_AS: same_as})]

        with self._core.store.reading() as connection:
            if same_as is not None:
                _check_target(connection, record, same_as)
        return self._recorded(None, record, deeds, base)

    # --- decisions beside the workflow ---

    def notify_on_paper(self, record: str, on: dt.date, how: str, *, base: int, decision: str = "") -> Act:
        """Record that the citizen was given the decision on paper: a fact that no merge undoes.

        Args:
            how: in a few words, such as "remis en main propre".
            decision: the state that the paper says; empty for the one that the case stands at. What is only proposed
                is never taken for it: who hands a paper over before a supervisor has decided says what is on it.

        Raises:
            InputError: ``notify.nothing``: nobody has decided, and ``decision`` says nothing; ``notify.decision``: it
                is none; ``notify.already`` (``state``, ``on``): the same stands there; ``notify.date``: a day to come;
                ``notify.how_required``, ``act.too_large`` (``how``), ``input.unstorable``; what the central service
                would say: ``workflow.not_handed_in``, ``workflow.paper_too_early`` (``earliest``, a day).
        """
        check_storable({"how": how})
        _required(how, "how", "notify.how_required")
        if len(how.strip()) > HOW_MAX:
            raise InputError("act.too_large", field="how", bytes_max=HOW_MAX)
        asking = self._asking()
        if decision and decision not in DECISIONS:
            raise InputError("notify.decision", field="decision")
        if on > moment(asking.now_ms, asking.zone).date():
            raise InputError("notify.date", field="on")

        def deeds(working: Working) -> list[Deed]:
            said = decision or working.shown().values.get(merge.STATE) or State.DRAFT
            if said not in DECISIONS:
                raise InputError("notify.nothing", field="decision")
            body = {"state": said, "on": on.isoformat(), "how": how.strip()}
            if told_already(working.state(), said, body["on"], body["how"]):
                raise InputError("notify.already", field="on", state=said, on=body["on"])
            _check_beside(working.state(), asking.event(Kind.NOTIFY, body, base), asking.zone)
            return [Deed(Kind.NOTIFY, body)]

        return self._recorded(RecordType.CASE, record, deeds, base)

    def propose(self, case: str, decision: str | None, *, base: int, reasons: str, message: str = "") -> Act:
        """Record the decision that this agent proposes, for a supervisor to take; None takes a proposal back.

        Raises:
            InputError: ``propose.decision``: no decision; ``propose.decided`` (``state``): the case is decided;
                ``propose.reasons_required``; ``input.unstorable``; ``workflow.not_handed_in``: the case is a draft.
        """
        check_storable({"reasons": reasons, "message": message})
        if decision is not None and decision not in DECISIONS:
            raise InputError("propose.decision", field="decision")
        if decision is not None:
            _required(reasons, "reasons", "propose.reasons_required")
        asking = self._asking()

        def deeds(working: Working) -> list[Deed]:
            state = working.shown().values.get(merge.STATE) or State.DRAFT
            if state in CLOSED:
                raise InputError("propose.decided", field="decision", state=state)
            body: dict[str, object] = {"to": decision}
            texts = {"reasons": reasons.strip(), "message": message.strip()}
            body |= {name: text for name, text in texts.items() if text}
            _check_beside(working.state(), asking.event(Kind.PROPOSE, body, base), asking.zone)
            return [Deed(Kind.PROPOSE, body)]

        return self._recorded(RecordType.CASE, case, deeds, base)

    def _asking(self) -> Asking:
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            return self._core.asking(connection, identity)


def _check_beside(state: RecordState, event: SeenEvent, zone: dt.tzinfo) -> None:
    """Refuse what the central service is sure to park: a person hears of it while they can still do otherwise."""
    code = check_beside(state, event, zone)
    if code == "workflow.paper_too_early":
        raise InputError(code, field="on", earliest=str(earliest_paper_day(state, event, zone)))
    if code is not None:
        raise InputError(code, field="decision")


def texts_of(body: Mapping[str, object]) -> dict[str, str | None]:
    """Return the fields of a body that are texts or cleared: what a person may correct."""
    return {name: value for name, value in body.items() if value is None or isinstance(value, str)}


def _required(text: str, field: str, code: str) -> None:
    if not text.strip():
        raise InputError(code, field=field)


def _waiting(connection: Connection, identity: Identity, event: EventId) -> StoredEvent:
    """Return the parked event of that name, if it still waits for somebody."""
    known = log.find(connection, identity.tenant, event)
    if known is None or event.device != identity.device:
        raise InputError("resolve.unknown", field="event")
    if known.state == log.QUARANTINED:
        raise InputError("resolve.damaged", field="event")
    if known.state != log.PARKED or not log.is_open(connection, known.no):
        raise InputError("resolve.not_open", field="event")
    return known


_EVENT_NAME = re.compile(r"[0-9a-f]{32}\.\d+\.\d+")


def gives_up_attempt(body: Mapping[str, object]) -> bool:
    """Say whether a resolve withdraws an attempt that a later one overtook: its reason is an event, nobody's words."""
    return body.get("action") == WITHDRAW and bool(_EVENT_NAME.fullmatch(str(body.get("reason", ""))))


def attempts(events: Sequence[StoredEvent], event: EventId) -> list[StoredEvent]:
    """Return what was tried about a parked event and was parked itself, oldest first."""
    return [
        one
        for one in events
        if one.event.header.kind == Kind.RESOLVE
        and one.state == log.PARKED
        and log.body_of(one).get("event") == str(event)
    ]


def _check_target(connection: Connection, record: str, same_as: str) -> None:
    """Refuse a link to what is not here, is of another type, or leads back."""
    mine, theirs = registers.known_type(connection, record), registers.known_type(connection, same_as)
    if theirs is None or mine != theirs:
        raise InputError("link.unknown", field="same_as")
    if record in links.chain(connection, same_as):
        raise InputError("link.circle", field="same_as")
