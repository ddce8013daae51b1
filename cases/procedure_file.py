"""The two written forms of a procedure: ``procedure.toml`` as people write it, and the bundle that travels."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Literal, TypeVar

import msgspec
import zstandard

from cases.errors import InputError
from cases.views import CITIZEN_FIELDS
from cases.workflow import State

Silence = Literal["acceptance", "refusal", "unspecified"]

ID_LENGTH_MAX = 64
ID_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
BUNDLE_BYTES_MAX = 16 * 1024 * 1024
BUNDLE_CONTENT_BYTES_MAX = 96 * 1024 * 1024
"""What a bundle may unpack to: a small file must not fill the memory."""
COMPRESSION_LEVEL = 9


Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Sentences = dict[Language, Sentence]
Text = Annotated[str, msgspec.Meta(max_length=8_000)]
FieldPath = Annotated[str, msgspec.Meta(pattern=r"^(/[^/\[\]\s]+)+$", max_length=500)]
Decisive = Annotated[str, msgspec.Meta(pattern=r"^((/[^/\[\]\s]+)+|[a-z_]+)$", max_length=500)]


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A required document."""

    id: Identifier
    label: Sentences


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What deciding rests on: questions, whole groups, and particulars of the citizen by their name."""

    fields: Annotated[list[Decisive], msgspec.Meta(max_length=200)]


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What ``procedure.toml`` says; see :class:`cases.procedures.Procedure` for the meaning of each key."""

    title: Sentences
    states: Annotated[list[str], msgspec.Meta(min_length=1, max_length=len(State))]
    delay_days: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    silence: Silence
    retention_months: Annotated[int, msgspec.Meta(ge=1, le=1200)]
    delay_months: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None
    summary: Sentences = {}
    legal_basis: Annotated[list[Sentence], msgspec.Meta(max_length=50)] = []
    required_documents: Annotated[list[Document], msgspec.Meta(max_length=50)] = []
    notices: dict[Language, Text] = {}
    decision_fields: Annotated[list[FieldPath], msgspec.Meta(max_length=50)] = []
    prefill: dict[FieldPath, str] = {}
    # Left out of a bundle where it is not said: a procedure without it keeps its bytes, and so its version.
    decision: Decision | msgspec.UnsetType = msgspec.UNSET
    # Never in a bundle, which has its own.
    id: Identifier | msgspec.UnsetType = msgspec.UNSET


class _Title(msgspec.Struct, frozen=True):
    title: Sentences


class _Titled(msgspec.Struct, frozen=True):
    """What a list of procedures needs of a bundle."""

    description: _Title


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole procedure; ``form`` and ``media`` are base64 in the JSON."""

    id: Identifier
    description: Described
    form: bytes
    media: dict[str, bytes]
    format: Literal[1] = 1


def read_description(data: bytes, file: str) -> Described:
    """Read ``procedure.toml``.

    Raises:
        InputError: ``procedure.bad_toml`` with ``file``, ``key`` (dotted, "" when the file as a whole is wrong) and
            ``reason`` (``syntax``, ``type``, ``missing``, ``unknown``, ``value``; ``expected`` says what is).
    """
    import tomllib

    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _bad(file, "", "syntax", str(fault)) from fault
    try:
        described = msgspec.convert(values, Described)
    except msgspec.ValidationError as fault:
        raise _invalid(file, str(fault)) from fault
    _check(described, file)
    return described


def check_paths(described: Described, known: Collection[str], file: str) -> None:
    """Refuse a description that names a question which the form does not have."""
    for key, paths in (("decision_fields", described.decision_fields), ("prefill", list(described.prefill))):
        for path in paths:
            if path not in known:
                raise _bad(file, key, "value", f"no question {path}")
    for index, path in enumerate(described.decision.fields if described.decision else ()):
        inside = any(question == path or question.startswith(f"{path}/") for question in known)
        if path.startswith("/") and not inside:
            raise _bad(file, f"decision.fields[{index}]", "value", f"no question or group {path}")


def pack(bundle: Bundle) -> bytes:
    """Return the bundle's bytes: JSON with sorted keys, compressed."""
    content = msgspec.json.encode(bundle, order="deterministic")
    return zstandard.ZstdCompressor(level=COMPRESSION_LEVEL, write_content_size=True).compress(content)


def unpack(data: bytes) -> Bundle:
    """Read a bundle, giving no more memory than :data:`BUNDLE_CONTENT_BYTES_MAX`.

    Raises:
        InputError: ``procedure.bad_bundle`` or ``procedure.too_large``.
    """
    bundle = _read(data, Bundle)
    _check(bundle.description, "bundle")
    return bundle


def title(data: bytes) -> dict[str, str]:
    """Return the title in a bundle, by language; the rest is not looked at. Errors as ``unpack``."""
    return _read(data, _Titled).description.title


B = TypeVar("B")


def _read(data: bytes, kind: type[B]) -> B:
    if len(data) > BUNDLE_BYTES_MAX:
        raise InputError("procedure.too_large", field="bundle", bytes_max=BUNDLE_BYTES_MAX)
    try:
        # A stream, because the one-shot call believes the size written in the frame and allocates it.
        with zstandard.ZstdDecompressor().stream_reader(data) as stream:
            content = stream.read(BUNDLE_CONTENT_BYTES_MAX + 1)
    except zstandard.ZstdError as fault:
        raise InputError("procedure.bad_bundle", field="bundle", reason="compression") from fault
    if len(content) > BUNDLE_CONTENT_BYTES_MAX:
        raise InputError("procedure.too_large", field="bundle", bytes_max=BUNDLE_CONTENT_BYTES_MAX)
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise InputError("procedure.bad_bundle", field="bundle", reason="content") from fault


def decisive(data: bytes) -> frozenset[str] | None:
    """Return what a bundle's procedure says that deciding rests on; None where it does not say: then all of the case.

    Raises: as ``unpack``.
    """
    decision = unpack(data).description.decision
    return frozenset(decision.fields) if decision else None


def _check(described: Described, file: str) -> None:
    """Hold the rules that a type cannot say."""
    if "fr" not in described.title:
        raise _bad(file, "title.fr", "missing")
    for key, value in (("summary", described.summary), ("notices", described.notices)):
        if value and "fr" not in value:
            raise _bad(file, f"{key}.fr", "missing")
    for index, state in enumerate(described.states):
        if state not in State.__members__.values():
            raise _bad(file, f"states[{index}]", "value", ", ".join(State))
    if State.DRAFT not in described.states:
        raise _bad(file, "states", "value", State.DRAFT.value)
    seen: set[str] = set()
    for index, document in enumerate(described.required_documents):
        if "fr" not in document.label:
            raise _bad(file, f"required_documents[{index}].label.fr", "missing")
        if document.id in seen:
            raise _bad(file, f"required_documents[{index}].id", "value", "an id used once")
        seen.add(document.id)
    for index, name in enumerate(described.decision.fields if described.decision else ()):
        if not name.startswith("/") and name not in CITIZEN_FIELDS:
            raise _bad(file, f"decision.fields[{index}]", "value", ", ".join(CITIZEN_FIELDS))
    for path, name in described.prefill.items():
        if name not in CITIZEN_FIELDS:
            raise _bad(file, f'prefill."{path}"', "value", ", ".join(CITIZEN_FIELDS))


def _bad(file: str, key: str, reason: str, expected: str = "") -> InputError:
    return InputError("procedure.bad_toml", field=key, file=file, key=key, reason=reason, expected=expected)


def _invalid(file: str, message: str) -> InputError:
    """Turn msgspec's sentence into a key and a reason; its wording is pinned by a test."""
    what, _, where = message.partition(" - at `")
    key = where.removesuffix("`").removeprefix("$").removeprefix(".")
    named = re.search(r"field `([^`]+)`", what)
    if named is not None:
        key = f"{key}.{named.group(1)}".removeprefix(".")
        return _bad(file, key, "unknown" if "unknown" in what else "missing")
    return _bad(file, key, "type" if "got `" in what else "value", what)
