"""Console accounts: a passphrase, then a time-based code, then a session. Nothing here says whether a name exists."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.errors import NotPermittedError
from central.context import Central
from central.database.client import NO_TENANT
from central.database.rows import row
from central.records import ConsoleSession
from central.throttle import Subject, Turnstile, forgive, take

IDLE_MS = 30 * 60 * 1000
ABSOLUTE_MS = 12 * 3600 * 1000
HALF_OPEN_MS = 5 * 60 * 1000
TOTP_STEP_S = 30
TOTP_DRIFT_STEPS = 1
_FREE_BY_ACCOUNT = 4
_FREE_BY_ADDRESS = 20

_hasher = PasswordHasher(time_cost=3, memory_cost=46 * 1024, parallelism=1)
_gate = Turnstile(at_once=2, waiting=20)
"""Each check takes 46 MiB and a core: a flood of sign-ins must not take the machine."""


@dataclass(frozen=True)
class _Account:
    tenant: int
    account: str
    passphrase_hash: str
    totp_secret: str
    totp_last_step: int


_ACCOUNT = """
select tenant_id, account_id, passphrase_hash, totp_secret, totp_last_step from estafette.account
where tenant_id = %s and login = %s and role <> 'agent' and disabled_ms is null
"""


def hash_passphrase(passphrase: str) -> str:
    """Return the argon2id hash to keep of a passphrase."""
    with _gate.turn():
        return _hasher.hash(_normal(passphrase))


def seal_totp(central: Central, account: str, secret: str) -> str:
    """Return a time-based secret as it is kept: unreadable with the database alone."""
    nonce = central.randomness.token(12)
    sealed = AESGCM(central.keys.secret("totp")).encrypt(nonce, secret.encode(), account.encode())
    return base64.b64encode(nonce + sealed).decode()


def normal_login(login: str) -> str:
    """Return the one spelling of a user name."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def sign_in_passphrase(central: Central, login: str, passphrase: str, address: str) -> str:
    """Check the first factor and return a half-open session's token, good for five minutes and for the code only.

    Raises:
        NotPermittedError: ``signin.wrong``; ``signin.throttled`` with ``retry_s``.
        EnvironmentFault: ``service.busy``: too many sign in at this moment.
    """
    login = normal_login(login)
    by_login = Subject("signin-login", login, _FREE_BY_ACCOUNT)
    by_address = Subject("signin-address", address, _FREE_BY_ADDRESS)
    # The turn comes first: who is sent away without having been heard has not failed either.
    with _gate.turn():
        take(central, [by_login, by_address], "signin.throttled")
        account = _find(central, login)
        fits = _passphrase_fits(account.passphrase_hash if account else _nobody(), passphrase)
    if account is None or not fits:
        raise NotPermittedError("signin.wrong")
    forgive(central, [by_address], entirely=[by_login])
    return _open(central, account.tenant, account.account, "code")


def sign_in_code(central: Central, token: str, code: str, address: str) -> str:
    """Check the second factor and return the token of the open session; the half-open one ends.

    Raises:
        NotPermittedError: ``signin.wrong_code``; ``signin.code_used`` (each code works once); ``signin.expired`` (begin
            again); ``signin.throttled`` with ``retry_s``.
    """
    tenant = _tenant_of(token)
    found = _half_open(central, tenant, token)
    if found is None:
        raise NotPermittedError("signin.expired")
    by_account = Subject("signin-code", found.account, _FREE_BY_ACCOUNT)
    by_address = Subject("signin-address", address, _FREE_BY_ADDRESS)
    take(central, [by_account, by_address], "signin.throttled")
    step = _matching_step(central, found, code)
    if step is None:
        raise NotPermittedError("signin.wrong_code")
    with central.transaction(tenant) as connection:
        # One statement, so that two requests with the same code cannot both pass.
        spent = connection.execute(
            "update estafette.account set totp_last_step = %s"
            " where tenant_id = %s and account_id = %s and totp_last_step < %s",
            [step, tenant, found.account, step],
        )
        if spent.rowcount != 1:
            raise NotPermittedError("signin.code_used")
    forgive(central, [by_address], entirely=[by_account])
    sign_out(central, token)
    return _open(central, tenant, found.account, "open")


def console_session(central: Central, token: str, *, touch: bool = True) -> ConsoleSession | None:
    """Return who is signed in, None when the session is unknown, half-open, idle too long or too old.

    Args:
        touch: whether this counts as activity; a page that polls by itself passes False.
    """
    tenant = _tenant_of(token)
    now_ms = central.clock.now_ms()
    arguments = [tenant, _hash(token), now_ms - IDLE_MS, now_ms - ABSOLUTE_MS]
    with central.transaction(tenant) as connection:
        session = row(
            connection,
            ConsoleSession,
            "select t.tenant_id, t.name, a.account_id, a.name, a.role, a.office_id from estafette.console_session s"
            " join estafette.account a on a.tenant_id = s.tenant_id and a.account_id = s.account_id"
            " join estafette.tenant t on t.tenant_id = s.tenant_id"
            " where s.tenant_id = %s and s.token_hash = %s and s.stage = 'open' and s.seen_ms > %s"
            " and s.created_ms > %s and a.disabled_ms is null",
            arguments,
        )
        if session is not None and touch:
            connection.execute(
                "update estafette.console_session set seen_ms = %s where tenant_id = %s and token_hash = %s",
                [now_ms, tenant, _hash(token)],
            )
    return session


def sign_out(central: Central, token: str) -> None:
    """End a session; unknown ones are no error."""
    tenant = _tenant_of(token)
    with central.transaction(tenant) as connection:
        connection.execute(
            "delete from estafette.console_session where tenant_id = %s and token_hash = %s", [tenant, _hash(token)]
        )


def _find(central: Central, login: str) -> _Account | None:
    with central.transaction(NO_TENANT) as connection:
        known = connection.execute(
            "select tenant_id from estafette.directory where kind = 'login' and key = %s", [login]
        ).fetchone()
    if known is None:
        return None
    with central.transaction(known[0]) as connection:
        return row(connection, _Account, _ACCOUNT, [known[0], login])


def _half_open(central: Central, tenant: int, token: str) -> _Account | None:
    with central.transaction(tenant) as connection:
        return row(
            connection,
            _Account,
            "select a.tenant_id, a.account_id, a.passphrase_hash, a.totp_secret, a.totp_last_step"
            " from estafette.console_session s"
            " join estafette.account a on a.tenant_id = s.tenant_id and a.account_id = s.account_id"
            " where s.tenant_id = %s and s.token_hash = %s and s.stage = 'code' and s.created_ms > %s"
            " and a.disabled_ms is null",
            [tenant, _hash(token), central.clock.now_ms() - HALF_OPEN_MS],
        )


def _open(central: Central, tenant: int, account: str, stage: str) -> str:
    token = f"{tenant}.{central.randomness.token(32).hex()}"
    now_ms = central.clock.now_ms()
    with central.transaction(tenant) as connection:
        connection.execute(
            "delete from estafette.console_session where tenant_id = %s and created_ms < %s",
            [tenant, now_ms - ABSOLUTE_MS],
        )
        connection.execute(
            "insert into estafette.console_session (tenant_id, token_hash, account_id, stage, created_ms, seen_ms)"
            " values (%s, %s, %s, %s, %s, %s)",
            [tenant, _hash(token), account, stage, now_ms, now_ms],
        )
    return token


def _matching_step(central: Central, account: _Account, code: str) -> int | None:
    """Return the time step whose code this is, allowing for a clock that is a little off."""
    digits = "".join(sign for sign in code if not sign.isspace())
    sealed = base64.b64decode(account.totp_secret)
    secret = AESGCM(central.keys.secret("totp")).decrypt(sealed[:12], sealed[12:], account.account.encode()).decode()
    totp = pyotp.TOTP(secret, interval=TOTP_STEP_S)
    now_step = central.clock.now_ms() // 1000 // TOTP_STEP_S
    matching = [
        step
        for step in range(now_step - TOTP_DRIFT_STEPS, now_step + TOTP_DRIFT_STEPS + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())
    ]
    return matching[-1] if matching else None


def _passphrase_fits(kept: str, given: str) -> bool:
    try:
        return _hasher.verify(kept, _normal(given))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that nothing fits: an unknown name takes as long as a wrong passphrase."""
    return _hasher.hash("nobody")


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase)


def _tenant_of(token: str) -> int:
    """Return the tenant that a token names, a tenant that does not exist for anything that is no token."""
    tenant = token.partition(".")[0]
    return int(tenant) if tenant.isascii() and tenant.isdigit() and len(tenant) < 10 else NO_TENANT


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
