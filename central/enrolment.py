"""Enrolling devices: a one-time code, made by a supervisor, binds a PC's key to an agent and an office."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.errors import InputError, NotPermittedError
from cases.ids import Randomness
from cases.tracking import ALPHABET
from central.batches import is_hex
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT, Connection
from central.keys import public_hex
from central.records import ConsoleSession, EnrolmentCode, device_of
from central.rights import require_right
from central.throttle import Subject, forgive, take
from sync.messages import EnrolReply, EnrolRequest, enrol_bytes

LIFETIME_MS = 7 * 24 * 3600 * 1000
"""Seven days, said in words wherever a code is shown: an agent on a round is not always back the next day."""
TENANT_LETTERS = 4
RANDOM_LETTERS = 12
"""60 random bits: with the throttle, guessing one takes longer than the code lives."""
GROUP = 4
DEVICE_NAME_MAX = 100
_FREE_BY_ADDRESS = 10
_READ = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})


@dataclass(frozen=True)
class ParsedCode:
    """``plain`` is the code without separators."""

    tenant: int
    plain: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(b"estafette/enrolment/1\x00" + self.plain.encode()).hexdigest()


def new_code(tenant: int, randomness: Randomness) -> str:
    """Return a new code, ``XXXX-XXXX-XXXX-XXXX``: the tenant, then 60 random bits, in Crockford's base 32."""
    if not 0 < tenant < 1 << (5 * TENANT_LETTERS):
        raise InputError("enrol.tenant", field="tenant")
    bits = int.from_bytes(randomness.token(8), "big")
    letters = _letters(tenant, TENANT_LETTERS) + _letters(bits, RANDOM_LETTERS)
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def parse_code(text: str) -> ParsedCode | None:
    """Return what a person typed; None when it cannot be a code."""
    plain = text.upper().translate(_READ)
    if len(plain) != TENANT_LETTERS + RANDOM_LETTERS or any(letter not in ALPHABET for letter in plain):
        return None
    tenant = 0
    for letter in plain[:TENANT_LETTERS]:
        tenant = tenant * 32 + ALPHABET.index(letter)
    return ParsedCode(tenant, plain) if tenant > 0 else None


def _letters(value: int, count: int) -> str:
    return "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(count)))


def make_enrolment_code(
    central: Central,
    connection: Connection,
    session: ConsoleSession | None,
    agent: str,
    *,
    lifetime_ms: int = LIFETIME_MS,
) -> EnrolmentCode:
    """Make a one-time code for an agent's next device. Only its hash is kept, so it is shown once.

    Args:
        session: the supervisor who asks; None for the first start, which has no person yet, and for a command.

    Raises:
        NotPermittedError: ``right.role``, ``right.office``. InputError: ``agent.unknown``.
    """
    tenant = tenant_of(connection)
    people.hold_agent(connection, tenant, agent)
    office = people.agent_office(connection, tenant, agent)
    if session is not None:
        require_right(session, office if office is not None else session.office)
    if office is None:
        raise InputError("agent.unknown")
    code = new_code(tenant, central.randomness)
    parsed = parse_code(code)
    assert parsed is not None
    now_ms = central.clock.now_ms()
    connection.execute(
        "insert into estafette.enrolment_code (tenant_id, code_hash, account_id, created_by, created_ms, expires_ms)"
        " values (%s, %s, %s, %s, %s, %s)",
        [tenant, parsed.hash, agent, session.account if session else None, now_ms, now_ms + lifetime_ms],
    )
    return EnrolmentCode(code, now_ms + lifetime_ms)


def tenant_of(connection: Connection) -> int:
    """Return the tenant that this transaction is about."""
    found = connection.execute("select current_setting('app.tenant_id')::integer").fetchone()
    return int(found[0]) if found else NO_TENANT


def enrol(central: Central, request: EnrolRequest, address: str) -> EnrolReply:
    """Enrol a device. Asking again with the same key and code gives the same answer, so a lost answer costs nothing.

    Raises:
        InputError: ``enrol.proof`` (the key was not shown to be the caller's), ``enrol.device_name`` (field).
        NotPermittedError: ``enrol.wrong_code``, ``enrol.code_used``, ``enrol.code_expired``, ``enrol.key_known``;
            ``enrol.other_agent``, ``enrol.other_office``: the key works for another agent, or elsewhere than the
            agent does now; ``enrol.throttled`` with ``retry_s``.
    """
    _check_request(request)
    by_address = Subject("enrol-address", address, _FREE_BY_ADDRESS)
    take(central, [by_address], "enrol.throttled")
    parsed = parse_code(request.code)
    if parsed is None:
        raise NotPermittedError("enrol.wrong_code")
    with central.transaction(parsed.tenant) as connection:
        device = _redeem(central, connection, parsed, request)
        people.add_to_directory(connection, "device", device, parsed.tenant)
        reply = people.enrol_reply(
            connection,
            parsed.tenant,
            device,
            service_key=public_hex(central.keys.service()),
            now_ms=central.clock.now_ms(),
            timezone=central.settings.timezone,
        )
    reply = msgspec.structs.replace(reply, intake_key=public_hex(central.keys.intake()))
    forgive(central, [by_address])
    return reply


def _check_request(request: EnrolRequest) -> None:
    if not 0 < len(request.device_name.strip()) <= DEVICE_NAME_MAX or not request.device_name.isprintable():
        raise InputError("enrol.device_name", field="device_name")
    try:
        if not is_hex(request.public_key, 32) or not is_hex(request.proof, 64):
            raise ValueError("no hexadecimal digits")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(request.public_key))
        key.verify(bytes.fromhex(request.proof), enrol_bytes(request.code, request.public_key, request.device_name))
    except (ValueError, InvalidSignature) as error:
        raise InputError("enrol.proof") from error


def _redeem(central: Central, connection: Connection, parsed: ParsedCode, request: EnrolRequest) -> str:
    """Spend the code for this key and return the device; a code that this very key spent returns the same device."""
    now_ms = central.clock.now_ms()
    code = people.lock_code(connection, parsed.tenant, parsed.hash)
    if code is None:
        raise NotPermittedError("enrol.wrong_code")
    if code.device is not None:
        held = people.device(connection, parsed.tenant, code.device)
        if held is None or held.public_key != request.public_key or held.revoked_ms is not None:
            raise NotPermittedError("enrol.code_used")
        return held.device
    if code.expires_ms <= now_ms:
        raise NotPermittedError("enrol.code_expired")
    if request.agent not in ("", code.account):
        raise NotPermittedError("enrol.other_agent")
    if request.office not in ("", people.agent_office(connection, parsed.tenant, code.account)):
        raise NotPermittedError("enrol.other_office")
    device = device_of(request.public_key)
    people.add_device(
        connection,
        parsed.tenant,
        device,
        account=code.account,
        public_key=request.public_key,
        name=request.device_name.strip(),
        now_ms=now_ms,
    )
    people.spend_code(connection, parsed.tenant, parsed.hash, device, now_ms)
    return device
