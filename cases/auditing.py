"""The audit: what this store holds as confirmed is compared with what central holds, and mended record by record.

What differs silently on either side (a damaged page, a lost write, a bug) is found here. Only confirmed state is ever
replaced: what waits to be sent stays as it was typed, and nothing that was found damaged is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from cases import foundation, merge
from cases.audit import bucket_digest, fingerprint
from cases.core import Part, changed
from cases.errors import DamagedError
from cases.events import RecordType
from cases.outbox import rebuild
from cases.projections import Working, citizen_row, confirmed_state, folded, load_many
from cases.snapshot import PackedRecord
from cases.store import audited, chunks, facts, log, projected, registers, scopes, search_index
from cases.store.engine import Connection
from cases.store.projected import CaseColumns, CitizenColumns
from cases.store.scopes import Foundation
from cases.views import Changed, Finding
from cases.workflow import State

REPLACED = "audit.replaced"
"""The record differed from central's and was taken anew."""
BROUGHT = "audit.brought"
"""Central has the record and this store had lost it."""
NOT_THERE = "audit.not_there"
"""This store has the record and central says nothing of it: kept, for a person to look at."""
SERVICE_MENDED = "audit.service_mended"
"""Central's copy was the damaged one; it mended that from its log, and ours stayed as it was."""
LIST_MENDED = "audit.list_mended"
"""A list of this computer showed something else than the record says; it was made anew."""
_UNREADABLE = ""
"""Fingerprint of a record that cannot be read."""


class Slice(NamedTuple):
    """What this store holds in some buckets, as of one instant: up to which number, and one digest a bucket."""

    cursor: int
    buckets: dict[str, str]


class Differences(NamedTuple):
    """Records to be fetched anew, and those that are held here and not at central."""

    fetch: list[str]
    not_there: list[str]


class Auditing(Part):
    """See the module. The caller is the sync client; what it gives was checked to be central's word."""

    def records_held(self) -> int:
        """Return how many records this workspace holds, for the size of a slice."""
        with self._core.store.reading() as connection:
            counters = facts.counters(connection)
        return counters.get("cases", 0) + counters.get("citizens", 0)

    def audit_buckets(self, endings: Sequence[str]) -> Slice | None:
        """Return what is confirmed here in the records whose identity ends with these two digits.

        None while it is not known yet what holds: during first contact, and after a restore of the service.
        """
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            if log.any_in_doubt(connection) or chunks.progress(connection, identity.stream) is not None:
                return None
            cursor = facts.cursors(connection).get(identity.stream, 0)
            prints = self._prints(connection, identity.tenant, endings)
        buckets: dict[str, dict[str, str]] = {ending: {} for ending in endings}
        for record, one in prints.items():
            buckets[record[-2:]][record] = one
        return Slice(cursor, {ending: bucket_digest(found) for ending, found in buckets.items()})

    def audit_differences(self, theirs: Mapping[str, Mapping[str, str]]) -> Differences:
        """Return what differs in these buckets: bucket -> record -> central's fingerprint."""
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            mine = self._prints(connection, identity.tenant, list(theirs))
        there = {record: one for prints in theirs.values() for record, one in prints.items()}
        fetch = sorted(record for record, one in there.items() if mine.get(record) != one)
        return Differences(fetch, sorted(mine.keys() - there.keys()))

    def replace_confirmed(self, given: Sequence[PackedRecord], not_there: Collection[str] = ()) -> list[Finding]:
        """Take records as central gives them, in place of what was confirmed here; note what was found.

        Pending events stay and apply on top. What is held here alone stays too: absence is never deletion. A name in
        ``not_there`` that this store never met says nothing.

        Returns:
            What was found just now; a record that is not at central is said once.
        """
        identity = self._core.enrolled_identity()
        now_ms = self._core.ports.clock.now_ms()

        def act(connection: Connection) -> tuple[list[Finding], Changed | None]:
            self._core.projector.forget()
            known = {record.record_id: registers.find(connection, record.record_id) for record in given}
            found: list[Finding] = []
            damaged: list[PackedRecord] = []
            for record in given:
                before = known[record.record_id]
                if before is None:
                    code = BROUGHT
                elif _print(connection, identity.tenant, before, record.record_id) == _print_of(record):
                    found.append(Finding(now_ms, record.record_type, record.record_id, SERVICE_MENDED))
                    continue
                else:
                    code = REPLACED
                damaged.append(record)
                found.append(Finding(now_ms, record.record_type, record.record_id, code))
            self._remake(connection, identity.tenant, damaged)
            said = {(one.record_id, one.code) for one in audited.findings(connection)}
            here = ((record, registers.find(connection, record)) for record in not_there)
            found += [
                Finding(now_ms, held.type, record, NOT_THERE)
                for record, held in here
                if held is not None and (record, NOT_THERE) not in said
            ]
            return found, _note(connection, found)

        return self._core.transact(act)

    def mend_lists(self, endings: Sequence[str]) -> list[Finding]:
        """Compare what lists show with what these records say; make anew what differs. Returns what was found."""
        identity = self._core.enrolled_identity()
        with self._core.store.reading() as connection:
            wrong = self._wrong_rows(connection, identity.tenant, endings)
        if not wrong:
            return []
        now_ms = self._core.ports.clock.now_ms()

        def act(connection: Connection) -> tuple[list[Finding], Changed | None]:
            self._core.projector.forget()
            found = [Finding(now_ms, kind, record, LIST_MENDED) for record, kind in sorted(wrong.items())]
            self._rebuild(connection, identity.tenant, wrong)
            return found, _note(connection, found)

        return self._core.transact(act)

    def findings(self) -> list[Finding]:
        """Return what audits found, newest first; the last hundred."""
        with self._core.store.reading() as connection:
            return audited.findings(connection)

    def audit_state(self) -> str:
        """Return what ``set_audit_state`` kept; empty before the first."""
        with self._core.store.reading() as connection:
            return facts.get(connection, facts.AUDIT) or ""

    def set_audit_state(self, state: str) -> None:
        """Keep where the audits stand."""

        def act(connection: Connection) -> tuple[None, None]:
            facts.put(connection, facts.AUDIT, state)
            return None, None

        self._core.transact(act)

    # --- inside one transaction ---

    def _prints(self, connection: Connection, tenant: int, endings: Sequence[str]) -> dict[str, str]:
        """Return record -> fingerprint of what is confirmed in these buckets and of this device's business."""
        prints: dict[str, str] = {}
        held = dict(_held(connection, endings))
        built_on = _built_on(connection, held.values())
        for record, known in held.items():
            one = _print(connection, tenant, known, record, built_on.get(known.no))
            if one is not None:
                prints[record] = one
        return prints

    def _wrong_rows(self, connection: Connection, tenant: int, endings: Sequence[str]) -> dict[str, str]:
        """Return record -> type of those whose rows in the lists are not what the record says."""
        prints = self._prints(connection, tenant, endings)
        held = {
            record: known.type
            for record, known in _held(connection, endings)
            if prints.get(record, _UNREADABLE) != _UNREADABLE
        }
        touched = load_many(connection, tenant, held)
        numbers = [working.no for working in touched.values()]
        citizens, cases = projected.citizens_by_no(connection, numbers), projected.cases_by_no(connection, numbers)
        return {
            record: working.type
            for record, working in touched.items()
            if not _listed_rightly(connection, working, citizens.get(working.no), cases.get(working.no))
        }

    def _remake(self, connection: Connection, tenant: int, records: Sequence[PackedRecord]) -> None:
        """Make records anew on what central gives of them."""
        if not records:
            return
        types = {record.record_id: record.record_type for record in records}
        numbers = {record: known.no for record, known in registers.records(connection, types).items()}
        # First of all: what is kept beside the events may not even be readable.
        audited.forget(connection, [(types[record], number) for record, number in numbers.items()])
        foundation.cool_down(connection, list(numbers.values()))
        scopes.put(connection, [foundation.made_of(numbers[record.record_id], record) for record in records])
        self._rebuild(connection, tenant, types)

    def _rebuild(self, connection: Connection, tenant: int, types: dict[str, str]) -> None:
        known = registers.records(connection, types)
        numbers = [one.no for one in known.values()]
        projected.remove(connection, numbers)
        search_index.remove(connection, numbers)
        touched = load_many(connection, tenant, types)
        for working in touched.values():
            rebuild(connection, tenant, working)
        self._core.projector.save(connection, list(touched.values()))
        # The rows that went may have been wrong, and were never counted so.
        audited.count_again(connection)


def _held(connection: Connection, endings: Sequence[str]) -> Iterator[tuple[str, registers.Known]]:
    """Yield the records of these buckets that are this device's business."""
    ids = audited.ending_with(connection, endings)
    foreign = audited.not_here(connection)
    for record, known in registers.known(connection, ids).items():
        if known.no not in foreign:
            yield record, known


def _built_on(connection: Connection, held: Collection[registers.Known]) -> dict[int, Foundation]:
    """Return the foundations of records that are still cold, each chunk read once; none when one cannot be read."""
    try:
        return foundation.of(connection, [known for known in held if known.state is None and known.cold is not None])
    except DamagedError:
        # Then each is read by itself, and those of the damaged chunk are named.
        return {}


def _print(
    connection: Connection, tenant: int, known: registers.Known, record: str, built_on: Foundation | None = None
) -> str | None:
    """Return the fingerprint of a record's confirmed state; None when nothing of it is confirmed."""
    try:
        if known.state is not None:
            state = merge.from_json(known.state)
        elif built_on is not None:
            state = folded(connection, tenant, known, built_on)
        else:
            state = confirmed_state(connection, tenant, known)
    except (ValueError, DamagedError):
        return _UNREADABLE
    return fingerprint(known.type, record, state) if state.fields else None


def _print_of(record: PackedRecord) -> str:
    return fingerprint(record.record_type, record.record_id, record.state)


def _listed_rightly(
    connection: Connection, working: Working, citizen: CitizenColumns | None, case: CaseColumns | None
) -> bool:
    """Say whether the lists show what the record says; not when it was made and changed, which many events say."""
    shown = working.shown()
    if working.type == RecordType.CITIZEN:
        said = citizen_row(working, shown, None)
        return case is None and citizen is not None and citizen == said._replace(updated_ms=citizen.updated_ms)
    values = shown.values
    citizen_no = registers.record_no(connection, values.get("citizen") or "")
    true = (
        citizen_no,
        values.get("procedure") or "",
        values.get("procedure_version") or "",
        values.get("tracking_code") or "",
        values.get(merge.STATE) or State.DRAFT.value,
        len(working.pending),
        len(shown.contested),
    )
    if case is None or citizen is not None:
        return False
    listed = (case.citizen_no, case.procedure, case.procedure_version, case.tracking_code, case.state)
    return (*listed, case.pending, case.contested) == true


def _note(connection: Connection, found: Sequence[Finding]) -> Changed | None:
    audited.note(connection, found)
    if not found:
        return None
    return changed({"sync", "audit", *(one.record_type for one in found)}, [one.record_id for one in found])
