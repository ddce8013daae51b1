"""A service, or something in its place, that answers what it should not; and what the client makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cases.errors import EstafetteError, NetworkFault, NotPermittedError, RejectedError
from central import syncing
from sync.agent import OFFERS_EVERY_S
from sync.messages import Exchange, ExchangeReply, ProcedureSummary, StreamNews, bundle_version
from sync.rounds import Tally, documents
from sync.state import SyncState
from tests.support.central_memory import STREAM, Refused
from tests.support.clients import NAME, PROCEDURE, Client, Office
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock


def bug(*_arguments: object, **_named: object) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize("phase", ["exchange", "procedures"])
def test_round_after_a_bug_starts_clean(
    post: Office, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    client = post.client()
    clock.advance(OFFERS_EVERY_S)
    with monkeypatch.context() as broken:
        broken.setattr(f"sync.client.CentralClient.{phase}", bug)
        client.citizen()
        with pytest.raises(ZeroDivisionError):
            client.sync()
    assert client.agent.status().state is SyncState.OFFLINE
    client.sync()
    assert (client.agent.status().state, client.pending) == (SyncState.IDLE, 0)


def test_round_whose_end_could_not_be_written_down_is_followed_by_a_clean_one(post: Office) -> None:
    client = post.client()
    client.workspace.set_sync_state("pull")
    client.sync()
    assert client.agent.status().state is SyncState.IDLE


# --- bundles ---------------------------------------------------------------------------------------------------------


class Offers:
    """A service with these bundles; an error in the place of one is raised."""

    def __init__(self, **bundles: bytes | EstafetteError) -> None:
        self.bundles = bundles
        self.asked: list[str] = []

    def procedures(self) -> list[ProcedureSummary]:
        return [
            ProcedureSummary(name, bundle_version(bundle) if isinstance(bundle, bytes) else "0" * 64, 4)
            for name, bundle in self.bundles.items()
        ]

    def procedure_bundle(self, procedure: str, version: str) -> bytes:
        self.asked.append(procedure)
        bundle = self.bundles[procedure]
        if isinstance(bundle, EstafetteError):
            raise bundle
        return bundle


def fetch(client: Client, offers: Offers, tally: Tally, *, offered: bool = True) -> None:
    documents(client.workspace, offers, tally, offered=offered)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error", [RejectedError("procedure.unknown"), NotPermittedError("right.foreign_procedure")], ids=str
)
def test_refused_bundle_does_not_keep_the_others_from_coming(post: Office, error: EstafetteError) -> None:
    client = post.client()
    offers, tally = Offers(a=error, b=b"sound"), Tally()
    fetch(client, offers, tally)
    assert ("b", bundle_version(b"sound")) in client.workspace.procedures()
    assert tally.refused_procedures == {("a", "0" * 64): error.code}
    fetch(client, offers, tally, offered=False)
    assert offers.asked == ["a", "b"], "a refused bundle is not asked for again before somebody names it"
    fetch(client, offers, tally)
    assert offers.asked == ["a", "b", "a"]


def test_bundle_over_which_the_service_fails_stays_wanted(post: Office) -> None:
    client = post.client()
    offers, tally = Offers(a=NetworkFault("network.service_failed"), b=b"sound"), Tally()
    fetch(client, offers, tally)
    assert tally.procedures == 1
    offers.bundles["a"] = b"better"
    tally.wanted_procedures = {("a", bundle_version(b"better"))}
    fetch(client, offers, tally, offered=False)
    assert tally.procedures == 2


@pytest.mark.parametrize("error", [NetworkFault("network.unreachable"), NotPermittedError("auth.device_revoked")])
def test_round_ends_when_the_line_breaks_or_the_device_is_refused(post: Office, error: EstafetteError) -> None:
    client = post.client()
    with pytest.raises(type(error)):
        fetch(client, Offers(a=error), Tally())


def test_case_of_an_unknown_procedure_comes_and_can_be_read(post: Office, memory: MemoryService) -> None:
    one, other = post.client(), post.client()
    # Published once, and lost: what is handed out is not that version.
    memory.central.storage.tables.published["nulle-part", "1" * 64] = b"else"
    case = one.workspace.open_case("nulle-part", "1" * 64, one.citizen(), {"/a": "vu"}).record
    one.sync()
    other.sync()
    assert other.agent.status().fault == ""
    assert other.workspace.case(case).answers == {"/a": "vu"}
    assert [entry.kind for entry in other.workspace.history(case)] == ["set"]


@pytest.mark.parametrize(
    "fields",
    [
        {"procedure": "..", "procedure_version": "1" * 64},
        {"procedure": "apa", "procedure_version": "../../x"},
        {"procedure": "a\0", "procedure_version": "1" * 64},
        {"procedure": PROCEDURE, "procedure_version": "é" * 64},
    ],
)
def test_names_that_no_procedure_can_have_are_not_asked_for(
    post: Office, memory: MemoryService, fields: dict[str, object]
) -> None:
    one, other = post.client(), post.client()
    case = one.case()
    one.sync()
    other.sync()
    memory.central.act_as_supervisor(case, "set", fields)
    memory.central.requests.clear()
    other.sync()
    assert not [path for path in memory.central.requests if "/procedures" in path]


# --- numbers, cursors, epochs ----------------------------------------------------------------------------------------


def lies(monkeypatch: pytest.MonkeyPatch, change: Callable[[ExchangeReply], ExchangeReply]) -> None:
    """Change every answer before the service signs it."""
    exchange = syncing.exchange
    monkeypatch.setattr(syncing, "exchange", lambda core, device, request: change(exchange(core, device, request)))


def refuses(monkeypatch: pytest.MonkeyPatch, when: Callable[[Exchange], bool], refused: Refused) -> None:
    """Refuse some exchanges."""
    exchange = syncing.exchange

    def asked(core: Any, device: Any, request: Exchange) -> ExchangeReply:
        if when(request):
            raise refused
        return exchange(core, device, request)

    monkeypatch.setattr(syncing, "exchange", asked)


@pytest.mark.parametrize("number", [-1, 2**53 + 1, 2**63])
@pytest.mark.parametrize("name", ["cursor", "epoch", "time"])
def test_number_beyond_all_bounds_is_no_answer(
    post: Office, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    client = post.client()
    before = client.workspace.cursors()

    def change(reply: ExchangeReply) -> ExchangeReply:
        if name == "cursor":
            return msgspec.structs.replace(reply, streams={stream: StreamNews(number) for stream in before})
        return msgspec.structs.replace(reply, **{name: number})

    with monkeypatch.context() as context:
        lies(context, change)
        with pytest.raises(NetworkFault, match="network.cut"):
            client.sync()
    assert client.workspace.cursors() == before
    client.sync()


@pytest.mark.parametrize("change", [{"device": [9]}, {"seq": []}, {"central_seq": [0]}, {"agents": []}])
def test_news_of_another_shape_are_no_answer(
    post: Office, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    one, other = post.client(), post.client()
    one.citizen()
    one.sync()

    def changed(reply: ExchangeReply) -> ExchangeReply:
        streams = {
            stream: msgspec.structs.replace(news, events=msgspec.structs.replace(news.events, **change))
            for stream, news in reply.streams.items()
            if news.events is not None
        }
        return msgspec.structs.replace(reply, streams=streams)

    with monkeypatch.context() as context:
        lies(context, changed)
        with pytest.raises(RejectedError, match="sync.page_invalid"):
            other.sync()
    other.sync()
    assert other.workspace.citizen_count() == 1


def test_epoch_that_nobody_signed_does_not_blind_the_client(
    post: Office, memory: MemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client()
    case = client.case({NAME: "Moreau"})
    client.sync()
    with monkeypatch.context() as context:
        lies(context, lambda page: msgspec.structs.replace(page, epoch=2**52))
        client.sync()
    assert client.workspace.identity is not None
    assert client.workspace.identity.epoch == memory.central.epoch
    client.sync()
    assert (client.agent.status().fault, client.pending) == ("", 0)
    assert client.workspace.case(case).answers[NAME] == "Moreau"


def test_epoch_that_changes_with_every_page_is_not_followed_for_ever(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client()
    epochs = iter(range(100, 10_000))
    with monkeypatch.context() as context:
        lies(context, lambda page: msgspec.structs.replace(page, epoch=next(epochs)))
        with pytest.raises(RejectedError, match="sync.page_invalid"):
            client.sync()
    client.sync()


def test_epoch_is_kept_once_a_receipt_of_it_came(post: Office, memory: MemoryService) -> None:
    client, idle = post.client(), post.client()
    client.case({NAME: "Moreau"})
    client.sync()
    memory.central.restore(1)
    client.sync()
    idle.sync()
    epochs = [one.workspace.identity.epoch for one in (client, idle) if one.workspace.identity is not None]
    assert epochs == [2, 1], "a device without a receipt believes the new epoch only as far as it harms nothing"
    idle.citizen()
    idle.sync()
    idle.sync()
    assert idle.workspace.identity is not None and idle.workspace.identity.epoch == 2


def test_cursor_beyond_the_stream_is_begun_again(
    post: Office, memory: MemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = post.client(), post.client()
    case = one.case({NAME: "Moreau"})
    one.sync()
    other.sync()
    memory.central.restore(0)
    memory.central.epoch -= 1
    memory.central.storage.tables.heads[STREAM] = 0
    other.sync()
    one.sync()
    other.sync()
    assert memory.central.record(case).value(NAME) == "Moreau"
    assert (one.pending, other.pending) == (0, 0)
    assert other.events(case) == one.events(case)


def test_service_that_always_says_that_the_cursor_is_ahead_is_shown(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client()
    refuses(monkeypatch, lambda request: True, Refused(409, "pull.cursor_ahead", head="0"))
    with pytest.raises(RejectedError):
        client.sync()
    assert client.agent.status().fault == "pull.cursor_ahead"


def test_decisions_arrive_although_what_was_sent_is_refused(
    post: Office, memory: MemoryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client()
    case = client.case({NAME: "Moreau"})
    client.sync()
    memory.central.act_as_supervisor(case, "note", {"text": "vu"})

    refuses(monkeypatch, lambda request: request.batch is not None, Refused(409, "push.refused"))
    client.citizen()
    with pytest.raises(RejectedError, match="push.refused"):
        client.sync()
    assert (client.agent.status().state, client.agent.status().fault) == (SyncState.BACKING_OFF, "push.refused")
    assert "note" in [entry.kind for entry in client.workspace.history(case)]
    assert client.pending == 1
