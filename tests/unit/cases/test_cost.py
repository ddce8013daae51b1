"""What an answer and a key press of a search may cost, counted where a clock would say something else each day."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cases.events import Header, HeaderHashes, Salts, header_hash, salt_from_seed, salt_seed
from cases.store import search_index
from cases.workspace import STORE_NAME, Workspace
from tests.support.workspaces import make_case, make_citizen, make_workspace

ANSWER_PAGES_MAX = 8
"""The event and its three indices, the chain, the case's row and the two orders of the list."""
ANSWER_STATEMENTS_MAX = 7
"""BEGIN, the chain's end, the event, the chain, the case's row as it was, what differs of it, COMMIT."""
WAL_HEADER, FRAME_HEADER = 32, 24


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path)
    yield workspace
    workspace.close()


def pages_written(workspace: Workspace) -> int:
    log = (workspace.directory / f"{STORE_NAME}-wal").read_bytes()
    (page,) = struct.unpack(">I", log[8:12])
    return (len(log) - WAL_HEADER) // (page + FRAME_HEADER)


@contextmanager
def counted(workspace: Workspace) -> Iterator[list[str]]:
    """Give the statements of all writes."""
    said: list[str] = []
    writer = workspace._core.store._writer
    writer.set_trace_callback(said.append)
    yield said
    writer.set_trace_callback(None)


def test_an_answer_writes_few_pages_with_few_statements(workspace: Workspace) -> None:
    case = make_case(workspace)
    workspace.answer(case, {"/first": "1"}, base=0)
    before = pages_written(workspace)
    with counted(workspace) as said:
        workspace.answer(case, {"/second": "2"}, base=0)
    assert len(said) <= ANSWER_STATEMENTS_MAX, said
    assert pages_written(workspace) - before <= ANSWER_PAGES_MAX
    assert workspace.status().pending == len(workspace.history(case)) + 1


@pytest.mark.parametrize("seq", [1, 255, 256, 70_000])
def test_salts_of_a_block_are_those_of_its_seed(seq: int) -> None:
    seed = salt_seed(b"s" * 32, 1, seq)
    salts = Salts(seed)
    assert salts.of(seq) == salts.of(seq) == salt_from_seed(seed, seq)


def asked(workspace: Workspace, typed: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the questions that a key press puts to the index."""
    questions: list[str] = []
    really = search_index.match
    with monkeypatch.context() as patch:
        patch.setattr(
            search_index,
            "match",
            lambda connection, text, limit: questions.append(text) or really(connection, text, limit),
        )
        workspace.search(typed)
    return questions


def test_an_initial_is_looked_for_among_names_and_not_in_the_whole_index(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given_names in ("Aminata", "Zoé", "Élodie"):
        make_citizen(workspace, family_name="Diallo", given_names=given_names)
    assert asked(workspace, "diallo a", monkeypatch) == ['"diallo"', '"diallo"*']
    assert [hit.title for hit in workspace.search("diallo a")] == ["Diallo Aminata"]
    assert [hit.title for hit in workspace.search("diallo é")] == ["Diallo Élodie"]
    assert [hit.title for hit in workspace.search("dialol z")] == ["Diallo Zoé"]


def test_an_initial_that_no_name_has_is_looked_for_everywhere(workspace: Workspace) -> None:
    make_citizen(workspace, family_name="Diallo", given_names="Aminata", commune="Vallon")
    assert [hit.title for hit in workspace.search("diallo v")] == ["Diallo Aminata"]
    assert workspace.search("diallo x") == []


def test_enough_that_fits_is_not_corrected(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        make_citizen(workspace, family_name="Martin", given_names="Zoé")
    assert asked(workspace, "martin", monkeypatch) == ['"martin"']
    assert len(asked(workspace, "marti", monkeypatch)) == 2


def test_look_alikes_come_after_what_fits(workspace: Workspace) -> None:
    make_citizen(workspace, family_name="Lefebvre", given_names="Jean")
    make_citizen(workspace, family_name="Lefevre", given_names="Jean")
    assert [hit.title for hit in workspace.search("lefevre jean")] == ["Lefevre Jean", "Lefebvre Jean"]


@pytest.mark.parametrize("typed", ["fotnaineau", "fontianeau marei", "ontainaeu", "fontainau mar", "fontaineuax m"])
def test_two_errors_are_forgiven_in_a_long_word_when_nothing_fits(workspace: Workspace, typed: str) -> None:
    make_citizen(workspace, family_name="Fontaineau", given_names="Marie")
    make_citizen(workspace, family_name="Dupont", given_names="Marc")
    assert [hit.title for hit in workspace.search(typed)] == ["Fontaineau Marie"]


def test_the_hash_of_a_header_needs_no_header() -> None:
    dice = random.Random(seed := random.randrange(1 << 32))
    for _ in range(200):
        tenant, incarnation, seq, base, time = (dice.randrange(1, 1 << 53) for _ in range(5))
        prev, digest = (dice.randbytes(32).hex() for _ in range(2))
        device, agent, record = (dice.randbytes(16).hex() for _ in range(3))
        agent = dice.choice([agent, 'é"\\ \x01', ""])
        device = dice.choice([device, 'é"\\'])
        kind = dice.choice(["set", "status", "of_a_newer_version9"])
        header = Header(1, tenant, device, incarnation, seq, prev, agent, "case", record, kind, base, time, digest)
        hashed = HeaderHashes(1, tenant, device, incarnation, agent)
        assert hashed.of(seq, prev, "case", record, kind, base, time, digest) == header_hash(header), seed


@pytest.mark.parametrize("size", [0, 31, 32, 64, 65, 200])
def test_a_seed_of_any_length_gives_its_salts(size: int) -> None:
    assert Salts(b"s" * size).of(7) == salt_from_seed(b"s" * size, 7)
