"""The two files that a USB stick carries: sealed envelopes to central, and signed answers back (ADR 12).

A file is one line that names it, a length, a manifest in JSON, what the manifest lists, and a SHA-256 over all before.
Each envelope in it is signed by the device that sealed it and each answer by the service, so the manifest needs no key
of its own: a list that was changed, cut or mixed is refused as a whole.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from cases.envelopes import Envelope, read_envelope
from cases.errors import DamagedError, InputError
from sync.sealed import EnvelopeAnswer

T = TypeVar("T")

BUNDLE_MARK = b"ESTAFETTE PLIS 1\n"
ANSWERS_MARK = b"ESTAFETTE ACCUSES 1\n"
BUNDLE_BYTES_MAX = 64 * 1024 * 1024
ENVELOPES_MAX = 20_000
_LENGTH = struct.Struct(">Q")
_CHECK_SIZE = 32
_MANIFEST_BYTES_MAX = 8 * 1024 * 1024


class BundleManifest(msgspec.Struct, frozen=True):
    """What a bundle holds: its organisation, and the hash and size of each envelope in order."""

    tenant: int
    intake: str
    made_ms: int
    envelopes: list[tuple[str, int]]


class AnswersManifest(msgspec.Struct, frozen=True):
    """The service's answers to one bundle."""

    tenant: int
    made_ms: int
    answers: list[EnvelopeAnswer]


def write_bundle(envelopes: Sequence[Envelope], made_ms: int) -> bytes:
    """Return a bundle of envelopes of one organisation.

    Raises:
        InputError: ``bundle.empty``; ``bundle.mixed``: envelopes of several organisations; ``bundle.too_large``.
    """
    if not envelopes:
        raise InputError("bundle.empty")
    names = {(each.label.tenant, each.label.intake) for each in envelopes}
    if len(names) > 1:
        raise InputError("bundle.mixed")
    tenant, intake = names.pop()
    content = b"".join(each.raw for each in envelopes)
    if len(envelopes) > ENVELOPES_MAX or len(content) > BUNDLE_BYTES_MAX - _MANIFEST_BYTES_MAX:
        raise InputError("bundle.too_large", limit=BUNDLE_BYTES_MAX)
    manifest = BundleManifest(tenant, intake, made_ms, [(each.hash, len(each.raw)) for each in envelopes])
    return _write(BUNDLE_MARK, msgspec.json.encode(manifest), content)


def read_bundle(data: bytes) -> tuple[BundleManifest, list[Envelope]]:
    """Return what a bundle holds, all of it as it was written.

    Raises:
        InputError: ``bundle.not_one`` (another kind of file, or an answer), ``bundle.cut`` (not whole, or altered),
            ``bundle.too_large``, ``bundle.newer``.
    """
    manifest, content = _read(data, BUNDLE_MARK, BundleManifest)
    if len(manifest.envelopes) > ENVELOPES_MAX:
        raise InputError("bundle.too_large", limit=BUNDLE_BYTES_MAX)
    envelopes: list[Envelope] = []
    place = 0
    for name, size in manifest.envelopes:
        raw = content[place : place + size]
        place += size
        try:
            envelope = read_envelope(raw)
        except DamagedError as error:
            raise InputError("bundle.cut") from error
        except InputError as error:
            raise InputError("bundle.newer") from error
        if envelope.hash != name or (envelope.label.tenant, envelope.label.intake) != (
            manifest.tenant,
            manifest.intake,
        ):
            raise InputError("bundle.cut")
        envelopes.append(envelope)
    if place != len(content):
        raise InputError("bundle.cut")
    return manifest, envelopes


def write_answers(tenant: int, answers: Sequence[EnvelopeAnswer], made_ms: int) -> bytes:
    """Return the file that carries a bundle's answers back."""
    return _write(ANSWERS_MARK, msgspec.json.encode(AnswersManifest(tenant, made_ms, list(answers))), b"")


def read_answers(data: bytes) -> AnswersManifest:
    """Return the answers in a file, unchecked: who knows the service's key checks them. Raises as ``read_bundle``."""
    manifest, content = _read(data, ANSWERS_MARK, AnswersManifest)
    if content:
        raise InputError("bundle.cut")
    return manifest


def _write(mark: bytes, manifest: bytes, content: bytes) -> bytes:
    whole = mark + _LENGTH.pack(len(manifest)) + manifest + content
    return whole + hashlib.sha256(whole).digest()


def _read(data: bytes, mark: bytes, expected: type[T]) -> tuple[T, bytes]:
    if len(data) > BUNDLE_BYTES_MAX:
        raise InputError("bundle.too_large", limit=BUNDLE_BYTES_MAX)
    if not data.startswith(mark):
        # A file that ends within its first line was cut; of any other nothing is known.
        if data and mark.startswith(data):
            raise InputError("bundle.cut")
        other = ANSWERS_MARK if mark == BUNDLE_MARK else BUNDLE_MARK
        if data.startswith(other):
            raise InputError("bundle.other_kind")
        newer = data.startswith(mark.rsplit(b" ", 1)[0])
        raise InputError("bundle.newer" if newer else "bundle.not_one")
    whole, check = data[:-_CHECK_SIZE], data[-_CHECK_SIZE:]
    start = len(mark) + _LENGTH.size
    if len(whole) < start or hashlib.sha256(whole).digest() != check:
        raise InputError("bundle.cut")
    (size,) = _LENGTH.unpack_from(whole, len(mark))
    if size > len(whole) - start:
        raise InputError("bundle.cut")
    try:
        manifest = msgspec.json.decode(whole[start : start + size], type=expected)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("bundle.cut") from error
    return manifest, whole[start + size :]
