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
    said = capsys.readouterr().err
    assert "bundle.no_folder" in said and str(file.parent) in said
    file.parent.mkdir()
    letter = tmp_path / "stick" / "lettre.txt"
    letter.write_text("Madame,")
    assert run_bundle(["export", str(letter), "--workspace", str(tmp_path / "pc" / "w")]) == 1
    assert "bundle.file_there" in capsys.readouterr().err and letter.read_text() == "Madame,"
    assert main.main(["bundle", "export", str(file), "--workspace", str(tmp_path / "pc" / "w")]) == 0
    said = capsys.readouterr().out
    assert "Exporté : 2 actes en 2 plis scellés" in said and "Exported: 2 acts in 2 sealed envelopes" in said
    assert "main.py bundle receipts" in said, "what to do next"
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
    assert lay_answers([Mailbox(tmp_path / "w")], [mine, foreign]) == (1, 0, 1, 0)
    file = tmp_path / "retour.accuses"
    file.write_bytes(write_answers(1, [foreign], 7))
    assert run_bundle(["receipts", str(file), "--workspace", str(tmp_path / "w")]) == 1
    assert "bundle.other_computer" in capsys.readouterr().err
    file.write_bytes(write_answers(1, [mine], 7))
    assert run_bundle(["receipts", str(file), "--workspace", str(tmp_path / "w")]) == 0
    assert len(Mailbox(tmp_path / "w").answers()) == 1
    said = capsys.readouterr().out
    assert "Refusé : 1 acte, " in said and "Refused: 1 act, " in said and "Reste" not in said


def test_into_a_folder_a_file_is_written_that_is_not_there_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, _sealer = sealing_workspace(tmp_path / "w")
    make_citizen(workspace)
    workspace.close()
    stick = tmp_path / "stick"
    stick.mkdir()
    for _time in range(2):
        assert run_bundle(["export", str(stick), "--workspace", str(tmp_path / "w")]) == 0
    written = sorted(stick.iterdir())
    assert len(written) == 2 and all(each.suffix == ".plis" for each in written)
    said = capsys.readouterr().out
    assert all(str(each) in said for each in written) and "1 acte en 1 pli scellé" in said
    assert run_bundle(["receipts", str(stick), "--workspace", str(tmp_path / "w")]) == 1
    said = capsys.readouterr().err
    assert "[bundle.is_folder]" in said and "Nommez le fichier" in said and "Name the file" in said


@pytest.mark.parametrize(
    ("line", "french", "english"),
    [
        (["export"], "il manque : FILE_OR_DIR.", "missing: FILE_OR_DIR."),
        (["export", "x", "--workspace"], "--workspace attend une valeur.", "--workspace takes a value."),
        (["receipts", "x", "y"], "en trop ou inconnu : y.", "too much or unknown: y."),
        ([], "il manque : command.", "missing: command."),
    ],
)
def test_a_line_badly_written_is_explained_in_both_languages(
    line: list[str], french: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_bundle(line)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.index(french) < said.index(english)
    assert "usage: main.py bundle" in said


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
