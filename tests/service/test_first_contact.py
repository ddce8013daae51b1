"""First contact with the real service and PostgreSQL: who takes the snapshot sees what pages show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cases import merge
from cases.clock import SystemClock
from cases.errors import NetworkFault
from cases.projections import confirmed_state
from cases.store import facts, registers
from cases.views import CaseRow, CaseView, CitizenRow, CitizenView
from central import syncing, whole
from tests.service.test_contract import RealService
from tests.support.central_service import RunningService
from tests.support.clients import AGE, NAME, TOWN, Client, Office
from tests.support.faults import Fault

CASES = 9
CLAMPED_MS = 1_000
"""A burst of acts runs ahead of the clock; of a record given whole, no instant lies after its arrival at central."""


@pytest.fixture
def office(central_service: RunningService, tmp_path: Path) -> Iterator[Office]:
    made = Office(RealService(central_service), tmp_path, SystemClock())
    yield made
    made.close()


def work(one: Client, other: Client) -> None:
    """Write what an office writes: new records, changes, a case handed in, a field that two wrote unseen."""
    cases = [one.case({NAME: f"Lefèvre {number}", AGE: str(20 + number), TOWN: "Denain"}) for number in range(CASES)]
    one.sync()
    other.sync()
    for number, case in enumerate(cases[:4]):
        one.workspace.answer(case, {TOWN: f"Anzin {number}"}, base=one.workspace.case(case).base)
    for case in cases[2:6]:
        other.workspace.answer(case, {TOWN: "Bouchain"}, base=other.workspace.case(case).base)
    citizen = one.workspace.case(cases[0]).citizen
    assert citizen is not None
    other.workspace.edit_citizen(citizen, {"family_name": "Œuvrard"}, base=other.workspace.citizen(citizen).base)
    one.workspace.change_status(cases[8], "submitted", base=one.workspace.case(cases[8]).base)
    for client in (one, other, one):
        client.sync()


def shown(client: Client) -> dict[str, object]:
    """Return what every screen reads, with the merged state's very bytes."""
    workspace = client.workspace
    cases = sorted(workspace.cases(limit=500), key=str)
    citizens = sorted(workspace.citizens(limit=500), key=str)
    with workspace._core.store.reading() as connection:
        known = [registers.find(connection, row.id) for row in (*cases, *citizens)]
        states = [
            merge.to_json(confirmed_state(connection, client.workspace.identity.tenant, one))
            for one in known
            if one is not None
        ]
        counters = {name: count for name, count in facts.counters(connection).items() if count}
    words = ["lefevre", "oeuvrard", "denain", "lefevr", "essai", "lefebre"]
    return {
        "cases": cases,
        "citizens": citizens,
        "records": [workspace.case(row.id) for row in cases],
        "people": [replace(workspace.citizen(row.id), cases=()) for row in citizens],
        "search": {text: sorted(workspace.search(text, 100), key=str) for text in words},
        "states": states,
        "counters": counters,
    }


def _but_for_the_clock(here: object, there: object) -> bool:
    """Whether these are the same, instants as near to each other as a burst of acts may take them apart."""
    if isinstance(here, list) and isinstance(there, list):
        return len(here) == len(there) and all(map(_but_for_the_clock, here, there))
    if not isinstance(here, CaseRow | CaseView | CitizenRow | CitizenView):
        return here == there
    assert isinstance(there, type(here))
    fields = [name for name in here.__struct_fields__ if name.endswith("_ms")]
    instants = [(getattr(here, name) or 0, getattr(there, name) or 0) for name in fields]
    near = all(abs(one - other) <= CLAMPED_MS for one, other in instants)
    return near and replace(here, **{name: getattr(there, name) for name in fields}) == there


def differing(one: dict[str, object], other: dict[str, object]) -> list[tuple[str, object, object]]:
    """Return each differing part with the lines that only one of both shows."""
    found: list[tuple[str, object, object]] = []
    for name in one:
        here, there = one[name], other[name]
        if here != there and not _but_for_the_clock(here, there):
            if isinstance(here, list) and isinstance(there, list):
                here, there = [row for row in here if row not in there], [row for row in there if row not in here]
            found.append((name, here, there))
    return found


def cold(client: Client) -> int:
    rows = client.workspace._core.store.rows("SELECT count(*) FROM record WHERE cold IS NOT NULL")
    return int(rows[0][0])


def test_the_first_contact_by_a_snapshot_shows_what_pages_show(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = office.client(), office.client()
    work(one, other)
    paged = office.client()
    assert cold(paged) == 0
    monkeypatch.setattr(syncing, "SNAPSHOT_FROM", 10)
    monkeypatch.setattr(whole, "CHUNK_BYTES", 4_000)
    taken = office.client(synchronised=False)
    # The line breaks after every few requests; nothing that came is asked for again.
    rounds = 0
    while True:
        taken.faults.add(*[None] * 4, Fault.CUT)
        rounds += 1
        try:
            taken.sync()
            break
        except NetworkFault:
            taken.faults._next.clear()
            assert rounds < 40
    taken.faults._next.clear()
    assert rounds > 1 and cold(taken) == 2 * CASES
    assert differing(shown(paged), shown(taken)) == []
    assert any(record.contested for record in taken.workspace.cases(limit=500))
    case = next(row.id for row in taken.workspace.cases(limit=500) if not row.contested and row.state == "draft")
    taken.workspace.answer(case, {TOWN: "Escautpont"}, base=taken.workspace.case(case).base)
    for client in (taken, paged):
        client.sync()
    assert differing(shown(paged), shown(taken)) == []
    assert paged.workspace.case(case).answers[TOWN] == "Escautpont" and not paged.workspace.case(case).contested
