"""The one error shape of the API: ``application/problem+json`` (RFC 9457) with a stable code."""

from __future__ import annotations

import http
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from cases.errors import (
    ConflictError,
    EnvironmentFault,
    EstafetteError,
    InputError,
    NotPermittedError,
    RejectedError,
)
from sync.messages import Problem
from sync.wire import PROBLEM_TYPE, SERVICE_HEADER, SERVICE_VALUE

UNEXPECTED = "service.unexpected"
RETRY_S = 5
_STATUS_BY_CODE = {
    "auth.device_revoked": 403,
    "auth.device_unknown": 403,
    "auth.grant_type": 422,
    "wire.too_large": 413,
    "wire.malformed": 400,
    "wire.too_slow": 408,
    "wire.encoding": 415,
}
_STATUS_BY_CLASS: tuple[tuple[type[EstafetteError], int], ...] = (
    (InputError, 422),
    (ConflictError, 409),
    (RejectedError, 404),
    (EnvironmentFault, 503),
    (NotPermittedError, 403),
)
API_PATHS = ("/api/", "/oauth/", "/healthz", "/readyz")


def is_api(path: str) -> bool:
    """Say whether a path belongs to machines, whose errors are problems, and not to people, whose errors are pages."""
    return path.startswith(API_PATHS)


def status_of(error: EstafetteError) -> int:
    """Return the HTTP status of one of our errors."""
    if error.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[error.code]
    if "retry_s" in error.details:
        return 429
    if error.code.startswith("auth."):
        return 401
    return next((status for kind, status in _STATUS_BY_CLASS if isinstance(error, kind)), 500)


def problem(status: int, code: str, details: Mapping[str, object] | None = None) -> Response:
    """Return an error's answer. Its title is the status in English: the words for people belong to the edge."""
    named = {name: str(value) for name, value in (details or {}).items()}
    body = msgspec.json.encode(Problem(code, http.HTTPStatus(status).phrase, status, named))
    headers = {SERVICE_HEADER: SERVICE_VALUE, "Cache-Control": "no-store"}
    if "retry_s" in named:
        headers["Retry-After"] = named["retry_s"]
    elif status == 503:
        headers["Retry-After"] = str(RETRY_S)
    elif status == 401:
        headers["WWW-Authenticate"] = f'DPoP error="{_oauth_error(code)}", algs="Ed25519"'
    return Response(body, status, headers, PROBLEM_TYPE)


def _oauth_error(code: str) -> str:
    """Return the name that RFC 9449 section 7 and 8 give to our code."""
    return {"auth.nonce_required": "use_dpop_nonce", "auth.token_expired": "invalid_token"}.get(
        code, "invalid_dpop_proof"
    )


def problem_of(error: EstafetteError) -> Response:
    """Return the answer for one of our errors."""
    return problem(status_of(error), error.code, error.details)
