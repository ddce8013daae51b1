"""Identities, one ``NewType`` each so that they cannot be mixed up, and how they are made."""

from __future__ import annotations

from typing import NewType, Protocol

TenantId = NewType("TenantId", int)
OfficeId = NewType("OfficeId", str)
AgentId = NewType("AgentId", str)
DeviceId = NewType("DeviceId", str)
CitizenId = NewType("CitizenId", str)
CaseId = NewType("CaseId", str)
RecordId = NewType("RecordId", str)

ROW_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ROW_ID_LENGTH = 10
"""Rows of a repeat: 50 random bits, unique within one case, short because it rides in every field path."""


class Randomness(Protocol):
    """The source of every random value; given from outside so that a run can be replayed from a seed."""

    def token(self, size: int) -> bytes:
        """Return ``size`` unpredictable bytes."""
        ...


class SystemRandomness:
    """The operating system's generator."""

    def token(self, size: int) -> bytes:
        import secrets

        return secrets.token_bytes(size)


def uuid7(time_ms: int, randomness: Randomness) -> str:
    """Return a UUID version 7 (RFC 9562 section 5.7) as 32 lower-case hexadecimal digits.

    Args:
        time_ms: milliseconds since the Unix epoch, UTC.
        randomness: gives the 74 random bits.
    """
    value = int.from_bytes(time_ms.to_bytes(6, "big") + randomness.token(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return f"{value:032x}"


def row_id(randomness: Randomness) -> str:
    """Return a new identity for one row of a repeat (see ``ROW_ID_LENGTH``)."""
    value = int.from_bytes(randomness.token(7), "big")
    return "".join(ROW_ID_ALPHABET[(value >> (5 * place)) & 31] for place in range(ROW_ID_LENGTH))
