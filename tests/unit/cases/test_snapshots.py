"""First contact by a snapshot: what stands here afterwards is what pages bring, whatever happens on the way."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from cases import foundation, merge
from cases.audit import fingerprint
from cases.errors import DamagedError, EnvironmentFault, InputError
from cases.merge import RecordState
from cases.projections import confirmed_state
from cases.snapshots import Snapshots
from cases.store import chunks, facts, registers
from cases.views import Identity
from cases.workspace import Workspace
from sync.messages import PulledEvent
from tests.support.exchange import Numbering, Page, page_event
from tests.support.first_contact import STREAM, Served, names_in, packed, records_of, served
from tests.support.workspaces import PASSPHRASE, FakeClock, make_identity, make_ports, make_workspace

SEED = 20261125
ROUNDS = 20
AGENTS = ["a" * 31 + "1", "a" * 31 + "2", "a" * 31 + "3"]


class Town(NamedTuple):
    """What an office wrote: its stream's events, and who is to read them."""

    events: list[PulledEvent]
    reader: Identity


def _write(workspace: Workspace, chance: random.Random, people: list[str], cases: list[str]) -> None:
    """Do one thing that an agent does."""
    act = chance.choice(["citizen", "case", "case", "answer", "answer", "edit", "status", "note", "row"])
    if act == "citizen" or not people:
        fields = {"family_name": chance.choice(["Lefèvre", "Œrsted", "Ba", "De La Tour"]), "given_names": "Zoé Anne"}
        fields |= {"birth_date": "1951-03-07", "phone": "06 12 34 56 78", "commune": "Bourg-l'Évêque"}
        fields |= chance.choice([{"postcode": "59230"}, {"phone": "+33 6-1", "birth_date": "19500214"}, {}])
        people.append(workspace.create_citizen(fields).record)
    elif act == "case" or not cases:
        answers = {
            "/who/name": "x",
            f"/q{chance.randrange(3)}": str(chance.random()),
            "/child[1]": "1",
            "/child[1]/n": "Al",
        }
        cases.append(workspace.open_case("apa", "1" * 64, chance.choice(people), answers).record)
    elif act == "edit":
        citizen = chance.choice(people)
        workspace.edit_citizen(
            citizen, {"family_name": f"Né{chance.randrange(9)}"}, base=workspace.citizen(citizen).base
        )
    else:
        case = chance.choice(cases)
        base = workspace.case(case).base
        if act == "answer":
            workspace.answer(case, {f"/q{chance.randrange(3)}": str(chance.random())}, base=base)
        elif act == "row":
            workspace.answer(case, {"/child[1]": None}, base=base)
        elif act == "note":
            workspace.add_note(case, "Vu", base=base)
        elif workspace.case(case).state == "draft" and not workspace.case(case).contested:
            workspace.change_status(case, "submitted", base=base)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Three agents write at the same time, and see each other's work now and then: some fields are contested."""
    directory, chance, clock = tmp_path_factory.mktemp("town"), random.Random(SEED), FakeClock()
    numbering, people, cases = Numbering(), list[str](), list[str]()
    with ExitStack() as ends:
        posts = []
        for number, agent in enumerate(AGENTS):
            identity = make_identity(device="d" * 31 + str(number), agent=agent, agent_name=f"Agent {agent[-1]}")
            ports = make_ports(seed=number, clock=clock)
            posts.append(make_workspace(directory / str(number), ports=ports, identity=identity))
            ends.callback(posts[-1].close)
        for _ in range(ROUNDS):
            for post in posts:
                held = [each for each in people if _has(post, each)], [each for each in cases if _has(post, each)]
                for _ in range(3):
                    clock.advance(61)
                    _write(post, chance, *held)
                people += [each for each in held[0] if each not in people]
                cases += [each for each in held[1] if each not in cases]
            for post in chance.sample(posts, 3):
                numbering.push(post)
                numbering.pull(post)
    print(f"seed {SEED}: {numbering.head} events")
    reader = make_identity(device="d" * 31 + "9", agent=AGENTS[1], agent_name="Agent 2")
    return Town(numbering.events, reader)


def _has(workspace: Workspace, record: str) -> bool:
    with workspace._core.store.reading() as connection:
        return registers.known_type(connection, record) is not None


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    ends = ExitStack()

    def make(name: str, identity: Identity) -> Workspace:
        workspace = make_workspace(tmp_path / name, ports=make_ports(seed=77, clock=FakeClock()), identity=identity)
        ends.callback(workspace.close)
        return workspace

    yield make
    ends.close()


def by_pages(workspace: Workspace, events: list[PulledEvent], *, size: int = 40) -> Workspace:
    for start in range(0, len(events), size):
        part = [page_event(event) for event in events[start : start + size]]
        workspace.apply_news({STREAM: Page(part, part[-1].central_seq)}, epoch=1)
    return workspace


def by_snapshot(workspace: Workspace, given: Served) -> Workspace:
    progress = workspace.begin_snapshot(given.manifest)
    while progress is not None:
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    return workspace


def state_of(workspace: Workspace, record: str) -> RecordState:
    with workspace._core.store.reading() as connection:
        known = registers.find(connection, record)
        assert known is not None
        return confirmed_state(connection, 1, known)


def reads(workspace: Workspace) -> dict[str, object]:
    """Return all that screens show, but what only events say: notes and the history."""
    records = [row.id for row in workspace.citizens(limit=1000)], [row.id for row in workspace.cases(limit=1000)]
    words = [
        "lefevre",
        "œrsted",
        "orsted",
        "ne3",
        "0612345678",
        "07031951",
        "bourg",
        "apa",
        "zoé an",
        "59230",
        "lefevr",
    ]
    with workspace._core.store.reading() as connection:
        counters = {name: value for name, value in facts.counters(connection).items() if value}
    return {
        "citizens": sorted(workspace.citizens(limit=1000), key=str),
        "cases": sorted(workspace.cases(limit=1000), key=str),
        "search": {text: sorted(workspace.search(text, 1000), key=str) for text in words},
        "citizen": [replace(workspace.citizen(each), cases=()) for each in sorted(records[0])],
        "case": [replace(workspace.case(each), notes=()) for each in sorted(records[1])],
        "states": {each: merge.to_json(state_of(workspace, each)) for part in records for each in part},
        "counters": counters,
        "cursors": workspace.cursors(),
    }


def differing(one: dict[str, object], other: dict[str, object]) -> list[str]:
    return [name for name in one if one[name] != other[name]]


def test_a_snapshot_brings_what_pages_bring(town: Town, opened: Callable[..., Workspace]) -> None:
    paged = reads(by_pages(opened("pages", town.reader), town.events))
    taken = reads(by_snapshot(opened("snapshot", town.reader), served(town.events, own=town.reader.agent)))
    assert differing(paged, taken) == []
    assert any(row.contested for row in paged["cases"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("cut", [1, 37, 90])
def test_what_comes_after_the_snapshot_comes_by_pages(town: Town, opened: Callable[..., Workspace], cut: int) -> None:
    first, rest = town.events[:-cut], town.events[-cut:]
    paged = reads(by_pages(opened("pages", town.reader), town.events))
    taken = by_pages(by_snapshot(opened("snapshot", town.reader), served(first, own=town.reader.agent)), rest)
    assert differing(paged, reads(taken)) == []
    # Again, from the start: everything is known already.
    by_pages(taken, town.events)
    assert differing(paged, reads(taken)) == []


def test_own_cases_come_first_and_the_cursor_last(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events, own=town.reader.agent)
    own = {one.record_id for one in records_of(town.events) if one.state.value("agent") == town.reader.agent}
    progress = workspace.begin_snapshot(given.manifest)
    shares = [0.0]
    assert workspace.status().snapshot_share == 0 and not workspace.own_caseload_ready()
    while progress is not None:
        assert workspace.cursors() == {STREAM: 0}
        if progress.own_ready:
            assert own <= {row.id for row in workspace.cases(limit=1000)}
        shares.append(progress.share)
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    assert shares == sorted(shares) and workspace.status().snapshot_share is None
    assert workspace.cursors() == {STREAM: len(town.events)} and workspace.own_caseload_ready()


def test_a_kill_after_any_chunk_loses_nothing(town: Town, tmp_path: Path, opened: Callable[..., Workspace]) -> None:
    """The files are copied after each transaction, as a power cut leaves them; each copy goes on to the same end."""
    expected = reads(by_pages(opened("pages", town.reader), town.events))
    given = served(town.events, own=town.reader.agent, size=11)
    ports = make_ports(seed=77, clock=FakeClock())
    workspace = make_workspace(tmp_path / "w", ports=ports, identity=town.reader)
    progress = workspace.begin_snapshot(given.manifest)
    copies = 0
    while progress is not None:
        shutil.copytree(tmp_path / "w", tmp_path / str(copies))
        copies += 1
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    workspace.close()
    assert copies > 5
    for number in range(0, copies, 2):
        (tmp_path / str(number) / "lock").unlink(missing_ok=True)
        again = Workspace.unlock(tmp_path / str(number), PASSPHRASE, ports=ports)
        at = again.snapshot_progress()
        while at is not None:
            at = again.apply_chunk(STREAM, at.wanted, given.chunks[at.wanted])
        assert differing(expected, reads(again)) == []
        again.close()


def test_a_cursor_set_too_early_is_caught(
    town: Town, opened: Callable[..., Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The known-bad variant: after a kill in the middle, pages go on after what never came."""
    begin = chunks.begin

    def hasty(connection, snapshot, rows) -> None:  # type: ignore[no-untyped-def]
        begin(connection, snapshot, rows)
        facts.move_cursor(connection, snapshot.stream, snapshot.central_seq)

    monkeypatch.setattr(chunks, "begin", hasty)
    workspace = opened("w", town.reader)
    given = served(town.events, own=town.reader.agent)
    progress = workspace.begin_snapshot(given.manifest)
    assert progress is not None
    workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    by_pages(workspace, town.events[workspace.cursors()[STREAM] :])
    assert "states" in differing(reads(by_pages(opened("pages", town.reader), town.events)), reads(workspace))


def test_twice_is_as_once_and_what_is_not_wanted_changes_nothing(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events, own=town.reader.agent)
    stray = served(town.events[:9])
    for name, data in stray.chunks.items():
        assert workspace.apply_chunk(STREAM, name, data) is None
    for name, data in given.chunks.items():
        workspace.begin_snapshot(given.manifest)
        before = workspace.apply_chunk(STREAM, name, data)
        assert workspace.apply_chunk(STREAM, name, data) == before
    taken = reads(workspace)
    assert differing(reads(by_pages(opened("pages", town.reader), town.events)), taken) == []
    for name, data in given.chunks.items():
        assert workspace.apply_chunk(STREAM, name, data) is None
    assert differing(taken, reads(workspace)) == []


def test_a_chunk_cut_or_altered_anywhere_is_refused_and_nothing_changes(
    town: Town, opened: Callable[..., Workspace]
) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events)
    progress = workspace.begin_snapshot(given.manifest)
    assert progress is not None
    data, chance = given.chunks[progress.wanted], random.Random(SEED)
    print(f"seed {SEED}")
    for at in [0, 1, len(data) - 1, *chance.sample(range(len(data)), 60)]:
        for bad in (data[:at], data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]):
            with pytest.raises(InputError, match=r"snapshot\.malformed"):
                workspace.apply_chunk(STREAM, progress.wanted, bad)
    assert workspace.snapshot_progress() == progress and workspace.citizen_count() == 0
    by_snapshot(workspace, given)
    assert workspace.case_count() == len([one for one in records_of(town.events) if one.record_type == "case"])


def test_a_chunk_that_its_hash_fits_and_its_manifest_does_not_is_refused(
    town: Town, opened: Callable[..., Workspace]
) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events)
    first = given.manifest.chunks[0]
    lying = given.manifest.chunks[0].__class__(first.hash, first.bytes, first.records + 1, first.own)
    manifest = given.manifest.__class__(STREAM, 9, 1, 5, [lying, *given.manifest.chunks[1:]])
    workspace.begin_snapshot(manifest)
    with pytest.raises(InputError, match=r"snapshot\.malformed"):
        workspace.apply_chunk(STREAM, first.hash, given.chunks[first.hash])
    assert workspace.citizen_count() == workspace.case_count() == 0


@pytest.mark.parametrize("taken", [0, 1, 3, 5])
def test_a_newer_manifest_on_the_way_keeps_what_is_the_same(
    town: Town, opened: Callable[..., Workspace], taken: int
) -> None:
    workspace = opened("w", town.reader)
    older = served(town.events[:-60], own=town.reader.agent)
    newer = served(town.events, own=town.reader.agent)
    progress = workspace.begin_snapshot(older.manifest)
    for _ in range(taken):
        assert progress is not None
        progress = workspace.apply_chunk(STREAM, progress.wanted, older.chunks[progress.wanted])
    asked = []
    progress = workspace.begin_snapshot(newer.manifest)
    while progress is not None:
        asked.append(progress.wanted)
        progress = workspace.apply_chunk(STREAM, progress.wanted, newer.chunks[progress.wanted])
    held = {entry.hash for entry in older.manifest.chunks[:taken]}
    assert not held & set(asked)
    assert differing(reads(by_pages(opened("pages", town.reader), town.events)), reads(workspace)) == []


def test_a_record_that_the_newer_manifest_lacks_has_left(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    records = records_of(town.events)
    case = next(one.record_id for one in records if one.record_type == "case")
    older = packed(records, len(town.events), names_in(town.events))
    progress = workspace.begin_snapshot(older.manifest)
    while progress is not None and len(chunks_left(workspace)) > 1:
        progress = workspace.apply_chunk(STREAM, progress.wanted, older.chunks[progress.wanted])
    with workspace._core.store.reading() as connection:
        known = registers.find(connection, case)
    stays = [one for one in records if one.record_id != case]
    by_snapshot(workspace, packed(stays, len(town.events) + 1, names_in(town.events)))
    assert case not in workspace.case_ids(limit=1000)
    assert known is None or not _has(workspace, case)
    assert workspace.case_count() == sum(one.record_type == "case" for one in stays)


def chunks_left(workspace: Workspace) -> list[str]:
    with workspace._core.store.reading() as connection:
        return [row.hash for row in chunks.of_stream(connection, STREAM) if row.standing == chunks.WANTED]


def test_own_work_during_the_snapshot_stays_visible_and_counts_as_having_seen(
    town: Town, opened: Callable[..., Workspace]
) -> None:
    """Own records, pending and confirmed, and an answer to a case that a chunk brought before the cursor moved."""
    workspace = opened("w", town.reader)
    numbering = Numbering()
    numbering.events = list(town.events)
    citizen = workspace.create_citizen({"family_name": "Nouveau", "given_names": "Cas"}).record
    given = served(town.events, own=town.reader.agent)
    progress = workspace.begin_snapshot(given.manifest)
    assert progress is not None
    mine = workspace.open_case("apa", "1" * 64, citizen, {"/q0": "un"}).record
    while progress is not None and not progress.own_ready:
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    assert progress is not None
    plain = next(row.id for row in workspace.cases(limit=1000) if not row.contested and row.id != mine)
    base = workspace.case(plain).base
    assert 0 < base <= len(town.events) and workspace.case(mine).base == 0
    workspace.answer(plain, {"/q0": "répondu ici"}, base=base)
    assert workspace.case(plain).answers["/q0"] == "répondu ici" and workspace.case(plain).pending == 1
    numbering.push(workspace)
    workspace.answer(plain, {"/q1": "et là"}, base=workspace.case(plain).base)
    while progress is not None:
        assert workspace.case(plain).answers["/q0"] == "répondu ici"
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    numbering.push(workspace)
    numbering.pull(workspace)
    assert {"/q0": "répondu ici", "/q1": "et là"}.items() <= workspace.case(plain).answers.items()
    assert workspace.case(plain).contested == () and workspace.status().pending == 0
    assert workspace.case(mine).answers == {"/q0": "un"} and workspace.search("nouveau")
    others = by_pages(opened("pages", replace(town.reader, device="d" * 31 + "8")), numbering.events)
    assert differing({"states": reads(others)["states"]}, reads(workspace)) == []


def test_a_pending_answer_to_a_record_that_comes_in_a_newer_chunk_stays_on_top(
    town: Town, opened: Callable[..., Workspace]
) -> None:
    workspace = opened("w", town.reader)
    older = served(town.events[:-40], own=town.reader.agent)
    progress = workspace.begin_snapshot(older.manifest)
    for _ in range(3):
        assert progress is not None
        progress = workspace.apply_chunk(STREAM, progress.wanted, older.chunks[progress.wanted])
    case = workspace.cases(limit=1)[0].id
    workspace.answer(case, {"/own": "à moi"}, base=workspace.case(case).base)
    by_snapshot(workspace, served(town.events, own=town.reader.agent))
    assert workspace.case(case).answers["/own"] == "à moi" and workspace.case(case).pending == 1
    expected = by_pages(opened("pages", replace(town.reader, device="d" * 31 + "8")), town.events)
    assert state_of(workspace, case) == state_of(expected, case)


def test_a_disk_that_fills_up_in_a_chunk_leaves_it_wanted(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events, size=500)
    before = workspace.begin_snapshot(given.manifest)
    assert before is not None
    store = workspace._core.store
    pages = store.rows("PRAGMA page_count")[0][0]
    store.maintain(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())
    with pytest.raises(EnvironmentFault, match=r"store\.disk_full"):
        workspace.apply_chunk(STREAM, before.wanted, given.chunks[before.wanted])
    assert workspace.snapshot_progress() == before and workspace.citizen_count() == 0
    store.maintain(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchall())
    by_snapshot(workspace, given)
    assert differing(reads(by_pages(opened("pages", town.reader), town.events)), reads(workspace)) == []


def test_pages_go_on_over_an_abandoned_snapshot(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    given = served(town.events[:-30], own=town.reader.agent)
    progress = workspace.begin_snapshot(given.manifest)
    for _ in range(4):
        assert progress is not None
        progress = workspace.apply_chunk(STREAM, progress.wanted, given.chunks[progress.wanted])
    workspace.abandon_snapshot(STREAM)
    assert workspace.snapshot_progress() is None and workspace.own_caseload_ready()
    by_pages(workspace, town.events)
    assert differing(reads(by_pages(opened("pages", town.reader), town.events)), reads(workspace)) == []


def test_a_restored_service_says_everything_again(town: Town, opened: Callable[..., Workspace]) -> None:
    """Records that stand in chunks are in doubt like the rest: what does not come again is not here any more."""
    workspace = by_snapshot(opened("w", town.reader), served(town.events, own=town.reader.agent))
    kept = town.events[:60]
    workspace.replay({})
    assert workspace.in_doubt() and workspace.case_count() > 0
    for start in range(0, 60, 20):
        part = [page_event(event) for event in kept[start : start + 20]]
        workspace.apply_news({STREAM: Page(part, part[-1].central_seq, more=start < 40)}, epoch=2)
        if start == 0:
            workspace.rewind()
            workspace.apply_news({STREAM: Page(part, part[-1].central_seq, more=True)}, epoch=2)
    assert not workspace.in_doubt()
    expected = reads(by_pages(opened("pages", town.reader), kept))
    found = reads(workspace)
    assert [expected[name] for name in ("states", "counters")] == [found[name] for name in ("states", "counters")]
    with workspace._core.store.reading() as connection:
        assert not list(connection.execute("SELECT 1 FROM chunk UNION SELECT 1 FROM chunk_data"))


def test_a_record_leaves_and_enters_over_a_chunk(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = by_snapshot(opened("w", town.reader), served(town.events, own=town.reader.agent))
    head = len(town.events)
    case = workspace.cases(limit=1)[0].id
    given = next(one for one in records_of(town.events) if one.record_id == case)
    workspace.answer(case, {"/own": "attend"}, base=workspace.case(case).base)
    workspace.apply_news({STREAM: Page([], head + 1, leaves=[(head + 1, case)])}, epoch=1)
    # It goes with the answer to what waits: until then it is whole.
    assert workspace.case(case).answers["/own"] == "attend" and len(workspace.case(case).answers) > 1
    numbering = Numbering()
    numbering.events = [*town.events, town.events[-1]]
    numbering.push(workspace)
    assert not _has(workspace, case)
    workspace.apply_news({STREAM: Page([], head + 9, enters=[given._replace(central_seq=head + 9)])}, epoch=1)
    assert workspace.case(case).answers.get("/own") is None and state_of(workspace, case) == given.state


def test_a_record_stays_cold_until_central_says_more_of_it(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = by_snapshot(opened("w", town.reader), served(town.events[:-1], own=town.reader.agent))
    last = town.events[-1].record_id
    ((cold,),) = workspace._core.store.rows("SELECT count(*) FROM record WHERE cold IS NOT NULL AND state IS NULL")
    # The others are citizens who came after a case of theirs; central gives them before.
    assert cold > 0.7 * len(records_of(town.events))
    by_pages(workspace, town.events[-1:])
    with workspace._core.store.reading() as connection:
        known = registers.find(connection, last)
        assert known is not None and known.state is not None
        assert not foundation.of(connection, [known])[known.no].cold


def test_a_chunk_that_was_damaged_on_the_disk_is_named_and_mended_by_the_audit(
    town: Town, opened: Callable[..., Workspace]
) -> None:
    workspace = by_snapshot(opened("w", town.reader), served(town.events, own=town.reader.agent))
    expected = reads(workspace)
    records = {one.record_id: one for one in records_of(town.events)}
    workspace._core.store.write(
        lambda connection: connection.execute("UPDATE chunk_data SET data = zeroblob(90) WHERE no = 1").rowcount
    )
    workspace._core.standings.undone()  # What was read before is not read from the disk again.
    sql = "SELECT id FROM record WHERE cold / 32768 = 1 AND state IS NULL"
    damaged = [row[0] for row in workspace._core.store.rows(sql)]
    case = next(each for each in damaged if records[each].record_type == "case")
    with pytest.raises(DamagedError, match=r"store\.damaged"):
        workspace.case(case)
    theirs: dict[str, dict[str, str]] = {}
    for each in records.values():
        prints = theirs.setdefault(each.record_id[-2:], {})
        prints[each.record_id] = fingerprint(each.record_type, each.record_id, each.state)
    found = workspace.audit_differences(theirs)
    assert found.fetch == sorted(damaged) and found.not_there == []
    workspace.replace_confirmed([records[each] for each in found.fetch])
    assert workspace.audit_differences(theirs).fetch == []
    assert differing({name: expected[name] for name in ("states", "counters")}, reads(workspace)) == []


def test_a_snapshot_of_nothing_is_over_at_once(town: Town, opened: Callable[..., Workspace]) -> None:
    workspace = opened("w", town.reader)
    assert workspace.begin_snapshot(served([]).manifest.__class__(STREAM, 7, 1, 5, [])) is None
    assert workspace.cursors() == {STREAM: 7}


def test_snapshots_are_a_part_of_the_workspace() -> None:
    assert issubclass(Workspace, Snapshots)
