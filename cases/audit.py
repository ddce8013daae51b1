"""Whether two ends hold the same: a fingerprint of each record, and one digest for all records of a bucket. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from cases import merge
from cases.merge import RecordState

_DOMAIN = b"estafette/audit/1\x00"
_DIGITS = 32
"""128 bits: both ends are ours and signed for; this finds damage, it keeps nobody out."""
_encode = msgspec.json.Encoder().encode


def fingerprint(record_type: str, record_id: str, state: RecordState) -> str:
    """Return 32 hexadecimal digits that tell a record, as merged, from any other."""
    data = _DOMAIN + _encode([record_type, record_id]) + merge.to_json(state)
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def bucket_digest(fingerprints: Mapping[str, str]) -> str:
    """Return one digest of records by identity, whatever their order."""
    return hashlib.sha256(_DOMAIN + _encode(sorted(fingerprints.items()))).hexdigest()[:_DIGITS]
