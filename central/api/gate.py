"""Who may come in: short tokens, and each request signed by the device's key (ADR 8).

What never changes of a device (its key, its agent) is remembered, so that the hot path needs no question of its own:
that it is not revoked is found out by the statement that does the work.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import parse_qs

from cases.errors import InputError, NotPermittedError
from central.api.rates import Places, Rates
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT
from central.records import Device
from sync.dpop import Nonces, ReplayCache, assertion_device, check_assertion, check_proof, thumbprint_of
from sync.messages import TokenReply
from sync.signing import TOKEN_TYPE, Bearer, Counters, Tokens, check_request, parse_authorization

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFETIME_S = 15 * 60
NONCE_LIFETIME_S = 2 * 60
FORM_BYTES_MAX = 16 * 1024
DEVICES_REMEMBERED = 100_000


@dataclass(frozen=True)
class Presented:
    """What a request shows.

    Attributes:
        method: as it came.
        target: path and query, exactly as requested.
        authorization, proof: the two headers.
        body: as it travelled.
    """

    method: str
    target: str
    authorization: str
    proof: str
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Gate:
    """Gives tokens and checks requests. Any thread.

    The replay cache and the counters belong to this process, as do the connections it serves; another process asks for
    a new token.
    """

    def __init__(self, central: Central) -> None:
        self._central = central
        self._nonces = Nonces(central.keys.secret("nonce"), central.clock, lifetime_s=NONCE_LIFETIME_S)
        self._spent = ReplayCache(central.clock, window_s=3 * NONCE_LIFETIME_S)
        self._tokens = Tokens(central.keys.secret("token"), central.clock, central.randomness)
        self._counters = Counters()
        self._rates = Rates(central.clock, per_second=central.settings.device_requests_per_second)
        self._places = Places()
        self._remembered: OrderedDict[tuple[int, str], Device] = OrderedDict()

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
        check_proof(
            shown.proof,
            method=shown.method,
            path=shown.path,
            access_token=None,
            thumbprint=thumbprint_of(device.public_key),
            nonce_valid=self._nonces.valid,
            first_use=self._spent.first_use,
        )
        _require_unrevoked(device, even_closed=True)
        token, bearer = self._tokens.issue(device.tenant, device.device, lifetime_s=TOKEN_LIFETIME_S)
        self._counters.open(bearer.serial)
        return TokenReply(token, TOKEN_TYPE, TOKEN_LIFETIME_S)

    def device(self, shown: Presented) -> Device:
        """Return the device that a request comes from, as it is now.

        Raises:
            NotPermittedError: ``request.too_many``, ``auth.token_expired`` (unknown tokens too),
                ``auth.device_revoked``, ``auth.device_unknown``, ``auth.proof_invalid``, ``auth.proof_replayed``;
                ``right.mandate_ended``, ``right.office_changed``: it is closed, and may only hand over.
        """
        bearer = self._bearer(shown)
        device = self._known(bearer.tenant, bearer.device)
        self._check(shown, bearer, device)
        _require_unrevoked(device)
        return device

    def caller(self, shown: Presented) -> Device:
        """Return the device that a request comes from, as it was when last looked up.

        For statements that find out themselves whether the device was revoked, or closed, meanwhile. Closed ones come
        in: they hand over what they hold.

        Raises:
            NotPermittedError: as ``device``.
        """
        bearer = self._bearer(shown)
        device = self._remembered.get((bearer.tenant, bearer.device)) or self._known(bearer.tenant, bearer.device)
        self._check(shown, bearer, device)
        _require_unrevoked(device, even_closed=True)
        return device

    def again(self, device: Device) -> Device:
        """Return a caller as it is now.

        Raises:
            NotPermittedError: ``auth.device_revoked``, ``auth.device_unknown``.
        """
        self.forget(device)
        found = self._known(device.tenant, device.device)
        _require_unrevoked(found, even_closed=True)
        return found

    def at_work(self, device: Device) -> AbstractContextManager[None]:
        """Hold one of the few places that a device has for work that may wait for others.

        Raises:
            NotPermittedError: ``request.too_many``, on entering.
        """
        return self._places.held(device.device)

    def forget(self, device: Device) -> None:
        """Look the device up anew next time."""
        self._remembered.pop((device.tenant, device.device), None)

    def _bearer(self, shown: Presented) -> Bearer:
        bearer = self._tokens.read(parse_authorization(shown.authorization).token)
        self._rates.take(bearer.device)
        return bearer

    def _check(self, shown: Presented, bearer: Bearer, device: Device) -> None:
        said = parse_authorization(shown.authorization)
        check_request(said, device.public_key, method=shown.method, target=shown.target, body=shown.body)
        # Spent last, by a request that holds in everything else.
        self._counters.spend(bearer.serial, said.counter)

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
        if device.revoked_ms is None:
            while len(self._remembered) >= DEVICES_REMEMBERED:
                self._remembered.popitem(last=False)
            self._remembered[tenant, device_id] = device
        return device


def _require_unrevoked(device: Device, *, even_closed: bool = False) -> None:
    """Said to the device alone, once it has shown who it is: the answer is signed for whatever signature was shown."""
    if device.closed:
        if not even_closed:
            raise NotPermittedError(device.closed)
    elif device.revoked_ms is not None:
        raise NotPermittedError("auth.device_revoked")


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
