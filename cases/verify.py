"""Checks an exported case on its own: every event as its device chained and signed it, none missing, none altered.

An export is JSON lines, in this order:

``export``   what it is about, and the service's public key
``device``   one a device: its public key
``event``    an event of the case with its body; ``link``: another event of the same chain in between, header only.
             By device and incarnation, in order, from the case's first event there to the batch head after its last
``head``     the chain head that a device signed over a batch that holds events of the case
``leaf``     where the receipt for such a batch stands in the service's Merkle log, and the proof of it
``log``      the signed head of that log; kept roots of other days (``serve root``) can be held to it
``end``      a digest and a name for each line before, signed by the service

The chain proves what the devices wrote, even against the service's own database; the end proves that these lines,
verdicts included, are all that the service gave. Both name their keys themselves, so an export alone only shows that it
is consistent: anybody can write one with keys of his own. It is proven by the service's key, known from elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from cases.events import Event, Header, body_intact, header_hash
from cases.signatures import signature_holds as signature_holds
from cases.treelog import ACCEPTED, SignedReceipt, TreeHead, head_signed, holds

FORMAT = 1
_END_DOMAIN = b"estafette/export/1\x00"
_BATCH_DOMAIN = b"estafette/batch/1\x00"
_FINGERPRINT_DOMAIN = b"estafette/service-key/1\x00"
_KEY_SIZE = 32
_encode = msgspec.json.Encoder().encode


class Start(msgspec.Struct, frozen=True, tag="export", tag_field="type"):
    format: int
    tenant: int
    record_type: str
    record_id: str
    service_key: str


class DeviceLine(msgspec.Struct, frozen=True, tag="device", tag_field="type"):
    device: str
    public_key: str


class EventLine(msgspec.Struct, frozen=True, tag="event", tag_field="type"):
    """``body`` is the exact text, or in ``body_hex`` where it is no text; both None once erased, as is ``salt``."""

    header: Header
    body: str | None
    salt: str | None
    central_seq: int
    state: str
    code: str = ""
    body_hex: str | None = None


class LinkLine(msgspec.Struct, frozen=True, tag="link", tag_field="type"):
    header: Header


class HeadLine(msgspec.Struct, frozen=True, tag="head", tag_field="type"):
    device: str
    incarnation: int
    first_seq: int
    last_seq: int
    head: str
    signature: str


class LeafLine(msgspec.Struct, frozen=True, tag="leaf", tag_field="type"):
    """The receipt of the batch whose head line has the same device, incarnation and ``seq`` as its last number."""

    device: str
    incarnation: int
    seq: int
    stream: str
    central_seq: int
    epoch: int
    time: int
    index: int
    proof: list[str]


class LogLine(msgspec.Struct, frozen=True, tag="log", tag_field="type"):
    """``cases.treelog.TreeHead``."""

    head: TreeHead


class EndLine(msgspec.Struct, frozen=True, tag="end", tag_field="type"):
    """``lines``: (digest, event named there or empty) of each line before."""

    lines: list[tuple[str, str]]
    signature: str


Line = Start | DeviceLine | EventLine | LinkLine | HeadLine | LeafLine | LogLine | EndLine
_decode = msgspec.json.Decoder(Line).decode


@dataclass(frozen=True)
class Bad:
    """The first thing that is wrong.

    Attributes:
        event: device.incarnation.seq; empty when no single event is to blame.
        reason: ``body`` (not what the header names), ``chain`` (altered header), ``missing`` (a gap before it),
            ``signature`` (of the device), ``line`` (altered beside the event: verdict, key…), ``end`` (cut off, or not
            signed by the service), ``log`` (not in the service's log), ``key`` (another service than expected),
            ``format`` (an export without any event is none).
        line: from 1; 0 when it is about the whole.
    """

    event: str
    reason: str
    line: int = 0


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        events: those of the record itself.
        bad: None when the export is consistent in itself: nothing in it contradicts anything else.
        fingerprint: of the service key that the export names (see ``fingerprint``); empty when it names none.
        proven: the export is consistent and that key is the one that the caller knows the service by. Only then is it
            complete, unaltered, and this service's.
        batches: that hold events of the record; ``logged``: those shown to be in the service's log.
        log: the head of that log; None when the export shows none.
    """

    events: int
    bad: Bad | None
    fingerprint: str = ""
    proven: bool = False
    batches: int = 0
    logged: int = 0
    log: TreeHead | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is wrong with the export in itself; who made it is what ``proven`` says."""
        return self.bad is None


@dataclass
class _Read:
    """An export taken apart. ``broken`` is the first line that cannot be read."""

    start: Start | None = None
    keys: dict[str, str] = field(default_factory=dict)
    chains: dict[tuple[str, int], list[tuple[int, EventLine | LinkLine]]] = field(default_factory=dict)
    heads: list[tuple[int, HeadLine]] = field(default_factory=list)
    leaves: list[tuple[int, LeafLine]] = field(default_factory=list)
    log: tuple[int, LogLine] | None = None
    end: EndLine | None = None
    broken: int = 0


def line_bytes(line: Line) -> bytes:
    """Write one line, without its line break."""
    return _encode(line)


def line_name(line: Line) -> str:
    """Return the event that a line is about, for the end's list; empty for other lines."""
    return str(line.header.id) if isinstance(line, EventLine | LinkLine) else ""


def line_digest(data: bytes) -> str:
    """Return a line's digest in the end's list: 128 bits in hexadecimal."""
    return hashlib.sha256(data).hexdigest()[:32]


def end_bytes(lines: Sequence[tuple[str, str]]) -> bytes:
    """Return what the service signs."""
    return _END_DOMAIN + hashlib.sha256(_encode(lines)).digest()


def fingerprint(service_key: str) -> str:
    """Return what people compare of a service's public key (hexadecimal): 128 bits in groups of four digits.

    Empty for a text that is no key.
    """
    try:
        raw = bytes.fromhex(service_key)
    except ValueError:
        return ""
    digits = hashlib.sha256(_FINGERPRINT_DOMAIN + raw).hexdigest()[:32] if len(raw) == _KEY_SIZE else ""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def verify_chain(lines: Iterable[bytes], *, service_key: str | None = None) -> Verified:
    """Check an export: ``proven`` by the service's key, else only consistent in itself, or what is wrong first.

    Args:
        lines: of the export, with or without line breaks.
        service_key: of the service that must have signed it, as people know it from elsewhere: the key in hexadecimal,
            or its ``fingerprint``; case and spaces do not matter. None takes the key that the export names, which
            proves nothing about who made it.
    """
    data = [line.rstrip(b"\r\n") for line in lines if line.strip()]
    read = _read(data)
    events = sum(isinstance(line, EventLine) for chain in read.chains.values() for _, line in chain)
    bad = _first_bad(data, read, service_key)
    named = fingerprint(read.start.service_key) if read.start is not None else ""
    proven = bad is None and service_key is not None
    log = read.log[1].head if read.log is not None else None
    return Verified(events, bad, named, proven, len(read.heads), len(read.leaves), log)


def _read(data: Sequence[bytes]) -> _Read:
    read = _Read()
    for number, text in enumerate(data, 1):
        try:
            line = _decode(text)
        except (ValueError, RecursionError):
            read.broken = read.broken or number
            continue
        match line:
            case Start():
                read.start = line
            case DeviceLine():
                read.keys[line.device] = line.public_key
            case EventLine() | LinkLine():
                chain = (line.header.device, line.header.incarnation)
                read.chains.setdefault(chain, []).append((number, line))
            case HeadLine():
                read.heads.append((number, line))
            case LeafLine():
                read.leaves.append((number, line))
            case LogLine():
                read.log = (number, line)
            case EndLine():
                read.end = line
    return read


def _first_bad(data: Sequence[bytes], read: _Read, service_key: str | None) -> Bad | None:
    start, end = read.start, read.end
    if start is None or start.format != FORMAT:
        return Bad("", "format", 1)
    if service_key is not None and not _is_key(service_key, start.service_key):
        return Bad("", "key", 1)
    signed = end is not None and signature_holds(start.service_key, end_bytes(end.lines), end.signature)
    if signed and end is not None:
        # The service vouches for each line by itself: the altered one is known exactly, even when it cannot be read.
        altered = _altered_line(data, end)
        if altered is not None:
            return _why(read, altered)
    found = _chain_fault(read) or _log_fault(read, start)
    if found is not None:
        return found
    if not signed or read.broken:
        return Bad("", "end", read.broken or len(data))
    if not any(isinstance(line, EventLine) for chain in read.chains.values() for _, line in chain):
        return Bad("", "format", len(data))
    return None


def _is_key(expected: str, named: str) -> bool:
    plain = "".join(expected.split()).lower()
    return plain in (named.lower(), fingerprint(named).replace(" ", "")) and bool(plain)


def _altered_line(data: Sequence[bytes], end: EndLine) -> Bad | None:
    for number, (digest, name) in enumerate(end.lines, 1):
        if number > len(data) - 1:
            return Bad(name, "missing", number)
        if line_digest(data[number - 1]) != digest:
            return Bad(name, "line", number)
    return Bad("", "end", len(data)) if len(data) != len(end.lines) + 1 else None


def _why(read: _Read, altered: Bad) -> Bad:
    """Say more exactly what is wrong with a line that is known to be altered."""
    if not altered.event:
        return altered
    found = _chain_fault(read)
    return found if found is not None and found.event == altered.event else altered


def _chain_fault(read: _Read) -> Bad | None:
    faults = [_fault_in(chain, lines, read) for chain, lines in read.chains.items()]
    found = [fault for fault in faults if fault is not None]
    return min(found, key=lambda bad: bad.line) if found else None


def _log_fault(read: _Read, start: Start) -> Bad | None:
    """Check that each receipt shown is in the log, and that the service signed the log's head."""
    if read.log is None:
        return Bad("", "log", read.leaves[0][0]) if read.leaves else None
    number, line = read.log
    if line.head.tenant != start.tenant or not head_signed(line.head, start.service_key):
        return Bad("", "log", number)
    batches = {(head.device, head.incarnation, head.last_seq): head.head for _, head in read.heads}
    for number, leaf in read.leaves:
        chain = (leaf.device, leaf.incarnation, leaf.seq)
        receipt = SignedReceipt(
            start.tenant, leaf.stream, *chain, batches.get(chain, ""), leaf.central_seq, leaf.epoch, ACCEPTED,
            leaf.time, "",
        )  # fmt: skip
        if not holds(line.head, receipt, leaf.index, leaf.proof):
            return Bad(f"{leaf.device}.{leaf.incarnation}.{leaf.seq}", "log", number)
    return None


def _fault_in(chain: tuple[str, int], lines: Sequence[tuple[int, EventLine | LinkLine]], read: _Read) -> Bad | None:
    heads = {head.last_seq: (number, head) for number, head in read.heads if (head.device, head.incarnation) == chain}
    hashes = [header_hash(line.header) for _, line in lines]
    for place, (number, line) in enumerate(lines):
        name = str(line.header.id)
        if place and line.header.seq != lines[place - 1][1].header.seq + 1:
            return Bad(name, "missing", number)
        if place and line.header.prev != hashes[place - 1]:
            return _broken_link(lines, hashes, heads, place)
        if isinstance(line, EventLine) and not _body_holds(line):
            return Bad(name, "body", number)
        if isinstance(line, EventLine) and read.start is not None and not _belongs(line.header, read.start):
            return Bad(name, "line", number)
    return _heads_fault(lines, hashes, heads, read.keys.get(chain[0], ""))


def _broken_link(
    lines: Sequence[tuple[int, EventLine | LinkLine]],
    hashes: Sequence[str],
    heads: Mapping[int, tuple[int, HeadLine]],
    place: int,
) -> Bad:
    """Name the altered one of two neighbours: the later one when what follows it does not know it either."""
    header = lines[place][1].header
    if place + 1 < len(lines):
        later_known = lines[place + 1][1].header.prev == hashes[place]
    else:
        later_known = header.seq in heads and heads[header.seq][1].head == hashes[place]
    number, line = lines[place - 1] if later_known else lines[place]
    return Bad(str(line.header.id), "chain", number)


def _belongs(header: Header, start: Start) -> bool:
    return (header.tenant, header.record_type, header.record_id) == (start.tenant, start.record_type, start.record_id)


def _body_holds(line: EventLine) -> bool:
    try:
        body = bytes.fromhex(line.body_hex) if line.body_hex is not None else None
        salt = bytes.fromhex(line.salt) if line.salt is not None else None
    except ValueError:
        return False
    if line.body is not None:
        body = line.body.encode("utf-8", "surrogatepass")
    return body_intact(Event(line.header, body, salt))


def _heads_fault(
    lines: Sequence[tuple[int, EventLine | LinkLine]],
    hashes: Sequence[str],
    heads: Mapping[int, tuple[int, HeadLine]],
    public_key: str,
) -> Bad | None:
    """Check that the device signed heads that cover every event of the record."""
    by_seq = {line.header.seq: (line, digest) for (_, line), digest in zip(lines, hashes, strict=True)}
    covered = 0
    for seq, (number, head) in sorted(heads.items()):
        known = by_seq.get(seq)
        name = f"{head.device}.{head.incarnation}.{seq}"
        if known is None:
            return Bad(name, "missing", number)
        if known[1] != head.head:
            return Bad(name, "chain", number)
        tenant = known[0].header.tenant
        said = head_bytes(tenant, head.device, head.incarnation, head.first_seq, head.last_seq, head.head)
        if not signature_holds(public_key, said, head.signature):
            return Bad(name, "signature", number)
        covered = seq
    for number, line in lines:
        if isinstance(line, EventLine) and line.header.seq > covered:
            return Bad(str(line.header.id), "signature", number)
    return None


def head_bytes(tenant: int, device: str, incarnation: int, first_seq: int, last_seq: int, head: str) -> bytes:
    """Return what a device signs of a batch: the chain head, which covers every event."""
    return _BATCH_DOMAIN + _encode([tenant, device, incarnation, first_seq, last_seq, head])
