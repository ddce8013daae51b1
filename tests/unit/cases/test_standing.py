"""A case in which thousands of acts wait is read as fast as any other, and never as it no longer stands."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cases import merge
from cases.errors import EnvironmentFault
from cases.events import RecordType
from cases.standing import KEPT
from cases.store import log, projected
from cases.workspace import Workspace
from tests.support.exchange import Numbering
from tests.support.workspaces import make_case, make_citizen, make_identity, make_ports, make_workspace

OTHER = make_identity(device="e" * 32, agent="b" * 31 + "2", agent_name="Luc Petit")
WORK = {"events applied": (merge, "_apply_to"), "rows of the log": (log, "_event")}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "w")
    yield workspace
    workspace.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path / "other", identity=OTHER, ports=make_ports(seed=7))
    yield workspace
    workspace.close()


def work_of(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return how much was gone through meanwhile."""
    done = dict.fromkeys(WORK, 0)
    with monkeypatch.context() as patch:
        for name, (owner, attribute) in WORK.items():

            def counting(*given: Any, really: Any, name: str) -> Any:
                done[name] += 1
                return really(*given)

            patch.setattr(owner, attribute, partial(counting, really=getattr(owner, attribute), name=name))
        act()
    return done


def test_an_answer_and_a_reading_cost_the_same_whatever_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = make_case(workspace)
    costs = []
    for waiting in (20, 400):
        while workspace.case(case).pending < waiting:
            workspace.answer(case, {f"/q{waiting % 7}": str(workspace.status().pending)}, base=0)
        workspace.add_note(case, "vu", base=0)

        def answered() -> None:
            workspace.answer(case, {"/q1": "oui"}, base=0)
            assert workspace.case(case).answers["/q1"] == "oui"

        costs.append(work_of(answered, monkeypatch))
    few, many = costs
    assert few["events applied"] == many["events applied"] == 1
    assert (few["rows of the log"], many["rows of the log"]) == (1, 2), "the notes, and nothing else"


def as_kept_and_anew(workspace: Workspace, record: str, kind: RecordType) -> tuple[object, object]:
    with workspace._core.reading() as (connection, commit):
        return workspace._found(connection, record, kind, commit), workspace._found(connection, record, kind)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_everything_gives(workspace: Workspace, other: Workspace, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    numbering = Numbering(parks=frozenset({"note"}))
    citizen = make_citizen(workspace)
    cases = [make_case(workspace, citizen=citizen) for _number in range(3)]
    numbering.push(workspace)
    numbering.pull(other)

    def refused() -> None:
        with pytest.raises(EnvironmentFault):
            workspace._core.transact(fails)

    def fails(connection: object) -> Any:
        workspace._core.standings.now(1, merge.EMPTY, 99)
        raise EnvironmentFault("store.disk_full")

    acts: list[Callable[[], object]] = [
        lambda: workspace.answer(chance.choice(cases), {f"/{chance.choice('abc')}": str(chance.random())}, base=0),
        lambda: workspace.add_note(chance.choice(cases), "vu", base=0),
        lambda: workspace.edit_citizen(citizen, {"family_name": f"Nom {chance.random()}"}, base=0),
        lambda: other.answer(chance.choice(cases), {f"/{chance.choice('abc')}": str(chance.random())}, base=0),
        lambda: numbering.push(other),
        lambda: numbering.push(workspace, limit=chance.randint(1, 4)),
        lambda: numbering.pull(workspace),
        lambda: workspace.set_sync_state("idle"),
        refused,
    ]
    known: list[tuple[str, RecordType]] = [(one, RecordType.CASE) for one in cases]
    for _step in range(120):
        chance.choice(acts)()
        for record, kind in (*known, (citizen, RecordType.CITIZEN)):
            for _again in range(2):
                kept, anew = as_kept_and_anew(workspace, record, kind)
                assert kept == anew


def test_who_reads_beside_a_writer_sees_one_commit(workspace: Workspace) -> None:
    case = make_case(workspace)
    over = threading.Event()
    wrong: list[tuple[int, int, str | None]] = []
    seen: set[int] = set()

    def read() -> None:
        while not over.is_set():
            with workspace._core.reading() as (connection, commit):
                _number, state, pending = workspace._found(connection, case, RecordType.CASE, commit)
                row = projected.case_rows(connection, [case])[0]
            seen.add(pending)
            if not (pending == row.pending and (pending < 3 or state.value("/n") == str(pending))):
                wrong.append((pending, row.pending, state.value("/n")))

    readers = [threading.Thread(target=read) for _number in range(3)]
    for reader in readers:
        reader.start()
    for number in range(3, 203):
        workspace.answer(case, {"/n": str(number - 1)}, base=0)
    over.set()
    for reader in readers:
        reader.join()
    assert not wrong, wrong[:3]
    assert seen


def test_it_is_bounded(workspace: Workspace) -> None:
    for _number in range(KEPT):
        make_case(workspace)
    assert len(workspace._core.standings._kept) == KEPT
