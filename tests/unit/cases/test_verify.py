"""An export proves itself: any altered byte, any missing line is found, and the event named."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases import verify
from cases.events import CHAIN_START, Header, body_bytes, body_digest, header_hash
from cases.verify import Bad, DeviceLine, EndLine, EventLine, HeadLine, Line, LinkLine, Start, verify_chain
from sync.messages import Batch, WireEvent, batch_bytes

DEVICE, CASE, OTHER = "d" * 32, "c" * 32, "e" * 32
SERVICE, KEY = Ed25519PrivateKey.from_private_bytes(bytes(32)), Ed25519PrivateKey.from_private_bytes(b"1" * 32)
SALT = bytes(16)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def export(*, sign_end: Ed25519PrivateKey = SERVICE, drop: int | None = None) -> list[bytes]:
    """Return an export of five events: the second belongs to another record."""
    lines: list[Line] = [Start(verify.FORMAT, 1, "case", CASE, public(SERVICE)), DeviceLine(DEVICE, public(KEY))]
    prev = CHAIN_START
    for seq in range(1, 6):
        text = body_bytes({"/name": f"value {seq}"})
        record = OTHER if seq == 2 else CASE
        header = Header(1, 1, DEVICE, 1, seq, prev, "a", "case", record, "set", 0, seq, body_digest(text, SALT))
        prev = header_hash(header)
        event = EventLine(header, text.decode(), SALT.hex(), seq, "accepted")
        lines.append(LinkLine(header) if seq == 2 else event)
    wire = WireEvent("case", CASE, "set", 0, 1, msgspec.Raw(b"{}"))
    batch = Batch(1, DEVICE, 1, "a", 1, CHAIN_START, [], [wire] * 5, prev, "")
    lines.append(HeadLine(DEVICE, 1, 1, 5, prev, KEY.sign(batch_bytes(batch)).hex()))
    if drop is not None:
        del lines[drop]
    written = [verify.line_bytes(line) for line in lines]
    listed = [(verify.line_digest(data), verify.line_name(line)) for data, line in zip(written, lines, strict=True)]
    return [*written, verify.line_bytes(EndLine(listed, sign_end.sign(verify.end_bytes(listed)).hex()))]


def name(seq: int) -> str:
    return f"{DEVICE}.1.{seq}"


def test_an_untouched_export_is_complete() -> None:
    found = verify_chain(export(), service_key=public(SERVICE))
    assert found.complete and found.events == 4


def test_line_breaks_do_not_matter() -> None:
    assert verify_chain([line + b"\r\n" for line in export()] + [b"\n"]).complete


def test_any_altered_byte_is_found() -> None:
    chosen, lines = random.Random(7), export()
    for number, line in enumerate(lines):
        for _ in range(60):
            place = chosen.randrange(len(line))
            byte = chosen.choice([value for value in range(33, 127) if value != line[place]])
            altered = [*lines]
            altered[number] = line[:place] + bytes([byte]) + line[place + 1 :]
            found = verify_chain(altered, service_key=public(SERVICE))
            assert found.bad is not None, (number, place, byte)
            if 2 <= number <= 6:
                assert found.bad.event == name(number - 1), (number, place, byte, found.bad)


@pytest.mark.parametrize("number", range(7))
def test_any_missing_line_is_found(number: int) -> None:
    lines = export()
    assert not verify_chain(lines[:number] + lines[number + 1 :]).complete


def test_a_cut_end_is_found() -> None:
    assert verify_chain(export()[:-1]).bad == Bad("", "end", 8)


def test_an_altered_body_is_named_even_when_the_service_signs_it() -> None:
    """The service's own database was altered: the devices' chain still tells."""
    lines = export()
    line = msgspec.json.decode(lines[4])
    line["body"] = line["body"].replace("value", "Value")
    written = [*lines[:4], msgspec.json.encode(line), *lines[5:-1]]
    listed = [(verify.line_digest(data), "") for data in written]
    end = verify.line_bytes(EndLine(listed, SERVICE.sign(verify.end_bytes(listed)).hex()))
    assert verify_chain([*written, end], service_key=public(SERVICE)).bad == Bad(name(3), "body", 5)


@pytest.mark.parametrize(("line", "event"), [(3, 3), (4, 4), (5, 5)])
def test_an_event_that_the_service_left_out_is_missed(line: int, event: int) -> None:
    assert verify_chain(export(drop=line), service_key=public(SERVICE)).bad == Bad(name(event), "missing", line + 1)


def test_without_the_devices_signature_nothing_is_proven() -> None:
    assert verify_chain(export(drop=7)).bad == Bad(name(1), "signature", 3)


def test_an_end_signed_by_another_service_is_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    bad = verify_chain(export(sign_end=stranger), service_key=public(SERVICE)).bad
    assert bad is not None and bad.reason == "end"
    assert verify_chain(export(), service_key=public(stranger)).bad == Bad("", "key", 1)


def test_an_erased_body_leaves_the_chain_whole() -> None:
    lines = export()
    line = msgspec.json.decode(lines[2])
    line["body"] = line["salt"] = None
    written = [*lines[:2], msgspec.json.encode(line), *lines[3:-1]]
    listed = [(verify.line_digest(data), "") for data in written]
    end = verify.line_bytes(EndLine(listed, SERVICE.sign(verify.end_bytes(listed)).hex()))
    assert verify_chain([*written, end]).complete


@pytest.mark.parametrize("lines", [[], [b""], [b"{}"], [b"\xff"], [b"[" * 10_000], [b'{"type":"end"}']])
def test_what_is_no_export_is_said_to_be_none(lines: list[bytes]) -> None:
    assert verify_chain(lines).bad == Bad("", "format", 1)


def test_an_export_alone_proves_no_origin() -> None:
    found = verify_chain(export())
    assert (found.complete, found.proven) == (True, False)
    assert found.fingerprint == verify.fingerprint(public(SERVICE))


@pytest.mark.parametrize("known_as", [str, str.upper, verify.fingerprint, lambda key: f" {verify.fingerprint(key)}\n"])
def test_the_services_key_or_its_fingerprint_proves_it(known_as: Callable[[str], str]) -> None:
    found = verify_chain(export(), service_key=known_as(public(SERVICE)))
    assert (found.complete, found.proven) == (True, True)


@pytest.mark.parametrize("key", ["é", "", " ", "00" * 32, "zz", "\0", "\ud800", public(SERVICE)[:-1]])
def test_any_other_text_is_another_key(key: str) -> None:
    found = verify_chain(export(), service_key=key)
    assert (found.bad, found.proven) == (Bad("", "key", 1), False)


def test_an_altered_export_is_not_proven() -> None:
    lines = export()
    lines[2] = lines[2].replace(b"accepted", b"parked")
    assert not verify_chain(lines, service_key=public(SERVICE)).proven


def signed(lines: list[Line]) -> list[bytes]:
    written = [verify.line_bytes(line) for line in lines]
    listed = [(verify.line_digest(data), verify.line_name(line)) for data, line in zip(written, lines, strict=True)]
    return [*written, verify.line_bytes(EndLine(listed, SERVICE.sign(verify.end_bytes(listed)).hex()))]


def test_an_export_without_events_is_none() -> None:
    start = Start(verify.FORMAT, 1, "case", CASE, public(SERVICE))
    found = verify_chain(signed([start, DeviceLine(DEVICE, public(KEY))]), service_key=public(SERVICE))
    assert found.bad == Bad("", "format", 3)
    assert not found.proven


@pytest.mark.parametrize("digits", ["é" * 64, "zz", "", "\ud800"])
@pytest.mark.parametrize(
    "place", [b'"head"', b'"digest"', b'"prev"', b'"service_key"', b'"public_key"', b'"signature"']
)
def test_text_that_is_no_number_is_no_proof_and_no_accident(place: bytes, digits: str) -> None:
    lines = export()[:-1]
    for number, line in enumerate(lines):
        before, found, after = line.partition(place + b':"')
        if found:
            lines[number] = before + found + digits.encode("utf-8", "surrogatepass") + after[after.index(b'"') :]
    assert not verify_chain(lines).proven
    assert not verify_chain(lines, service_key=public(SERVICE)).complete
