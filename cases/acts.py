"""What an agent does: each act is one or two events, and returns only once they are durable (DESIGN invariant 1)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cases import merge, procedure_file, versions
from cases.core import Part, changed
from cases.entities import NAME, CitizenChange
from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import EventId, Kind, RecordType, body_bytes
from cases.ids import RecordId, uuid7
from cases.journal import Draft
from cases.merge import STATE, FieldHead, SeenEvent, is_contested, seen_event
from cases.projections import Working, state_here
from cases.store import facts
from cases.store.engine import Connection
from cases.views import CITIZEN_FIELDS, Act, Changed, Identity
from cases.workflow import DECISIONS, Role, State, allowed, check_decidable, may_settle, may_type

BODY_BYTES_MAX = 256 * 1024
"""One event's body.

The central service parks what is longer, so it is refused while the person can still shorten it.
"""
PIECE_BYTES_MAX = BODY_BYTES_MAX - 4 * 1024
"""A longer set of fields is recorded as several events, so that no form is too large to be sent."""


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Deed(NamedTuple):
    """One event to be recorded."""

    kind: Kind
    body: Mapping[str, object]


DeedsOf = Callable[[Working], list[Deed]]
"""What is to be recorded, decided inside the transaction on the record as it is then."""


class Acts(Part):
    """The acts of a workspace. ``base`` is always the ``base`` of the view that the person had before their eyes."""

    def create_citizen(self, fields: Mapping[str, str]) -> Act:
        """Record a new citizen.

        Raises:
            InputError: ``citizen.name_missing``, ``citizen.unknown_field``, ``citizen.birth_date``; field named.
            EnvironmentFault: see ``Store.write``; nothing was recorded.
        """
        check_storable(fields)
        given = {name: value.strip() for name, value in fields.items() if value.strip()}
        check_citizen(given)
        if "family_name" not in given:
            raise InputError("citizen.name_missing", field="family_name")
        return self._create(RecordType.CITIZEN, given)

    def edit_citizen(self, citizen: str, fields: Mapping[str, str | None], *, base: int) -> Act:
        """Record changed fields of a citizen; None clears one."""
        check_storable(fields)
        given = {name: (value or "").strip() or None for name, value in fields.items()}
        check_citizen({name: value or "" for name, value in given.items()})
        if given.get("family_name", "") is None:
            raise InputError("citizen.name_missing", field="family_name")
        return self._recorded(RecordType.CITIZEN, citizen, _always(Deed(Kind.SET, given)), base)

    def open_case(self, procedure: str, version: str, citizen: str, answers: Mapping[str, str | None]) -> Act:
        """Record a new case, a draft, with the form's defaults as its first answers."""
        check_answers(answers)
        check_storable({"procedure": procedure, "procedure_version": version, "citizen": citizen})
        identity = self._core.enrolled_identity()
        fields: dict[str, str | None] = {
            "procedure": procedure,
            "procedure_version": version,
            "citizen": citizen,
            "office": identity.office,
            "agent": identity.agent,
        }
        return self._create(RecordType.CASE, {**fields, **answers})

    def answer(self, case: str, answers: Mapping[str, str | None], *, base: int) -> Act:
        """Record answers (question path -> stored text, None clears) together: all of them or none.

        They are one event, or several when they are too long for one.

        Raises:
            InputError: ``answer.path``, ``input.unstorable``, ``act.too_large``; field named.
        """
        if not answers:
            raise InputError("act.empty")
        check_answers(answers)
        return self._recorded(RecordType.CASE, case, _always(Deed(Kind.SET, answers)), base)

    def move_case(self, case: str, before: str, after: str, writes: Mapping[str, str | None], *, base: int) -> Act:
        """Put a draft on another version of its form, with what ``forms.moving`` says to store; nothing is cleared.

        Raises:
            InputError: ``case.not_editable``: it is no draft any more; ``version.changed``: it is not on ``before``
                any more; ``answer.path``, ``input.unstorable``, ``act.too_large``.
        """
        check_answers(writes)
        check_storable({"after": after})

        def deeds(working: Working) -> list[Deed]:
            shown = working.shown()
            state = shown.values.get(STATE) or State.DRAFT.value
            if state != State.DRAFT:
                raise InputError("case.not_editable", state=state)
            if shown.values.get(versions.VERSION) != before or versions.VERSION in shown.contested:
                raise InputError("version.changed")
            procedure = shown.values.get("procedure") or ""
            return [Deed(Kind.SET, versions.fields_of_move(procedure, before, after, writes))]

        return self._recorded(RecordType.CASE, case, deeds, base)

    def change_status(
        self,
        case: str,
        to: str,
        *,
        base: int,
        message: str = "",
        reasons: str = "",
        computed: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        citizens: Sequence[CitizenChange] = (),
    ) -> Act:
        """Move the case to another state, with ``fields`` set and ``citizens`` changed in the same transaction.

        Raises:
            NotPermittedError: ``workflow.not_allowed``: an agent may not do that from the state that the case is in
            now.
            ConflictError: ``case.contested_state``: two people moved the case unseen; that is settled first.
                ``workflow.contested``, ``workflow.notified``: see ``workflow.check_decidable``.
            InputError: ``input.unstorable``, ``act.too_large``, those of ``create_citizen``, ``citizen.unknown``;
            field named.
        """
        check_storable({"message": message, "reasons": reasons, **(computed or {}), **(fields or {})})
        for change in citizens:
            check_storable(change.fields)
            check_citizen(change.fields)
            if change.new and not change.fields.get(NAME):
                raise InputError("citizen.name_missing", field=NAME)
        grounds = self._grounds(case) if to in DECISIONS else (None, ())

        def deeds(working: Working) -> list[Deed]:
            shown = working.shown()
            state = shown.values.get(STATE) or State.DRAFT.value
            if STATE in shown.contested:
                raise ConflictError("case.contested_state")
            if not allowed(state, to, Role.AGENT):
                raise NotPermittedError("workflow.not_allowed", before=state, after=to)
            body: dict[str, object] = {"from": state, "to": to}
            optional = {"message": message, "reasons": reasons, "computed": dict(computed or {})}
            body.update((name, value) for name, value in optional.items() if value)
            asked = SeenEvent(EventId("", 0, 0), "", Kind.STATUS, base, 0, body, None)
            if (code := check_decidable(working.state(), asked, *grounds)) is not None:
                raise ConflictError(code)
            done = [Deed(Kind.STATUS, body)]
            return [Deed(Kind.SET, dict(fields)), *done] if fields else done

        return self._recorded(RecordType.CASE, case, deeds, base, beside=citizens)

    def add_note(self, case: str, text: str, *, base: int) -> Act:
        """Record a remark on a case. InputError ``note.empty``, ``input.unstorable``, ``act.too_large``."""
        check_storable({"text": text})
        if not text.strip():
            raise InputError("note.empty", field="text")
        return self._recorded(RecordType.CASE, case, _always(Deed(Kind.NOTE, {"text": text.strip()})), base)

    def settle(self, record: str, field: str, value: str | None, *, base: int, reason: str = "") -> Act:
        """Settle a contested field of a case or citizen: the claims that the person saw give way to ``value``.

        ``unsettle`` takes it back.

        Raises:
            InputError: ``settle.not_contested``: nobody contests the field, so that this would be an edit under another
                name; ``settle.nothing``: it has no claim that this person has seen; ``settle.supervisor``: it is a
                supervisor's, as the case stands; ``settle.choose``: only one of the values that there are may be chosen
                now; ``input.unstorable``.
        """
        check_storable({field: value, "reason": reason})
        device = self._core.enrolled_identity().device

        def deeds(working: Working) -> list[Deed]:
            if field not in working.shown().contested:
                raise InputError("settle.not_contested", field=field)
            settled = [
                head
                for head in working.state().fields[field].heads
                if head.event.device == device or (head.central_seq is not None and head.central_seq <= base)
            ]
            if not settled:
                raise InputError("settle.nothing", field=field)
            _check_settlement(working, field, value, settled)
            # What one act brought back are several values under its one name.
            names = list(dict.fromkeys(str(each.event) for each in settled))
            body: dict[str, object] = {"field": field, "value": value, "settles": names}
            if reason.strip():
                body["reason"] = reason.strip()
            return [Deed(Kind.SETTLE, body)]

        return self._recorded(None, record, deeds, base)

    def _grounds(self, case: str) -> tuple[frozenset[str] | None, tuple[str, ...]]:
        """Return what deciding a case rests on by its procedure, and the contested particulars of its citizen."""
        tenant = self._core.enrolled_identity().tenant
        with self._core.store.reading() as connection:
            state = state_here(connection, tenant, case)
            names = ("procedure", "procedure_version", "citizen")
            procedure, version, citizen = (state.value(name) or "" for name in names)
            bundle = facts.bundle(connection, procedure, version)
            who = merge.show(state_here(connection, tenant, citizen)).contested
        return None if bundle is None else procedure_file.decisive(bundle), who

    # --- recording ---

    def _create(self, record_type: RecordType, fields: Mapping[str, str | None]) -> Act:
        record_id = uuid7(self._core.clock.read(), self._core.ports.randomness)
        return self._recorded(record_type, record_id, _always(Deed(Kind.SET, fields)), 0, new=True)

    def _recorded(
        self,
        record_type: RecordType | None,
        record_id: str,
        deeds: DeedsOf,
        base: int,
        *,
        new: bool = False,
        beside: Sequence[CitizenChange] = (),
    ) -> Act:
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[Act, Changed]:
            known_type = record_type if new else self._known_type(connection, record_id, record_type)
            working = self._core.projector.load(connection, identity.tenant, record_id, str(known_type))
            done = deeds(working)
            touched = [
                one for change in beside if (one := self._citizen_told(connection, identity, change)) is not None
            ]
            event = self._append(connection, identity, working, done, base)
            touched.append(working)
            self._core.projector.save(connection, touched)
            for one in touched:
                self._core.standings.now(one.no, one.state(), len(one.pending))
            types, records = {one.type for one in touched}, {one.id for one in touched}
            return Act(event, RecordId(record_id)), changed({*types, "sync"}, records)

        return self._core.transact(act)

    def _citizen_told(self, connection: Connection, identity: Identity, change: CitizenChange) -> Working | None:
        """Record what is told of a citizen along with another act; None where it says nothing new."""
        known = self._core.projector.known_type(connection, change.citizen)
        if known != RecordType.CITIZEN and not (change.new and known is None):
            raise InputError("citizen.unknown", field="citizen")
        working = self._core.projector.load(connection, identity.tenant, change.citizen, RecordType.CITIZEN)
        shown = {} if known is None else working.shown().values
        told = {name: value for name, value in change.fields.items() if shown.get(name) != value}
        if not told:
            return None
        self._append(connection, identity, working, [Deed(Kind.SET, told)], change.base)
        return working

    def _append(
        self, connection: Connection, identity: Identity, working: Working, deeds: Sequence[Deed], base: int
    ) -> EventId:
        last: EventId | None = None
        pieces = [piece for deed in deeds for piece in in_pieces(deed)]
        for deed in pieces:
            draft = Draft(working.no, working.id, working.type, deed.kind, deed.body, base)
            event = self._core.journal.append(connection, identity, draft)
            seen = seen_event(event.header, event.body, None)
            working.add_pending(seen)
            last = event.header.id
        assert last is not None, "an act has at least one event"
        return last

    def _known_type(self, connection: Connection, record_id: str, expected: RecordType | None) -> str:
        found = self._core.projector.known_type(connection, record_id)
        if found is None or (expected is not None and found != expected):
            name = expected or "record"
            raise InputError(f"{name}.unknown", field=str(name))
        return found


def _check_settlement(working: Working, field: str, value: str | None, settled: Sequence[FieldHead]) -> None:
    """Refuse what the central service is sure to park: a person hears of it while they can still do otherwise."""
    if working.type != RecordType.CASE:
        return
    state = working.shown().values.get(STATE)
    if not may_settle(field, state):
        raise InputError("settle.supervisor", field=field)
    chooses = is_contested(field, working.state().fields[field]) and value in {head.value for head in settled}
    if not chooses and not may_type(field, state):
        raise InputError("settle.choose", field=field)


def _always(deed: Deed) -> DeedsOf:
    return lambda working: [deed]


def in_pieces(deed: Deed) -> list[Deed]:
    """Return a deed as events that the central service takes: fields that are too long together are set by several.

    Raises:
        InputError: ``act.too_large``: one ``field`` is too long by itself, or together with what cannot be parted.
    """
    if len(body_bytes(dict(deed.body))) <= BODY_BYTES_MAX:
        return [deed]
    sizes = {name: len(body_bytes({name: value})) for name, value in deed.body.items()}
    longest = max(sizes, key=sizes.__getitem__)
    if deed.kind is not Kind.SET or sizes[longest] > PIECE_BYTES_MAX:
        raise InputError("act.too_large", field=longest, bytes_max=BODY_BYTES_MAX)
    pieces: list[dict[str, object]] = [{}]
    filled = 0
    for name, value in deed.body.items():
        if filled + sizes[name] > PIECE_BYTES_MAX:
            pieces.append({})
            filled = 0
        pieces[-1][name] = value
        filled += sizes[name]
    return [Deed(Kind.SET, piece) for piece in pieces]


def check_citizen(fields: Mapping[str, str]) -> None:
    """Refuse what is no field of a citizen, and a date of birth that is no date."""
    if not fields:
        raise InputError("act.empty")
    for name in fields:
        if name not in CITIZEN_FIELDS:
            raise InputError("citizen.unknown_field", field=name, known=", ".join(CITIZEN_FIELDS))
    if fields.get("birth_date"):
        try:
            datetime.date.fromisoformat(fields["birth_date"])
        except ValueError as error:
            raise InputError("citizen.birth_date", field="birth_date") from error


def check_storable(texts: Mapping[str, str | None]) -> None:
    """Refuse a text that a database or the network cannot carry: with NUL in it, or half of a surrogate pair.

    Raises:
        InputError: ``input.unstorable``; ``field`` is the text's name, empty when the name itself is one.
    """
    for name, value in texts.items():
        if not storable(name):
            raise InputError("input.unstorable", field="")
        if value is not None and not storable(value):
            raise InputError("input.unstorable", field=name)


def storable(text: str) -> bool:
    """Say whether a text can be kept and sent: no NUL, no lone surrogate."""
    return "\0" not in text and not _LONE_SURROGATE.search(text)


def check_answers(answers: Mapping[str, str | None]) -> None:
    """Refuse answers that are not keyed by a question path, or that cannot be kept."""
    check_storable(answers)
    for path in answers:
        if not path.startswith("/"):
            raise InputError("answer.path", field=path)
