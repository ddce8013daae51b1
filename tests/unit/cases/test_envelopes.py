"""Sealed envelopes: only central opens them, a cut or altered one is known, and nothing sealed is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cases.envelopes import Coverage, Envelope, Label, open_sealed, read_envelope, scan, seal, signed_by
from cases.errors import DamagedError, EnvironmentFault, InputError
from cases.keys.device_secret import FileDeviceSecrets
from cases.mailbox import FOLDER, Mailbox, mailboxes
from cases.ports import Ports
from cases.store import facts
from cases.store.facts import StoredReceipt
from cases.workspace import Workspace
from sync import columns
from sync.sealed import unpack
from tests.support.sealing import INTAKE, INTAKE_KEY, sealer_of, sealing_workspace
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, make_citizen, make_identity, make_ports, make_workspace

LABEL = Label(1, "x25519-sha256-aes256gcm", 1, "d" * 32, 1, 1, 3, "")
MARKER = "Zoé-Marqueur"


def _sealed(plain: bytes = b"a batch") -> Envelope:
    return seal(plain, LABEL, INTAKE_KEY, lambda data: "ab" * 64)


def test_only_the_intake_key_opens_an_envelope() -> None:
    envelope = _sealed()
    assert open_sealed(envelope, INTAKE) == b"a batch"
    with pytest.raises(InputError, match=r"envelope\.unreadable"):
        open_sealed(envelope, X25519PrivateKey.generate())


def test_a_label_that_was_changed_does_not_open() -> None:
    envelope = _sealed()
    moved = msgspec.structs.replace(envelope.label, device="e" * 32)
    with pytest.raises(InputError, match=r"envelope\.unreadable"):
        open_sealed(Envelope(moved, envelope.sealed, envelope.raw), INTAKE)


def test_an_envelope_cut_at_any_byte_or_with_any_byte_changed_is_known() -> None:
    raw = _sealed().raw
    for size in range(len(raw)):
        with pytest.raises(DamagedError):
            read_envelope(raw[:size])
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(DamagedError):
            read_envelope(bytes(changed))


def test_whole_envelopes_are_found_around_damage() -> None:
    first, second, third = (_sealed(text) for text in (b"one", b"two", b"three"))
    seed = random.randrange(2**32)
    print(f"seed={seed}")
    place = random.Random(seed).randrange(len(second.raw))
    damaged = bytearray(second.raw)
    damaged[place] ^= 0xFF
    found = scan(first.raw + bytes(damaged) + third.raw)
    assert [each.hash for each in found.envelopes] == [first.hash, third.hash]
    assert found.damaged_bytes == len(second.raw)


def test_a_newer_envelope_is_told_from_a_damaged_one() -> None:
    newer = seal(b"x", msgspec.structs.replace(LABEL, suite="later"), INTAKE_KEY, lambda data: "")
    with pytest.raises(InputError, match=r"envelope\.newer"):
        read_envelope(newer.raw)


def test_coverage_knows_gaps() -> None:
    coverage = Coverage([LABEL, msgspec.structs.replace(LABEL, first_seq=5, last_seq=9)])
    assert [(1, seq) in coverage for seq in range(1, 11)] == [True] * 3 + [False] + [True] * 5 + [False]
    assert (2, 1) not in coverage


def test_what_is_pending_is_sealed_once_and_holds_exactly_the_events(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace, family_name=MARKER)
    make_citizen(workspace)
    assert sealer.seal_now() == 2
    assert sealer.seal_now() == 0
    make_citizen(workspace)
    assert sealer.seal_now() == 1
    envelopes = workspace.own_mailbox().envelopes()
    assert [(each.label.first_seq, each.label.last_seq) for each in envelopes] == [(1, 2), (3, 3)]
    assert all(signed_by(each, workspace.device_public_key()) for each in envelopes)
    batch = unpack(open_sealed(envelopes[0], INTAKE))
    outgoing = workspace.next_batch(2)
    assert outgoing is not None
    assert (batch.head, batch.prev, batch.salt_seeds) == (outgoing.head, outgoing.prev, list(outgoing.salt_seeds))
    assert [each.body for each in columns.unpack(batch.events)] == [each.body for each in outgoing.events]
    workspace.close()


def test_nothing_readable_lies_beside_the_store(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace, family_name=MARKER)
    sealer.seal_now()
    workspace.close()
    for path in (tmp_path / "w" / FOLDER).iterdir():
        assert MARKER.encode() not in path.read_bytes()
        assert path.stem.isdigit() or path.name == "workspace.lock"


def test_closing_seals_what_the_last_act_wrote(tmp_path: Path) -> None:
    workspace, _sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace)
    workspace.close()
    (envelope,) = Mailbox(tmp_path / "w").envelopes()
    assert (envelope.label.first_seq, envelope.label.last_seq) == (1, 1)


def test_an_act_is_sealed_in_the_background_without_being_asked(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    sealer.start()
    make_citizen(workspace)
    mailbox = Mailbox(tmp_path / "w")
    for _ in range(500):
        if mailbox.envelopes():
            break
        sealer._ended.wait(0.01)
    assert mailbox.envelopes(), "not sealed within five seconds"
    workspace.close()


def test_without_an_intake_key_nothing_is_sealed_and_nothing_breaks(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w", identity=make_identity())
    sealer = sealer_of(workspace)
    make_citizen(workspace)
    assert sealer.seal_now() == 0
    workspace.close()
    assert not (tmp_path / "w" / FOLDER).exists()


def test_a_damaged_file_is_set_aside_and_its_events_are_sealed_again(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    for _ in range(3):
        make_citizen(workspace)
        sealer.seal_now()
    (path,) = (tmp_path / "w" / FOLDER).glob("*.sealed")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle] ^= 1
    path.write_bytes(bytes(data))
    assert sealer.seal_now() == 1
    mailbox = workspace.own_mailbox()
    labels = sorted((each.label.first_seq, each.label.last_seq) for each in mailbox.envelopes())
    assert labels == [(1, 1), (2, 2), (3, 3)]
    assert list((tmp_path / "w" / FOLDER).glob("*.damaged"))
    workspace.close()


def test_a_file_cut_at_any_byte_loses_no_pending_event(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    for _ in range(2):
        make_citizen(workspace)
        sealer.seal_now()
    folder = tmp_path / "w" / FOLDER
    (path,) = folder.glob("*.sealed")
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        for each in folder.iterdir():
            each.unlink()
        path.write_bytes(whole[:size])
        sealer.seal_now()
        coverage = Coverage(each.label for each in Mailbox(tmp_path / "w").envelopes())
        assert (1, 1) in coverage and (1, 2) in coverage, size
    workspace.close()


def test_a_program_killed_between_commit_and_sealing_seals_at_its_next_unlock(tmp_path: Path) -> None:
    directory = tmp_path / "w"
    command = [sys.executable, "-m", "tests.support.sealing", str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "acted\n"
        program.send_signal(signal.SIGKILL)
    assert not Mailbox(directory).envelopes()
    ports = Ports(device_secrets=FileDeviceSecrets(tmp_path / "secrets"), kdf=CHEAP_KDF)
    workspace = Workspace.unlock(directory, PASSPHRASE, ports=ports)
    assert sealer_of(workspace).seal_now() == 1
    workspace.close()


def test_a_forgotten_passphrase_and_a_wiped_store_leave_the_envelopes(tmp_path: Path) -> None:
    workspace, _sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace, family_name=MARKER)
    workspace.close()
    with pytest.raises(InputError, match=r"unlock\.wrong_passphrase"):
        Workspace.unlock(tmp_path / "w", PASSPHRASE + "!", ports=workspace._core.ports)
    for path in (tmp_path / "w").iterdir():
        if path.is_file():
            path.unlink()
    colleague, _other = sealing_workspace(tmp_path / "v", seed=2, device="d" * 31 + "2", agent="a" * 31 + "2")
    found = [each for box in colleague.computer_mailboxes() for each in box.envelopes()]
    assert [each.label.device for each in found] == ["d" * 31 + "1"]
    assert MARKER.encode() in columns.unpack(unpack(open_sealed(found[0], INTAKE)).events)[0].body
    colleague.close()


def _backed_up(workspace: Workspace, seq: int, *, level: str = "backed_up") -> None:
    receipt = StoredReceipt(1, level, seq, "0" * 64, 1, 1, 1, "00")
    workspace._core.store.write(lambda connection: facts.put_receipt(connection, receipt))


def _run(workspace: Workspace, statement: str) -> None:
    workspace._core.store.write(lambda connection: bool(connection.execute(statement)))


def test_envelopes_go_only_once_a_backed_up_receipt_covers_them(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    for _ in range(2):
        make_citizen(workspace)
    sealer.seal_now()
    _backed_up(workspace, 2, level="accepted")
    sealer.seal_now()
    assert workspace.own_mailbox().envelopes()
    _backed_up(workspace, 1)
    sealer.seal_now()
    assert workspace.own_mailbox().envelopes()
    _backed_up(workspace, 2)
    with workspace._core.store.reading() as connection:
        assert facts.receipts(connection)
    _run(workspace, "UPDATE event SET state = 'accepted'")
    sealer.seal_now()
    assert not workspace.own_mailbox().envelopes()
    workspace.close()


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace)

    def full(descriptor: int, data: bytes) -> None:
        raise OSError(28, "no room")

    with monkeypatch.context() as patched:
        patched.setattr("cases.mailbox._write_all", full)
        with pytest.raises(EnvironmentFault, match=r"store\.disk_full"):
            sealer.seal_now()
        assert sealer.fault == "store.disk_full"
    assert sealer.seal_now() == 1
    workspace.close()


def test_folders_beside_a_workspace_are_of_the_same_computer(tmp_path: Path) -> None:
    for name in ("w", "v"):
        workspace, _sealer = sealing_workspace(tmp_path / name)
        make_citizen(workspace)
        workspace.close()
    (tmp_path / "elsewhere").mkdir()
    assert [box.directory.parent.name for box in mailboxes(tmp_path / "w")] == ["w", "v"]


def test_two_programs_do_not_write_one_mailbox_at_once(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    with Mailbox(tmp_path / "w").held(), pytest.raises(EnvironmentFault, match=r"store\.in_use"):
        with Mailbox(tmp_path / "w").held():
            pass


def test_damaged_events_are_never_sealed(tmp_path: Path) -> None:
    workspace, sealer = sealing_workspace(tmp_path / "w")
    for _ in range(3):
        make_citizen(workspace)
    spoil = 'UPDATE event SET body = CAST(\'{"family_name":"X"}\' AS BLOB) WHERE seq = 2'
    for statement in ("DROP TRIGGER event_body_is_immutable", spoil):
        _run(workspace, statement)
    sealer.seal_now()
    coverage = Coverage(each.label for each in workspace.own_mailbox().envelopes())
    assert (1, 1) in coverage and (1, 2) not in coverage and (1, 3) in coverage
    workspace.close()


def test_sealing_draws_nothing_from_the_ports(tmp_path: Path) -> None:
    """The same seed gives the same events whether or not they are sealed, so that a run can be replayed."""
    heads = []
    for name, sealing in (("w", True), ("v", False)):
        workspace = make_workspace(
            tmp_path / name, ports=make_ports(seed=7), identity=make_identity(intake_key=INTAKE_KEY)
        )
        sealer = sealer_of(workspace)
        make_citizen(workspace)
        if sealing:
            sealer.seal_now()
        make_citizen(workspace)
        batch = workspace.next_batch(10)
        assert batch is not None
        heads.append(batch.head)
        workspace.close()
    assert heads[0] == heads[1]
