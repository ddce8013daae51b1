"""Tracking codes: what a citizen types to see where the case stands. Made offline, so they carry their tenant.

``E1-JZ9V-4JBA-67DH-4``: a letter for the format, the tenant's number, 60 random bits in three groups of Crockford's
base 32 (no I, L, O, U; I and L are read as 1, O as 0), and one check character. 60 bits cannot be guessed over a
throttled page.
"""

from __future__ import annotations

from typing import NamedTuple

from cases.errors import InputError
from cases.ids import Randomness

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORMAT_LETTER = "E"
RANDOM_LENGTH = 12
GROUP = 4
TENANT_MAX = 10**12

_READ = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SEPARATORS = str.maketrans("", "", " -‐‑–—_.\u00a0\u202f")


class TrackingCode(NamedTuple):
    """A well-formed code. ``text`` is its one canonical spelling."""

    tenant: int
    text: str


def new_code(tenant: int, randomness: Randomness) -> str:
    """Return a new code of the tenant (a number from 0) in its canonical spelling."""
    if not 0 <= tenant < TENANT_MAX:
        raise InputError("tracking.tenant", field="tenant")
    bits = int.from_bytes(randomness.token(8), "big") & ((1 << (5 * RANDOM_LENGTH)) - 1)
    letters = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in range(RANDOM_LENGTH))
    return _spell(str(tenant), letters)


def parse(text: str) -> TrackingCode:
    """Return the code that a person typed: case, spaces and dashes do not matter.

    Raises:
        InputError: ``tracking.malformed`` or ``tracking.mistyped`` (the check character does not fit); field ``code``.
    """
    plain = text.upper().translate(_SEPARATORS)
    tail = RANDOM_LENGTH + 1
    if not plain.startswith(FORMAT_LETTER) or not len(FORMAT_LETTER) + 1 + tail <= len(plain) <= 32:
        raise InputError("tracking.malformed", field="code")
    tenant = plain[len(FORMAT_LETTER) : -tail].translate(_READ)
    letters, check = plain[-tail:-1].translate(_READ), plain[-1].translate(_READ)
    if not (tenant.isascii() and tenant.isdigit()) or any(letter not in ALPHABET for letter in letters + check):
        raise InputError("tracking.malformed", field="code")
    if tenant != str(int(tenant)) or int(tenant) >= TENANT_MAX:
        raise InputError("tracking.malformed", field="code")
    if check != _check(tenant, letters):
        raise InputError("tracking.mistyped", field="code")
    return TrackingCode(int(tenant), _spell(tenant, letters))


def normalise(text: str) -> str:
    """Return the canonical spelling of what a person typed; raises as ``parse``."""
    return parse(text).text


def _spell(tenant: str, letters: str) -> str:
    groups = [letters[start : start + GROUP] for start in range(0, RANDOM_LENGTH, GROUP)]
    return "-".join([FORMAT_LETTER + tenant, *groups, _check(tenant, letters)])


def _check(tenant: str, letters: str) -> str:
    """Return the check character: a polynomial over GF(32), so every wrong sign and every swap of neighbours shows."""
    value = 0
    for letter in tenant + letters:
        # The check character itself has the weight 1, so every sign before it is multiplied once more.
        value = (value ^ ALPHABET.index(letter)) << 1
        if value & 0b100000:
            value ^= 0b100101  # x^5 + x^2 + 1, primitive: its powers differ over 31 places
    return ALPHABET[value]
