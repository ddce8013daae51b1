"""Whether a failure is this computer's clock: its time beside the service's, which every HTTP answer carries.

The service's word is taken for a diagnosis only. Nothing is believed more, or sent at all, because of it.
"""

from __future__ import annotations

import email.utils
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC

from cases.errors import EstafetteError, NetworkFault, NotPermittedError

CLOCK_AHEAD = "network.clock_ahead"
CLOCK_BEHIND = "network.clock_behind"
HEALTH_PATH = "/healthz"
OFF_S_MIN = 300
"""Less than this spoils neither certificates nor tokens."""
MAYBE_THE_CLOCK = frozenset(
    {"auth.assertion_invalid", "auth.proof_invalid", "auth.token_expired", "auth.nonce_required", "auth.token_type"}
)
"""Refusals that a right clock would not have met, where a service judges by times."""
_NOT_YET, _EXPIRED = 9, 10
_CERTIFICATE_TIMES = frozenset({_NOT_YET, _EXPIRED, 0x800B0101, -67818, -67819})
"""As OpenSSL, Windows and macOS number them."""
_NO_CHECK_TIME = 0x200000


def is_about_time(error: ssl.SSLCertVerificationError) -> bool:
    """Say whether a certificate was refused only because it is not valid now."""
    return getattr(error, "verify_code", 0) in _CERTIFICATE_TIMES


def timeless(ca_file: str | None) -> ssl.SSLContext:
    """Return a context that checks all of a certificate but its time, to read a date by and nothing else."""
    context = ssl.create_default_context(cafile=ca_file)
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


def date_ms(headers: Mapping[str, str]) -> int | None:
    """Return the ``date`` header (lower-case name) in milliseconds since the Unix epoch; None for none."""
    try:
        said = email.utils.parsedate_to_datetime(headers.get("date", ""))
        return int((said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def clock_fault(service_ms: int | None, now_ms: int) -> NetworkFault | None:
    """Return the fault that says how wrong this computer's clock is; None when it is right, or nobody knows."""
    if service_ms is None or abs(service_ms - now_ms) < OFF_S_MIN * 1000:
        return None
    minutes, ahead = abs(service_ms - now_ms) // 60_000, now_ms > service_ms
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    code = CLOCK_AHEAD if ahead else CLOCK_BEHIND
    return NetworkFault(code, days=days, hours=hours, minutes=minutes, reached=False)


def diagnosed(error: EstafetteError, headers: Callable[[], Mapping[str, str]], now_ms: int) -> EstafetteError:
    """Return what a refusal really is: ``error``, or that the clock is wrong.

    Args:
        error: why a round ended.
        headers: asks the service for its health and returns the answer's headers; may raise EstafetteError.
        now_ms: this computer's time.
    """
    if not isinstance(error, NotPermittedError) or error.code not in MAYBE_THE_CLOCK:
        return error
    try:
        return clock_fault(date_ms(headers()), now_ms) or error
    except EstafetteError:
        # There is no second opinion to be had: the refusal stands as it is.
        return error
