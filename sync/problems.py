"""What the service's refusals mean to the client: from the one error shape to the causes that callers tell apart."""

from __future__ import annotations

from cases.errors import Detail, EstafetteError, InputError, NetworkFault, NotPermittedError, RejectedError
from sync.messages import Problem
from sync.transport import BUSY, Response, retry_after_s
from sync.wire import PROBLEM_TYPE, decode

TOLD_TO_WAIT = "network.told_to_wait"
"""This device asked too often; the service said for how long to leave it."""
SERVICE_FAILED = "network.service_failed"
AUTH = "auth."
"""Codes that begin so are about the device itself, not about what it asked for."""
_TOO_OFTEN = frozenset({"request.too_many", "http.429"})
_PROBLEM_BYTES_MAX = 64 * 1024


def problem_of(response: Response) -> Problem:
    """Return the problem that a refusal carries; one with the code ``http.<status>`` when it carries none."""
    none = Problem(code=f"http.{response.status}", title="", status=response.status)
    if not response.headers.get("content-type", "").startswith(PROBLEM_TYPE):
        return none
    try:
        return decode(
            response.body,
            Problem,
            encoding=response.headers.get("content-encoding", ""),
            limit=_PROBLEM_BYTES_MAX,
        )
    except InputError:
        # The status alone already says that it is a refusal, and its class how to treat it.
        return none


def refusal(response: Response) -> EstafetteError:
    """Return the error to raise for an answer of status 400 or more.

    401 and 403 are ``NotPermittedError``; 503 is ``network.busy``, 429 for what was asked too often
    ``network.told_to_wait`` and any other 5xx ``network.service_failed``, all worth another try; the rest is
    ``RejectedError``. ``retry_after_s`` is kept where the service gave one.
    """
    problem = problem_of(response)
    details: dict[str, Detail] = dict(problem.details)
    wait_s = retry_after_s(response.headers)
    if wait_s is not None:
        details["retry_after_s"] = wait_s
    if response.status in (401, 403):
        return NotPermittedError(problem.code, **details)
    if response.status == 503:
        return NetworkFault(BUSY, **details)
    if response.status == 429 and problem.code in _TOO_OFTEN:
        return NetworkFault(TOLD_TO_WAIT, **details)
    if response.status >= 500:
        return NetworkFault(SERVICE_FAILED, status=response.status)
    return RejectedError(problem.code, **details)


def surely_not_done(error: EstafetteError) -> bool:
    """Say whether the service certainly did not do what was asked: it refused, or never got to know of it.

    After any other network fault it may have done it, and only the answer was lost.
    """
    if isinstance(error, NetworkFault):
        return error.details.get("reached") is False
    return isinstance(error, InputError | NotPermittedError | RejectedError)
