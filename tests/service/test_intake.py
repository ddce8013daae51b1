"""Sealed envelopes against the real service: forwarded by a colleague or a stick, judged as their author's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import main
from cases.clock import SystemClock
from cases.envelopes import Envelope, Label, open_sealed, seal
from cases.errors import InputError
from cases.mailbox import Mailbox
from cases.ports import Ports
from cases.workspace import Workspace
from central import alerts, backups, bundles, intake
from central.database import people
from central.keys import public_hex
from central.service import make_enrolment_code, parked, queue
from sync import wire
from sync.agent import Agent
from sync.bundle import collect
from sync.bundle_files import read_answers, write_bundle
from sync.envelopes import Courier
from sync.messages import API
from sync.sealed import EnvelopeAnswer, EnvelopesReply, EnvelopesRequest, answer_holds, pack
from sync.transport import RequestsTransport
from tests.support.central_service import RunningService
from tests.support.wire_device import VERSION, WireDevice
from tests.support.workspaces import PASSPHRASE, SeededRandomness, make_ports


class Direct:
    """The one call of the service, without the network between."""

    def __init__(self, service: RunningService) -> None:
        self.service = service
        self.sent = 0

    def envelopes(self, request: EnvelopesRequest) -> EnvelopesReply:
        self.sent += len(request.envelopes)
        return intake.take_in(self.service.central, self.service.tenant, request)


class Desk:
    """An agent's workspace on a computer, enrolled over the network, which then breaks."""

    def __init__(self, directory: Path, service: RunningService, agent: str, *, seed: int) -> None:
        self.directory = directory
        self.ports: Ports = make_ports(seed=seed)
        with service.central.transaction(service.tenant) as connection:
            code = make_enrolment_code(service.central, connection, None, agent)
        self.workspace = Workspace.create(directory, PASSPHRASE, ports=self.ports)
        enrolling = Agent(self.workspace, RequestsTransport, ports=self.ports)
        enrolling.enrol(service.url, code.code, directory.name)
        enrolling.stop()
        self.courier = Courier(self.workspace, self.ports)

    def reopen(self) -> None:
        self.workspace.close()
        self.workspace = Workspace.unlock(self.directory, PASSPHRASE, ports=self.ports)
        self.courier = Courier(self.workspace, self.ports)

    def open_case(self) -> str:
        citizen = self.workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé"}).record
        return str(self.workspace.open_case("apa", VERSION, citizen, {}).record)

    @property
    def device(self) -> str:
        identity = self.workspace.identity
        assert identity is not None
        return identity.device


@pytest.fixture
def desks(central_service: RunningService, device: WireDevice, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Two workspaces of two agents on one computer."""
    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        people.add_agent(connection, tenant, "b" * 32, device.me.office, "Bob Martin", 1)
    author = Desk(tmp_path / "pc" / "one", central_service, device.me.agent, seed=3)
    colleague = Desk(tmp_path / "pc" / "two", central_service, "b" * 32, seed=4)
    yield author, colleague
    author.workspace.close()
    colleague.workspace.close()


def _cases(service: RunningService) -> list[str]:
    with service.central.transaction(service.tenant) as connection:
        return [row.case for row in queue(connection, service.tenant, states=["draft"])]


def _only(mailbox: Mailbox) -> Envelope:
    (envelope,) = mailbox.envelopes()
    return envelope


def test_a_colleague_forwards_what_its_author_no_longer_can(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    case = author.open_case()
    author.workspace.close()
    done = colleague.courier.round(Direct(central_service))
    assert (done.sent, done.held) == (1, 1)
    assert _cases(central_service) == [case]


def test_forwarding_twice_and_the_author_pushing_too_changes_nothing(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    author.open_case()
    author.courier.seal_now()
    raw = _only(author.workspace.own_mailbox()).raw
    first, second = (intake.take_one(central_service.central, central_service.tenant, raw) for _ in range(2))
    assert first.pushed is not None and second.pushed is not None
    assert first.pushed.verdicts == second.pushed.verdicts
    agent = Agent(author.workspace, RequestsTransport, ports=author.ports)
    agent.sync_once()
    agent.stop()
    assert author.workspace.status().pending == 0
    assert len(_cases(central_service)) == 1


def test_the_author_finds_the_receipts_at_the_next_unlock(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    author.open_case()
    author.workspace.close()
    colleague.courier.round(Direct(central_service))
    author.workspace = Workspace.unlock(author.directory, PASSPHRASE, ports=author.ports)
    author.courier = Courier(author.workspace, author.ports)
    assert author.workspace.status().pending == 2
    assert author.courier.take_answers() == 2
    assert author.workspace.status().pending == 0
    assert author.courier.answered() == {"accepted": 2} and not author.courier.answered()
    assert author.courier.take_answers() == 0


def test_an_answer_that_the_service_did_not_sign_settles_nothing(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    author.open_case()
    author.courier.seal_now()
    envelope = _only(author.workspace.own_mailbox())
    answer = intake.take_one(central_service.central, central_service.tenant, envelope.raw)
    forged = msgspec.structs.replace(answer, signature="00" * 64)
    author.workspace.own_mailbox().put_answer(envelope.hash, msgspec.json.encode(forged))
    assert author.courier.take_answers() == 0
    assert author.workspace.status().pending == 2
    assert not author.workspace.own_mailbox().answers()


def test_what_a_revoked_device_had_sealed_is_held_and_seen(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    author.open_case()
    author.workspace.close()
    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        label = _only(Mailbox(author.directory)).label
        assert people.revoke_device(connection, tenant, label.device, 1)
    done = colleague.courier.round(Direct(central_service))
    assert (done.sent, done.held) == (1, 1)
    with central.transaction(tenant) as connection:
        rows = parked(connection, tenant)
    assert [row.code for row in rows] == ["auth.device_revoked"] * 2
    assert _cases(central_service) == []


def test_what_an_agent_who_left_had_sealed_is_held_too(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    colleague.open_case()
    colleague.workspace.close()
    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        connection.execute("update estafette.account set disabled_ms = 1 where account_id = %s", ["b" * 32])
    author.courier.round(Direct(central_service))
    with central.transaction(tenant) as connection:
        assert {row.code for row in parked(connection, tenant)} == {"auth.device_revoked"}
    bundle = write_bundle(collect(author.directory)[0], 1)
    assert bundles.import_bundle(central, bundle).parked == 2
    with central.transaction(tenant) as connection:
        connection.execute("update estafette.parked set settled_ms = 1")
    assert bundles.import_bundle(central, bundle).parked == 0, "somebody has dealt with both since"


def test_envelopes_out_of_order_wait_for_the_one_before(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, _colleague = desks
    for _ in range(2):
        author.open_case()
        author.courier.seal_now()
    first, second = author.workspace.own_mailbox().envelopes()
    central, tenant = central_service.central, central_service.tenant
    early = intake.take_one(central, tenant, second.raw)
    assert (early.code, early.pushed) == ("push.gap", None)
    assert intake.take_one(central, tenant, first.raw).pushed is not None
    assert intake.take_one(central, tenant, second.raw).pushed is not None


def _other_seal(service: RunningService, desk: Desk, label: Label, key: str) -> Envelope:
    batch = desk.workspace.pending_batch(1, 1, 2)
    assert batch is not None
    return seal(pack(batch, desk.workspace.sign), label, key, desk.workspace.sign)


def test_what_is_not_what_it_says_is_refused_with_a_code(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    author.open_case()
    author.courier.seal_now()
    central, tenant = central_service.central, central_service.tenant
    key = public_hex(central.keys.intake())
    good = _only(author.workspace.own_mailbox())
    label = good.label

    def code(raw: bytes) -> str:
        answer = intake.take_one(central, tenant, raw)
        assert answer.pushed is None and answer_holds(answer, public_hex(central.keys.service()))
        return answer.code

    assert code(b"") == "envelope.damaged"
    for size in range(1, len(good.raw), 37):
        assert code(good.raw[:size]) == "envelope.damaged"
    wrong = "09" + "00" * 31
    assert code(_other_seal(central_service, author, label, wrong).raw) == "envelope.unreadable"
    longer = msgspec.structs.replace(label, last_seq=label.last_seq + 1)
    assert code(_other_seal(central_service, author, longer, key).raw) == "envelope.label"
    foreign = msgspec.structs.replace(label, tenant=label.tenant + 1)
    assert code(_other_seal(central_service, author, foreign, key).raw) == "envelope.other_organisation"
    unknown = msgspec.structs.replace(label, device="f" * 32)
    assert code(_other_seal(central_service, author, unknown, key).raw) == "envelope.unknown_device"
    posing = msgspec.structs.replace(label, device=colleague.device)
    assert code(_other_seal(central_service, author, posing, key).raw) == "envelope.signature"
    assert _cases(central_service) == []


def test_nobody_is_named_to_the_supervisors_before_the_signature_holds(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, victim = desks
    author.open_case()
    author.courier.seal_now()
    central, tenant = central_service.central, central_service.tenant
    key, label = public_hex(central.keys.intake()), _only(author.workspace.own_mailbox()).label
    posing = _other_seal(central_service, author, msgspec.structs.replace(label, device=victim.device), key)
    untrue = _other_seal(central_service, author, msgspec.structs.replace(label, last_seq=label.last_seq + 1), key)

    def told() -> set[tuple[str, str]]:
        with central.transaction(tenant) as connection:
            found = alerts.open_alerts(connection, tenant, None, central.clock.now_ms())
        return {(each.device, each.code) for each in found}

    intake.take_one(central, tenant, posing.raw)
    assert told() == {("", "envelope.signature")}, "a bundle: nobody"
    intake.take_in(central, tenant, EnvelopesRequest([posing.raw]), by=author.device)
    assert told() == {("", "envelope.signature"), (author.device, "envelope.signature")}, "who hands it in"
    intake.take_in(central, tenant, EnvelopesRequest([untrue.raw]), by=victim.device)
    assert (author.device, "envelope.label") in told(), "its author's own signature"
    assert victim.device not in {device for device, _code in told()}


def test_only_central_opens_an_envelope(central_service: RunningService, desks: tuple[Desk, Desk]) -> None:
    author, _colleague = desks
    author.open_case()
    author.courier.seal_now()
    envelope = _only(author.workspace.own_mailbox())
    assert open_sealed(envelope, central_service.central.keys.intake())
    with pytest.raises(InputError):
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        open_sealed(envelope, X25519PrivateKey.from_private_bytes(SeededRandomness(1).token(32)))


def _no_line(url: str) -> RequestsTransport:
    raise AssertionError(f"no line is needed to {url}")


def test_a_stick_goes_to_central_and_back(central_service: RunningService, desks: tuple[Desk, Desk]) -> None:
    from sync.bundle import collect, lay_answers

    author, colleague = desks
    case, other = author.open_case(), colleague.open_case()
    author.courier.seal_now()
    colleague.courier.seal_now()
    envelopes, damaged = collect(author.directory)
    assert (len(envelopes), damaged) == (2, 0)
    bundle = write_bundle(envelopes, 1)
    central = central_service.central
    done = bundles.import_bundle(central, bundle)
    assert (done.taken, done.parked, done.refused) == (2, 0, {})
    again = bundles.import_bundle(central, bundle, tenant=central_service.tenant)
    assert [answer.pushed.verdicts for answer in read_answers(again.answers).answers if answer.pushed] == [
        answer.pushed.verdicts for answer in read_answers(done.answers).answers if answer.pushed
    ]
    assert sorted(_cases(central_service)) == sorted([case, other])
    boxes = [author.workspace.own_mailbox(), colleague.workspace.own_mailbox()]
    laid = lay_answers(boxes, read_answers(done.answers).answers)
    assert (laid.answers, laid.taken, laid.refused, laid.waiting) == (2, done.acts, 0, 0)
    for desk in desks:
        desk.reopen()
        # Whoever unlocks finds them, without a line.
        agent = Agent(desk.workspace, _no_line, ports=desk.ports)
        assert agent.take_answers() == 2 and agent.take_answers() == 0
        assert agent.status().pending == 0
        agent.stop()


def test_a_bundle_of_another_organisation_is_refused_whole(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, _colleague = desks
    author.open_case()
    author.courier.seal_now()
    bundle = write_bundle(author.workspace.own_mailbox().envelopes(), 1)
    with pytest.raises(InputError, match=r"bundle\.other_organisation"):
        bundles.import_bundle(central_service.central, bundle, tenant=central_service.tenant + 1)
    key = "09" + "00" * 31
    label = _only(author.workspace.own_mailbox()).label
    with pytest.raises(InputError, match=r"bundle\.other_organisation"):
        bundles.import_bundle(
            central_service.central, write_bundle([_other_seal(central_service, author, label, key)], 1)
        )
    assert _cases(central_service) == []


def test_every_answer_is_signed(central_service: RunningService, desks: tuple[Desk, Desk]) -> None:
    key = public_hex(central_service.central.keys.service())
    answer: EnvelopeAnswer = intake.take_one(central_service.central, central_service.tenant, b"x")
    assert answer_holds(answer, key)


def test_the_command_line_takes_a_stick_in_and_writes_the_answers(
    central_service: RunningService, desks: tuple[Desk, Desk], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    author, _colleague = desks
    case = author.open_case()
    author.courier.seal_now()
    file = tmp_path / "envoi.plis"
    assert main.main(["bundle", "export", str(file), "--workspace", str(author.directory)]) == 0
    command = ["bundle", "import", str(file), "--data", str(central_service.data)]
    command += ["--database", central_service.owner_conninfo]
    assert main.main(command) == 0
    assert "en 1 pli scellé" in capsys.readouterr().out
    assert _cases(central_service) == [case]
    answers = file.with_name("envoi.plis.accuses")
    assert main.main(["bundle", "receipts", str(answers), "--workspace", str(author.directory)]) == 0
    assert author.courier.take_answers() == 2
    assert main.main(["bundle", "import", str(answers), *command[3:]]) == 1
    assert "[bundle.other_kind]" in capsys.readouterr().err


def test_any_enrolled_device_may_hand_envelopes_over_by_the_wire(
    central_service: RunningService, desks: tuple[Desk, Desk], device: WireDevice
) -> None:
    author, _colleague = desks
    case = author.open_case()
    author.courier.seal_now()
    envelope = _only(author.workspace.own_mailbox())
    body = msgspec.json.encode(EnvelopesRequest([envelope.raw, b"cut"]))
    answer = device.call("POST", f"{API}/envelopes", body)
    reply = wire.decode(answer.content, EnvelopesReply, encoding=answer.headers.get("Content-Encoding", ""))
    assert [each.code for each in reply.answers] == ["", "envelope.damaged"]
    assert all(answer_holds(each, device.me.service_key) for each in reply.answers)
    assert reply.answers[0].envelope == envelope.hash
    assert _cases(central_service) == [case]


def test_too_many_envelopes_at_once_are_refused(central_service: RunningService) -> None:
    with pytest.raises(InputError, match=r"envelope\.too_many"):
        intake.take_in(central_service.central, central_service.tenant, EnvelopesRequest([b""] * 101))


def test_a_colleagues_ordinary_round_forwards_and_the_authors_finds_the_receipts(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    author, colleague = desks
    case = author.open_case()
    author.workspace.close()
    agent = Agent(colleague.workspace, RequestsTransport, ports=colleague.ports)
    agent.sync_once()
    assert _cases(central_service) == [case]
    agent.sync_once()
    agent.stop()
    author.workspace = Workspace.unlock(author.directory, PASSPHRASE, ports=author.ports)
    mine = Agent(author.workspace, RequestsTransport, ports=author.ports)
    mine.sync_once()
    mine.stop()
    assert author.workspace.status().pending == 0
    assert len(_cases(central_service)) == 1


def test_a_colleagues_envelopes_go_once_they_are_backed_up_and_not_before(
    central_service: RunningService, desks: tuple[Desk, Desk], tmp_path_factory: pytest.TempPathFactory
) -> None:
    author, colleague = desks
    author.open_case()
    author.workspace.close()
    mailbox = Mailbox(author.directory)
    first = colleague.courier.round(Direct(central_service))
    assert (first.held, first.removed) == (1, 0)
    assert colleague.courier.round(Direct(central_service)).sent == 0, "asked again before its time"
    (answer,) = [msgspec.json.decode(data, type=EnvelopeAnswer) for _name, data in mailbox.answers()]
    assert answer.pushed is not None
    keys = central_service.data / "keys"
    target = tmp_path_factory.mktemp("elsewhere") / "backup"
    backups.back_up(central_service.owner_conninfo, keys, target, SystemClock())
    later = Courier(colleague.workspace, colleague.ports).round(Direct(central_service))
    assert (later.sent, later.held, later.removed) == (1, 1, 1)
    assert not mailbox.envelopes()
    author.workspace = Workspace.unlock(author.directory, PASSPHRASE, ports=author.ports)
    author.courier = Courier(author.workspace, author.ports)
    assert author.courier.take_answers() == 2
    assert author.workspace.status().pending == 0
