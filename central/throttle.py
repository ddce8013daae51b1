"""Slows guessing down: growing delays by subject, kept in the database so that a restart forgives nothing."""

from __future__ import annotations

import contextlib
import hmac
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.errors import EnvironmentFault, NotPermittedError
from central.context import Central
from central.database.client import NO_TENANT, Connection

FORGET_MS = 24 * 3600 * 1000
"""Failures are forgotten this long after the last one."""
DELAY_FIRST_S = 15
DELAY_LAST_S = 15 * 60


@dataclass(frozen=True)
class Subject:
    """What is slowed down. ``free`` attempts cost nothing: an address may stand for a whole town hall."""

    kind: str
    value: str
    free: int


class Turnstile:
    """Lets a few do heavy work at a time, a few more wait, and sends the rest away at once. Any thread.

    Who waits holds a thread of the service: were there no end to it, sign-ins could stop the agents' computers from
    being answered.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._working = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises:
            EnvironmentFault: ``service.busy``: too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise EnvironmentFault("service.busy")
        try:
            with self._working:
                yield
        finally:
            self._places.release()


def delay_s(failures: int, free: int) -> int:
    """Return how long to wait after so many failures: nothing at first, then doubling up to a quarter of an hour."""
    over = failures - free
    return 0 if over < 0 else min(DELAY_FIRST_S << min(over, 10), DELAY_LAST_S)


def take(central: Central, subjects: Sequence[Subject], code: str) -> None:
    """Count an attempt as failed before it is made; ``forgive`` takes it back when it succeeds.

    Counting first means that a hundred guesses at once are a hundred failures.

    Raises:
        NotPermittedError: ``code`` with ``retry_s`` while a subject must wait; nothing is counted then.
    """
    now_ms = central.clock.now_ms()
    with central.transaction(NO_TENANT) as connection:
        for subject in sorted(subjects, key=lambda subject: subject.kind):
            _take_one(connection, central, subject, code, now_ms)


def _take_one(connection: Connection, central: Central, subject: Subject, code: str, now_ms: int) -> None:
    key = _key(central, subject)
    # The insert makes the row that the select then locks, so that attempts of the same instant queue up.
    connection.execute(
        "insert into estafette.throttle (tenant_id, subject, failures, blocked_until_ms, last_ms)"
        " values (%s, %s, 0, 0, %s) on conflict do nothing",
        [NO_TENANT, key, now_ms],
    )
    found = connection.execute(
        "select failures, blocked_until_ms, last_ms from estafette.throttle"
        " where tenant_id = %s and subject = %s for update",
        [NO_TENANT, key],
    ).fetchone()
    failures, blocked_until_ms, last_ms = found if found is not None else (0, 0, now_ms)
    if blocked_until_ms > now_ms:
        raise NotPermittedError(code, retry_s=-(-(blocked_until_ms - now_ms) // 1000))
    failures = 1 if now_ms - last_ms > FORGET_MS else failures + 1
    connection.execute(
        "update estafette.throttle set failures = %s, blocked_until_ms = %s, last_ms = %s"
        " where tenant_id = %s and subject = %s",
        [failures, now_ms + 1000 * delay_s(failures, subject.free), now_ms, NO_TENANT, key],
    )


def forgive(central: Central, subjects: Sequence[Subject], *, entirely: Sequence[Subject] = ()) -> None:
    """Take one attempt of each of ``subjects`` back, and every failure of ``entirely``."""
    with central.transaction(NO_TENANT) as connection:
        for subject in sorted(subjects, key=lambda subject: subject.kind):
            connection.execute(
                "update estafette.throttle set failures = greatest(failures - 1, 0), blocked_until_ms = 0"
                " where tenant_id = %s and subject = %s",
                [NO_TENANT, _key(central, subject)],
            )
        for subject in entirely:
            connection.execute(
                "delete from estafette.throttle where tenant_id = %s and subject = %s",
                [NO_TENANT, _key(central, subject)],
            )


def _key(central: Central, subject: Subject) -> str:
    """Return the subject's name in the table: keyed, so that addresses and logins cannot be read there."""
    mark = hmac.digest(central.keys.secret("throttle"), subject.value.encode(), "sha256")[:16]
    return f"{subject.kind}:{mark.hex()}"
