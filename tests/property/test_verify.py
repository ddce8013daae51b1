"""An export that was touched anywhere is found out: each edit of one byte, each line dropped, swapped or put in."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.events import EventId
from cases.outbox import OutgoingBatch
from cases.verify import (
    FORMAT,
    DeviceLine,
    EndLine,
    EventLine,
    HeadLine,
    Line,
    LinkLine,
    Start,
    end_bytes,
    line_bytes,
    line_digest,
    line_name,
    verify_chain,
)
from cases.workspace import Workspace
from sync.columns import signed_batch
from tests.support.exchange import Numbering, opened
from tests.support.workspaces import SeededRandomness, make_case, make_workspace

SERVICE = Ed25519PrivateKey.from_private_bytes(SeededRandomness(99).token(32))
SERVICE_KEY = SERVICE.public_key().public_bytes_raw().hex()


def export_lines(workspace: Workspace, case: str) -> list[Line]:
    """Everything that a workspace sends, as an export of one of its cases."""
    identity = workspace.identity
    assert identity is not None
    lines: list[Line] = [
        Start(FORMAT, identity.tenant, "case", case, SERVICE_KEY),
        DeviceLine(identity.device, workspace.device_public_key()),
    ]
    heads: list[Line] = []
    stream = Numbering()
    central_seq = 0
    while (batch := workspace.next_batch(3)) is not None:
        for event in opened(batch):
            central_seq += 1
            header = event.header
            if header.record_id == case:
                assert event.body is not None and event.salt is not None
                lines.append(EventLine(header, event.body.decode(), event.salt.hex(), central_seq, "accepted"))
            else:
                lines.append(LinkLine(header))
        heads.append(head_line(workspace, batch))
        workspace.apply_verdicts(batch, *stream.answer(batch))
    return [*lines, *heads]


def head_line(workspace: Workspace, batch: OutgoingBatch) -> HeadLine:
    signature = signed_batch(batch, workspace.sign).signature
    return HeadLine(batch.device, batch.incarnation, batch.first_seq, batch.last_seq, batch.head, signature)


@cache
def export() -> tuple[bytes, ...]:
    """A signed export of a case of some events, between which its device wrote others."""
    with TemporaryDirectory() as directory:
        workspace = make_workspace(Path(directory) / "w")
        case = make_case(workspace, answers={"/name": "Zoé"})
        other = make_case(workspace)
        for number in range(4):
            workspace.answer(case, {f"/q{number}": str(number)}, base=0)
            workspace.answer(other, {"/secret": "x"}, base=0)
        workspace.change_status(case, "submitted", base=0, fields={"tracking_code": "E1"})
        lines = export_lines(workspace, case)
        workspace.close()
    written = [line_bytes(line) for line in lines]
    listed = [(line_digest(data), line_name(line)) for data, line in zip(written, lines, strict=True)]
    return (*written, line_bytes(EndLine(listed, SERVICE.sign(end_bytes(listed)).hex())))


def event_lines() -> list[int]:
    return [number for number, line in enumerate(export()) if b'"type":"event"' in line]


def name_of(line: bytes) -> str:
    header = msgspec.json.decode(line)["header"]
    return str(EventId(header[2], header[3], header[4]))


def test_untouched_export_is_complete() -> None:
    found = verify_chain(export(), service_key=SERVICE_KEY)
    assert found.complete and found.events == 7
    assert verify_chain(b"\n".join(export()).split(b"\n")).complete
    assert b"secret" not in b"".join(export())


@pytest.mark.parametrize("number", range(7))
def test_each_edit_of_one_byte_of_an_event_names_that_event(number: int) -> None:
    lines = list(export())
    place = event_lines()[number]
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    values = random.Random(seed)
    for offset in range(len(lines[place])):
        data = bytearray(lines[place])
        data[offset] ^= values.randrange(1, 256)
        if data[offset] in b"\r\n" or not data.strip():
            continue
        bad = verify_chain([*lines[:place], bytes(data), *lines[place + 1 :]], service_key=SERVICE_KEY).bad
        assert bad is not None and bad.event == name_of(lines[place]), (offset, bytes(data), bad)


def test_each_edit_of_one_byte_anywhere_is_found() -> None:
    lines = list(export())
    for place, line in enumerate(lines):
        for offset in range(0, len(line), 3):
            data = bytearray(line)
            data[offset] ^= 1
            if data[offset] in b"\r\n":
                continue
            touched = [*lines[:place], bytes(data), *lines[place + 1 :]]
            assert not verify_chain(touched, service_key=SERVICE_KEY).complete, (place, offset)


def test_each_dropped_line_is_found_and_a_dropped_event_named() -> None:
    lines = list(export())
    for place in range(len(lines)):
        bad = verify_chain([*lines[:place], *lines[place + 1 :]], service_key=SERVICE_KEY).bad
        assert bad is not None
        if place in event_lines():
            assert bad.event == name_of(lines[place])


def test_each_swap_and_each_insertion_is_found() -> None:
    lines = list(export())
    for place in range(len(lines) - 1):
        swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
        bad = verify_chain(swapped, service_key=SERVICE_KEY).bad
        assert bad is not None
        if place in event_lines():
            assert bad.event == name_of(lines[place])
        doubled = [*lines[:place], lines[place], *lines[place:]]
        assert not verify_chain(doubled, service_key=SERVICE_KEY).complete


def test_an_export_that_another_key_signed_is_refused() -> None:
    assert not verify_chain(export(), service_key="00" * 32).complete


def test_even_who_holds_the_services_key_cannot_alter_what_a_device_wrote() -> None:
    lines = list(export())
    for place in event_lines():
        forged = lines[place].replace(b'"body":"{', b'"body":"{ ')
        assert forged != lines[place]
        rest = [*lines[:place], forged, *lines[place + 1 : -1]]
        names = [name_of(line) if b'"header"' in line else "" for line in rest]
        listed = [(line_digest(line), name) for line, name in zip(rest, names, strict=True)]
        end = line_bytes(EndLine(listed, SERVICE.sign(end_bytes(listed)).hex()))
        bad = verify_chain([*rest, end], service_key=SERVICE_KEY).bad
        assert bad is not None and (bad.event, bad.reason) == (name_of(lines[place]), "body")
