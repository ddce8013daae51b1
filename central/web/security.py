"""What guards every page: headers, the Origin check and the anti-forgery token.

A forged request must fail three times: the session cookie is SameSite=Lax, the Origin must be ours, and the form must
carry a token that only a page of ours for this very session can hold.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.problems import is_api

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # "same-origin" and not "no-referrer": the latter makes browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_TOKEN_DOMAIN = b"estafette/form/1\x00"


class WebSecurity:
    """ASGI middleware: the headers above on every page, and no caching but where the answer asks for it.

    Machines ignore what browsers obey, and pay for each byte: their answers get none of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_api(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_guarded)


def form_token(secret: str) -> str:
    """Return the anti-forgery token of a session (or, before sign-in, of the browser's visitor cookie)."""
    return hmac.digest(secret.encode(), _TOKEN_DOMAIN, hashlib.sha256).hex()


def token_matches(secret: str | None, token: str | None) -> bool:
    """Say whether a form came from a page of ours for this session."""
    return bool(secret and token) and hmac.compare_digest(form_token(secret or "").encode(), (token or "").encode())


def same_origin(request: Request, public_url: str) -> bool:
    """Say whether the request comes from our own pages.

    A browser sends ``Origin`` with every unsafe request; ``Sec-Fetch-Site`` backs it up. Neither means no browser,
    which has no business with a form either: refused.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") == "same-origin"
    ours = {_origin(public_url), f"{request.url.scheme}://{request.headers.get('host', '')}"}
    return origin in ours


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
