"""Records at work inside one write transaction.

Confirmed state, pending events on top, and the rows that lists show.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cases import foundation, merge
from cases.events import EventId, Kind, RecordType
from cases.merge import RecordState, SeenEvent, Shown
from cases.store import audited, facts, links, log, projected, registers, scopes, search_index
from cases.store.engine import Connection
from cases.store.projected import CaseColumns, CitizenColumns
from cases.store.registers import Known, Registers
from cases.store.scopes import Foundation
from cases.views import Finding
from cases.words import date_words, phone_words, sort_key, words
from cases.workflow import State

REMEMBERED_RECORDS = 64
FOUNDED = 2
"""Events that a record counts as confirmed which came whole: its state is never made from the log alone."""
_CASE_WORDS = frozenset({"procedure", "citizen", "tracking_code"})


@dataclass
class Working:
    """One record at work.

    Attributes:
        folded, unfolded: what central said, and events of it that are not merged in yet: most records of a first sync
            are one event, which says everything by itself. ``confirmed_count`` counts both.
        on_top: see ``state``.
        pending: own events that central has not answered for, by name, oldest first.
        times: times of the events that are new in this transaction.
        touched: the fields that they touch; None means that anything may have changed.
        status: one of them changes the case's state, or an event was parked.
        fresh: the record has no row in the projections yet.
        foundation: what it is built on, when it came whole or leaves.
        made_again: what was kept of its confirmed state could not be read.
    """

    no: int
    id: str
    type: str
    folded: RecordState = merge.EMPTY
    unfolded: list[SeenEvent] = field(default_factory=list)
    confirmed_count: int = 0
    pending: dict[EventId, SeenEvent] = field(default_factory=dict)
    times: list[int] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    agents: list[str] = field(default_factory=list)
    status: bool = False
    fresh: bool = False
    confirmed_changed: bool = False
    on_top: RecordState | None = None
    foundation: Foundation | None = None
    made_again: bool = False

    @property
    def gone(self) -> bool:
        """Whether the record leaves now, or left: it is another office's, and no act of ours on what we had waits."""
        standing = scopes.HERE if self.foundation is None else self.foundation.standing
        return standing == scopes.LEFT or (standing == scopes.LEAVING and not self.pending)

    def found(self, foundation: Foundation | None) -> None:
        """Begin again from what central gave of the record as a whole, or from nothing."""
        self.foundation, self.on_top, self.unfolded = foundation, None, []
        self.folded, self.confirmed_count = merge.EMPTY, 0
        self.confirmed_changed = self.status = True
        if foundation is not None and foundation.state is not None:
            self.folded, self.confirmed_count = merge.from_json(foundation.state), FOUNDED
            self.times += [foundation.created_ms, foundation.updated_ms]
            self.touched.update(self.folded.fields)

    def state(self) -> RecordState:
        """Return confirmed state with pending events on top; remembered, so that the next answer adds only itself."""
        if self.on_top is None:
            self.on_top = merge.apply_all(self.confirmed, self.pending.values())
        return self.on_top

    def add_pending(self, event: SeenEvent) -> None:
        """Take in an own event that is being recorded."""
        if self.on_top is not None:
            self.on_top = merge.apply(self.on_top, event)
        self.pending[event.event] = event
        self.note_event(event)

    def remove_pending(self, event: EventId) -> None:
        """Central answered for an own event: it is confirmed next, or gives way."""
        self.on_top = None
        self.pending.pop(event, None)

    def note_event(self, event: SeenEvent) -> None:
        """Remember what an event of this transaction may have made stale."""
        self.times.append(event.time)
        self.agents.append(event.agent)
        if not self.fresh:
            self.touched.update(merge.touched(event.kind, event.body))
        self.status = self.status or event.kind == Kind.STATUS

    def confirm(self, event: SeenEvent) -> None:
        """Take in an event that central accepted. For an own one, that is all: it was shown before, and still is."""
        self.on_top = None
        if self.foundation is not None and (event.central_seq or 0) <= self.foundation.central_seq:
            return  # It is in what central gave.
        self.unfolded.append(event)
        self.confirmed_count += 1
        self.confirmed_changed = True

    @property
    def confirmed(self) -> RecordState:
        """What central said of the record."""
        if self.unfolded:
            self.folded = merge.apply_all(self.folded, self.unfolded)
            self.unfolded = []
        return self.folded

    def shown(self) -> Shown:
        """Return the record as the screens show it."""
        if len(self.unfolded) == self.confirmed_count == 1 and not self.pending:
            return merge.show_one(self.unfolded[0])
        return merge.show(self.state())

    def settle_down(self) -> None:
        """Forget what concerned the transaction that is over."""
        self.times, self.touched, self.agents = [], set(), []
        self.status = self.fresh = self.confirmed_changed = False


class Projector:
    """Inside a write only. Remembers the records worked on last, so that the next answer need not read them again."""

    def __init__(self) -> None:
        self.registers = Registers()
        self.vocabulary = search_index.Vocabulary()
        self._remembered: OrderedDict[str, Working] = OrderedDict()

    def forget(self) -> None:
        """Drop everything remembered: the transaction was rolled back."""
        self.registers.forget()
        self.vocabulary.forget()
        self._remembered.clear()

    def forget_records(self) -> None:
        """Drop the records remembered."""
        self._remembered.clear()

    def known_type(self, connection: Connection, record_id: str) -> str | None:
        """Return what ``registers.known_type`` returns, without asking for a record that is at work."""
        working = self._remembered.get(record_id)
        if working is not None and not working.gone and (working.pending or working.confirmed_count):
            return working.type
        return registers.known_type(connection, record_id)

    def load(self, connection: Connection, tenant: int, record_id: str, record_type: str) -> Working:
        """Return one record, made when it is new."""
        working = self._remembered.get(record_id)
        if working is None:
            working = load_many(connection, tenant, {record_id: record_type})[record_id]
            self._remembered[record_id] = working
            if len(self._remembered) > REMEMBERED_RECORDS:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(record_id)
        return working

    def save(self, connection: Connection, changed: Sequence[Working]) -> None:
        """Write the confirmed states and projections of these records, their counters and search words.

        Those that leave, and wait for nothing any more, go out of all of them.
        """
        counts: dict[str, int] = {}
        gone = [working for working in changed if working.gone]
        if gone:
            self._remove(connection, gone, counts)
        _note_made_again(connection, changed)
        _save_confirmed(connection, changed)
        _warm(connection, changed)
        citizens = [working for working in changed if working.type == RecordType.CITIZEN and not working.gone]
        cases = [working for working in changed if working.type == RecordType.CASE and not working.gone]
        if citizens:
            self._save_citizens(connection, citizens, counts)
        if cases:
            self._save_cases(connection, cases, counts)
        facts.count(connection, counts)
        for working in changed:
            working.settle_down()

    def _remove(self, connection: Connection, gone: list[Working], counts: dict[str, int]) -> None:
        numbers = [working.no for working in gone]
        for citizen in projected.citizens_by_no(connection, numbers).values():
            _count_citizen(counts, citizen, None)
        for case in projected.cases_by_no(connection, numbers).values():
            _count_case(counts, case, None)
        projected.remove(connection, numbers)
        links.remove(connection, numbers)
        search_index.remove(connection, numbers)
        scopes.mark_left(connection, numbers)
        for working in gone:
            working.found(None)
        foundation.cool_down(connection, numbers)
        kept = scopes.of(connection, numbers)
        for working in gone:
            working.foundation = kept[working.no]

    # --- citizens ---

    def _save_citizens(self, connection: Connection, changed: list[Working], counts: dict[str, int]) -> None:
        old = projected.citizens_by_no(connection, [working.no for working in changed if not working.fresh])
        rows: list[CitizenColumns] = []
        found: dict[bool, dict[int, list[str]]] = {True: {}, False: {}}
        renamed: list[CitizenColumns] = []
        all_shown = {working.no: working.shown() for working in changed}
        _save_links(connection, changed, all_shown)
        for working in changed:
            before = old.get(working.no)
            shown = all_shown[working.no]
            row = citizen_row(working, shown, before)
            rows.append(row)
            _count_citizen(counts, before, row)
            if before is None or working.touched:
                found[before is None][working.no] = _citizen_words(shown)
            if not working.fresh and (before is None or _name(before) != _name(row)):
                renamed.append(row)
        projected.put_citizens(connection, rows)
        self._index(connection, found)
        self._rename_in_cases(connection, renamed)

    def _rename_in_cases(self, connection: Connection, renamed: list[CitizenColumns]) -> None:
        """A case is found by its citizen's name: index the cases of renamed citizens again."""
        found: dict[int, list[str]] = {}
        for row in renamed:
            for case in projected.cases_of_citizen_no(connection, row.record_no):
                found[case.record_no] = _case_words(case.tracking_code, case.procedure, _name(row))
        self._index(connection, {False: found})

    # --- cases ---

    def _save_cases(self, connection: Connection, changed: list[Working], counts: dict[str, int]) -> None:
        old = projected.cases_by_no(connection, [working.no for working in changed if not working.fresh])
        shown = {working.no: working.shown() for working in changed}
        same = {working.no for working in changed if _same_citizen(working, old.get(working.no))}
        _save_links(connection, changed, shown)
        citizen_ids = {
            value: RecordType.CITIZEN.value
            for no, one in shown.items()
            if no not in same and (value := one.values.get("citizen"))
        }
        citizens = {record_id: known.no for record_id, known in registers.records(connection, citizen_ids).items()}
        names = {no: _name(row) for no, row in projected.citizens_by_no(connection, citizens.values()).items()}
        rows: list[CaseColumns] = []
        found: dict[bool, dict[int, list[str]]] = {True: {}, False: {}}
        for working in changed:
            before = old.get(working.no)
            values = shown[working.no].values
            citizen_no = citizens.get(values.get("citizen") or "")
            if before is not None and working.no in same:
                citizen_no = before.citizen_no
            row = self._case_row(connection, working, shown[working.no], before, citizen_no)
            rows.append(row)
            _count_case(counts, before, row)
            if before is None or not working.touched.isdisjoint(_CASE_WORDS):
                found[before is None][working.no] = _case_words(
                    row.tracking_code, row.procedure, names.get(citizen_no or 0, "")
                )
        projected.put_cases(connection, rows, old)
        self._index(connection, found)

    def _case_row(
        self, connection: Connection, working: Working, shown: Shown, before: CaseColumns | None, citizen_no: int | None
    ) -> CaseColumns:
        values = shown.values
        agent = values.get("agent") or (working.agents[0] if working.agents else "")
        agent_no = self.registers.agent(connection, agent) if agent or before is None else before.agent_no
        times = working.times + ([before.updated_ms] if before else [])
        created = working.times + ([before.created_ms] if before else [])
        submitted_ms = before.submitted_ms if before else None
        if working.status:
            submitted_ms = _submitted_ms(connection, working)
        return CaseColumns(
            record_no=working.no,
            citizen_no=citizen_no,
            procedure=values.get("procedure") or "",
            procedure_version=values.get("procedure_version") or "",
            tracking_code=values.get("tracking_code") or "",
            state=values.get(merge.STATE) or State.DRAFT.value,
            agent_no=agent_no,
            created_ms=min(created, default=0),
            updated_ms=max(times, default=0),
            submitted_ms=submitted_ms,
            pending=len(working.pending),
            contested=len(shown.contested),
        )

    def _index(self, connection: Connection, found: dict[bool, dict[int, list[str]]]) -> None:
        for fresh, texts in found.items():
            if texts:
                search_index.index(connection, texts, fresh=fresh)
                self.vocabulary.add(connection, {word for text in texts.values() for word in text})


def load_many(connection: Connection, tenant: int, wanted: dict[str, str]) -> dict[str, Working]:
    """Return records (identity -> type) with their confirmed states and pending events, made when they are new."""
    known = registers.records(connection, wanted)
    loaded: dict[str, Working] = {}
    foundations = foundation.of(connection, [row for row in known.values() if not row.fresh])
    for record_id, row in known.items():
        built_on = foundations.get(row.no)
        state = None if row.state is None else _readable(row.state)
        loaded[record_id] = Working(
            row.no,
            record_id,
            row.type,
            folded=folded(connection, tenant, row, built_on) if state is None else state,
            confirmed_count=row.confirmed,
            fresh=row.fresh,
            foundation=built_on,
            made_again=row.state is not None and state is None,
        )
    for event in log.pending_of_records(connection, tenant, [row.no for row in known.values() if not row.fresh]):
        loaded[event.event.header.record_id].pending[event.id] = log.seen(event)
    return loaded


def confirmed_state(connection: Connection, tenant: int, record: Known) -> RecordState:
    """Return what central said of a record. One confirmed event alone says it itself, and nothing is kept beside it.

    A state that cannot be read is made again from what it was made of; an audit tells of it.
    """
    if record.state is not None and (state := _readable(record.state)) is not None:
        return state
    return folded(connection, tenant, record, foundation.of(connection, [record]).get(record.no))


def folded(connection: Connection, tenant: int, record: Known, built_on: Foundation | None) -> RecordState:
    """Return the confirmed state of a record beside which none is kept that can be read."""
    if record.confirmed == 0:
        return merge.EMPTY
    base, after = merge.EMPTY, 0
    if built_on is not None and built_on.state is not None:
        base, after = merge.from_json(built_on.state), built_on.central_seq
        if built_on.cold:
            return base
    events = log.confirmed_of_record(connection, tenant, record.no)
    return merge.apply_all(base, [log.seen(one) for one in events if (one.central_seq or 0) > after])


def _readable(state: bytes) -> RecordState | None:
    try:
        return merge.from_json(state)
    except ValueError:
        return None


def _note_made_again(connection: Connection, changed: Iterable[Working]) -> None:
    """Write anew what could not be read, and tell of it."""
    found = []
    for working in changed:
        if working.made_again:
            working.made_again, working.confirmed_changed = False, True
            time_ms = max(working.times, default=0)
            found.append(Finding(time_ms, working.type, working.id, audited.MADE_AGAIN))
    audited.note(connection, found)


def _warm(connection: Connection, changed: Iterable[Working]) -> None:
    """Keep beside the record what it is built on, once more was said of it."""
    cold = [
        (working, working.foundation)
        for working in changed
        if working.confirmed_changed and working.foundation is not None and working.foundation.cold
    ]
    for working, built_on in cold:
        working.foundation = built_on._replace(cold=False)
    scopes.put(connection, [built_on for _working, built_on in cold])


def state_here(connection: Connection, tenant: int, record_id: str) -> RecordState:
    """Return a record's confirmed state with pending events on top; an empty one of a record that is not here."""
    known = registers.find(connection, record_id)
    if known is None:
        return merge.EMPTY
    pending = log.pending_of_record(connection, tenant, known.no)
    return merge.apply_all(confirmed_state(connection, tenant, known), map(log.seen, pending))


def _save_confirmed(connection: Connection, changed: Iterable[Working]) -> None:
    rows = [
        (working.confirmed_count, merge.to_json(working.confirmed) if working.confirmed_count > 1 else None, working.no)
        for working in changed
        if working.confirmed_changed
    ]
    registers.save_confirmed(connection, rows)


def _save_links(connection: Connection, changed: Iterable[Working], shown: Mapping[int, Shown]) -> None:
    rows = [
        (working.no, same_as)
        for working in changed
        if (same_as := shown[working.no].values.get(merge.SAME_AS)) or merge.SAME_AS in working.touched
    ]
    if rows:
        links.put(connection, rows)


def _submitted_ms(connection: Connection, working: Working) -> int | None:
    """Return when a case was first handed in, by its events here and by what central gave."""
    given = working.foundation.submitted_ms if working.foundation is not None else None
    said = projected.submitted_at(connection, working.no)
    return min((one for one in (given, said) if one is not None), default=None)


def citizen_row(working: Working, shown: Shown, before: CitizenColumns | None) -> CitizenColumns:
    """Return what the list shows of a citizen."""
    values = shown.values
    family_name, given_names = values.get("family_name") or "", values.get("given_names") or ""
    birth_date = values.get("birth_date") or ""
    times = working.times + ([before.updated_ms] if before else [])
    return CitizenColumns(
        record_no=working.no,
        family_name=family_name,
        given_names=given_names,
        birth_date=birth_date,
        commune=values.get("commune") or "",
        phone=values.get("phone") or "",
        sort=sort_key(family_name, given_names, birth_date),
        updated_ms=max(times, default=0),
        pending=len(working.pending),
        contested=len(shown.contested),
    )


def _same_citizen(working: Working, before: CaseColumns | None) -> bool:
    """Say whether a case is surely still the same citizen's, and found by the same words: an answer like any other."""
    unsure = working.confirmed_changed or working.status or not working.touched.isdisjoint(_CASE_WORDS)
    return before is not None and not unsure


def _name(row: CitizenColumns) -> str:
    return f"{row.family_name} {row.given_names}".strip()


def _citizen_words(shown: Shown) -> list[str]:
    values = shown.values
    names = [
        values.get(name) or "" for name in ("family_name", "given_names", "birth_name", "commune", "postcode", "email")
    ]
    numbers = [date_words(values.get("birth_date") or ""), phone_words(values.get("phone") or "")]
    return words(" ".join(names + numbers))


def _case_words(tracking_code: str, procedure: str, citizen_name: str) -> list[str]:
    return words(f"{citizen_name} {procedure} {tracking_code} {tracking_code.replace('-', '')}")


def _count_citizen(counts: dict[str, int], before: CitizenColumns | None, after: CitizenColumns | None) -> None:
    _add(counts, "citizens", (after is not None) - (before is not None))
    _count_marks(counts, "citizens", before, after)


def _count_case(counts: dict[str, int], before: CaseColumns | None, after: CaseColumns | None) -> None:
    _add(counts, "cases", (after is not None) - (before is not None))
    for row, change in ((before, -1), (after, 1)):
        if row is not None:
            _add(counts, f"cases:{row.state}", change)
            if row.contested:
                _add(counts, f"cases.contested:{row.state}", change)
    _count_marks(counts, "cases", before, after)


def _count_marks(
    counts: dict[str, int],
    kind: str,
    before: CaseColumns | CitizenColumns | None,
    after: CaseColumns | CitizenColumns | None,
) -> None:
    for row, change in ((before, -1), (after, 1)):
        if row is not None:
            _add(counts, "records.contested", change if row.contested else 0)
            _add(counts, f"{kind}.pending", change if row.pending else 0)


def _add(counts: dict[str, int], name: str, change: int) -> None:
    counts[name] = counts.get(name, 0) + change
