"""What a USB stick carries: whole or refused, whatever happened to the file on its way."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

import main
from cases.envelopes import Envelope, Label, seal
from cases.errors import InputError
from cases.mailbox import Mailbox
from sync.bundle import lay_answers, run_bundle
from sync.bundle_files import (
    ANSWERS_MARK,
    BUNDLE_MARK,
    read_answers,
    read_bundle,
    write_answers,
    write_bundle,
)
from sync.sealed import EnvelopeAnswer, answer_bytes, answer_holds
from tests.support.sealing import INTAKE_KEY, sealing_workspace
from tests.support.workspaces import make_citizen

LABEL = Label(1, "x25519-sha256-aes256gcm", 1, "d" * 32, 1, 1, 3, "")


def _envelope(**changes: object) -> Envelope:
    return seal(b"a batch", msgspec.structs.replace(LABEL, **changes), INTAKE_KEY, lambda data: "ab" * 64)


def _code(data: bytes) -> str:
    with pytest.raises(InputError) as refused:
        read_bundle(data)
    return refused.value.code


def test_a_bundle_gives_back_its_envelopes() -> None:
    envelopes = [_envelope(), _envelope(first_seq=4, last_seq=9)]
    manifest, found = read_bundle(write_bundle(envelopes, 7))
    assert (manifest.tenant, manifest.made_ms) == (1, 7)
    assert [each.raw for each in found] == [each.raw for each in envelopes]


def test_a_bundle_cut_at_any_byte_is_refused() -> None:
    data = write_bundle([_envelope()], 7)
    codes = {_code(data[:size]) for size in range(1, len(data))}
    assert codes == {"bundle.cut"}
    assert _code(b"") == "bundle.not_one"


def test_a_bundle_with_any_byte_changed_is_refused() -> None:
    data = write_bundle([_envelope()], 7)
    seed = random.randrange(2**32)
    print(f"seed={seed}")
    for place in random.Random(seed).sample(range(len(data)), 200):
        changed = bytearray(data)
        changed[place] ^= 1 + random.Random(place).randrange(255)
        assert _code(bytes(changed)).startswith("bundle.")


def test_other_files_are_named() -> None:
    assert _code(b"%PDF-1.7 something") == "bundle.not_one"
    assert _code(write_answers(1, [], 7)) == "bundle.other_kind"
    assert _code(BUNDLE_MARK.replace(b"1", b"2") + b"x") == "bundle.newer"
    with pytest.raises(InputError, match=r"bundle\.other_kind"):
        read_answers(write_bundle([_envelope()], 7))
    with pytest.raises(InputError, match=r"bundle\.not_one"):
        read_answers(b"x" + ANSWERS_MARK)


def test_nothing_and_a_mix_of_organisations_are_no_bundle() -> None:
    with pytest.raises(InputError, match=r"bundle\.empty"):
        write_bundle([], 7)
    with pytest.raises(InputError, match=r"bundle\.mixed"):
        write_bundle([_envelope(), _envelope(tenant=2)], 7)


def test_answers_come_back_whole() -> None:
    answer = EnvelopeAnswer("0" * 64, 1, "push.gap", {"seq": "3"})
    data = write_answers(1, [answer], 7)
    assert read_answers(data).answers == [answer]
    for size in range(1, len(data)):
        with pytest.raises(InputError, match=r"bundle\.cut"):
            read_answers(data[:size])


def test_an_answer_holds_only_with_the_services_signature() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    service, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    answer = EnvelopeAnswer("0" * 64, 1, "push.gap")
    signed = msgspec.structs.replace(answer, signature=service.sign(answer_bytes(answer)).hex())
    assert answer_holds(signed, service.public_key().public_bytes_raw().hex())
    assert not answer_holds(signed, other.public_key().public_bytes_raw().hex())
    assert not answer_holds(msgspec.structs.replace(signed, code=""), service.public_key().public_bytes_raw().hex())
    assert not answer_holds(signed, "no key")


def test_export_needs_no_passphrase_and_takes_every_workspace_of_the_computer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, name in enumerate(("w", "v"), start=1):
        workspace, _sealer = sealing_workspace(tmp_path / "pc" / name, seed=seed, device="d" * 31 + str(seed))
        make_citizen(workspace)
        workspace.close()
    file = tmp_path / "stick" / "envoi.plis"
    assert run_bundle(["export", str(file), "--workspace", str(tmp_path / "pc" / "w")]) == 1
    assert "bundle.no_folder" in capsys.readouterr().err
    file.parent.mkdir()
    assert main.main(["bundle", "export", str(file), "--workspace", str(tmp_path / "pc" / "w")]) == 0
    assert "2 acte(s) en 2 pli(s)" in capsys.readouterr().out
    _manifest, found = read_bundle(file.read_bytes())
    assert [each.label.device[-1] for each in found] == ["1", "2"]


def test_answers_are_laid_beside_their_envelopes_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, _sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace)
    workspace.close()
    (envelope,) = Mailbox(tmp_path / "w").envelopes()
    mine, foreign = EnvelopeAnswer(envelope.hash, 1, "push.gap"), EnvelopeAnswer("0" * 64, 1)
    assert lay_answers([Mailbox(tmp_path / "w")], [mine, foreign]) == (1, 1)
    file = tmp_path / "retour.accuses"
    file.write_bytes(write_answers(1, [foreign], 7))
    assert run_bundle(["receipts", str(file), "--workspace", str(tmp_path / "w")]) == 1
    assert "bundle.other_computer" in capsys.readouterr().err
    file.write_bytes(write_answers(1, [mine], 7))
    assert run_bundle(["receipts", str(file), "--workspace", str(tmp_path / "w")]) == 0
    assert len(Mailbox(tmp_path / "w").answers()) == 1


def test_bad_files_are_answered_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace, _sealer = sealing_workspace(tmp_path / "w")
    workspace.close()
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    for arguments, code in (
        (["receipts", str(tmp_path / "photo.jpg"), "--workspace", str(tmp_path / "w")], "bundle.not_one"),
        (["receipts", str(tmp_path / "none"), "--workspace", str(tmp_path / "w")], "bundle.no_file"),
        (["export", str(tmp_path / "x"), "--workspace", str(tmp_path / "w")], "bundle.empty"),
        (["export", str(tmp_path / "x"), "--workspace", str(tmp_path / "none")], "bundle.no_workspace"),
    ):
        assert run_bundle(arguments) == 1
        said = capsys.readouterr().err
        assert f"[{code}]" in said and "Erreur / Error" not in said
