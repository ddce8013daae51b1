"""Who may come in: tokens bound to a device's key. Tokens are stateless; the device is looked up every time."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs

from cases.errors import InputError, NotPermittedError
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT
from central.records import Device
from sync.dpop import Nonces, ReplayCache, assertion_device, check_assertion, check_proof, thumbprint_of
from sync.messages import TokenReply

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFETIME_S = 15 * 60
NONCE_LIFETIME_S = 2 * 60
FORM_BYTES_MAX = 16 * 1024
_TOKEN_DOMAIN = b"estafette/access/1\x00"


@dataclass(frozen=True)
class Presented:
    """What a request shows: its method and path, and the two headers."""

    method: str
    path: str
    authorization: str
    proof: str


class Gate:
    """Gives tokens and checks them. Any thread.

    The replay cache belongs to this process, as do the connections it serves; a second process would need to share it.
    """

    def __init__(self, central: Central) -> None:
        self._central = central
        self._nonces = Nonces(central.keys.secret("nonce"), central.clock, lifetime_s=NONCE_LIFETIME_S)
        self._spent = ReplayCache(central.clock, window_s=3 * NONCE_LIFETIME_S)

    def nonce(self) -> str:
        """Return a fresh nonce for an answer."""
        return self._nonces.issue()

    def token(self, form: bytes, shown: Presented) -> TokenReply:
        """Trade a device's assertion for an access token (RFC 7523) bound to its key (RFC 9449).

        Raises:
            InputError: ``auth.grant_type``.
            NotPermittedError: ``auth.device_unknown``, ``auth.device_revoked``, and those of ``sync.dpop``.
        """
        assertion = _assertion(form)
        device = self._device(assertion_device(assertion))
        check_assertion(
            assertion,
            public_key=device.public_key,
            nonce_valid=self._nonces.valid,
            first_use=self._spent.first_use,
        )
        self._check_proof(shown, device, None)
        return TokenReply(self._make_token(device), "DPoP", TOKEN_LIFETIME_S)

    def device(self, shown: Presented) -> Device:
        """Return the device that a request comes from.

        Raises:
            NotPermittedError: ``auth.token_expired`` (unknown tokens too), ``auth.device_revoked``,
                ``auth.device_unknown``, and those of ``sync.dpop``.
        """
        scheme, _, token = shown.authorization.partition(" ")
        if scheme.lower() != "dpop":
            raise NotPermittedError("auth.token_expired")
        tenant, device_id = self._read_token(token)
        device = self._known(tenant, device_id)
        self._check_proof(shown, device, token)
        return device

    def _check_proof(self, shown: Presented, device: Device, token: str | None) -> None:
        check_proof(
            shown.proof,
            method=shown.method,
            path=shown.path,
            access_token=token,
            thumbprint=thumbprint_of(device.public_key),
            nonce_valid=self._nonces.valid,
            first_use=self._spent.first_use,
        )

    def _device(self, device_id: str) -> Device:
        with self._central.transaction(NO_TENANT) as connection:
            tenant = people.directory_tenant(connection, "device", device_id)
        if tenant is None:
            raise NotPermittedError("auth.device_unknown")
        return self._known(tenant, device_id)

    def _known(self, tenant: int, device_id: str) -> Device:
        with self._central.transaction(tenant) as connection:
            device = people.device(connection, tenant, device_id)
        if device is None or device.kind != "agent":
            raise NotPermittedError("auth.device_unknown")
        if device.revoked_ms is not None:
            raise NotPermittedError("auth.device_revoked")
        return device

    def _make_token(self, device: Device) -> str:
        expires_s = self._central.clock.now_ms() // 1000 + TOKEN_LIFETIME_S
        payload = f"{device.tenant}.{device.device}.{expires_s}"
        return f"{payload}.{self._mark(payload)}"

    def _read_token(self, token: str) -> tuple[int, str]:
        payload, _, mark = token.rpartition(".")
        if not hmac.compare_digest(mark.encode("utf-8", "replace"), self._mark(payload).encode()):
            raise NotPermittedError("auth.token_expired")
        tenant, device, expires_s = payload.split(".")
        if int(expires_s) <= self._central.clock.now_ms() // 1000:
            raise NotPermittedError("auth.token_expired")
        return int(tenant), device

    def _mark(self, payload: str) -> str:
        data = _TOKEN_DOMAIN + payload.encode("utf-8", "replace")
        mark = hmac.digest(self._central.keys.secret("token"), data, "sha256")
        return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


def _assertion(form: bytes) -> str:
    if len(form) > FORM_BYTES_MAX:
        raise InputError("wire.too_large", limit=FORM_BYTES_MAX)
    try:
        fields = parse_qs(form.decode("ascii"), strict_parsing=True, max_num_fields=16)
    except ValueError as error:
        raise InputError("wire.malformed", reason="form") from error
    if fields.get("grant_type") != [GRANT_TYPE] or len(fields.get("assertion", [])) != 1:
        raise InputError("auth.grant_type")
    return fields["assertion"][0]
