"""Enrolment, tokens and proofs: who may come in."""

from __future__ import annotations

import base64
import concurrent.futures
import http.client
from urllib.parse import urlsplit

import msgspec
import pytest
import requests

from central.records import device_of
from central.service import make_enrolment_code, revoke_device
from sync import dpop, signing
from sync.messages import API, EnrolReply, EnrolRequest, Head, ProcedureList, enrol_bytes
from tests.support.central_service import RunningService
from tests.support.wire_device import Refused, WireDevice, enrolled, new_id


def new_code(service: RunningService, agent: str) -> str:
    with service.central.transaction(service.tenant) as connection:
        return make_enrolment_code(service.central, connection, None, agent).code


def test_enrolment_says_who_the_device_is(central_service: RunningService, device: WireDevice) -> None:
    me, first = device.me, central_service.first
    assert (me.tenant, me.tenant_name, me.office_name) == (first.tenant, first.tenant_name, first.office_name)
    assert (me.agent_name, me.stream, me.epoch) == (first.agent_name, me.office, 1)


def test_enrolling_again_with_the_same_key_gives_the_same_answer(
    central_service: RunningService, device: WireDevice
) -> None:
    before = device.me
    again = device.enrol(central_service.first.enrolment_code.lower().replace("-", " "))
    assert msgspec.structs.replace(again, time=0) == msgspec.structs.replace(before, time=0)


def test_a_spent_code_does_not_enrol_another_key(central_service: RunningService, device: WireDevice) -> None:
    other = WireDevice(device.url)
    with pytest.raises(Refused, match=r"403 enrol\.code_used"):
        other.enrol(central_service.first.enrolment_code)
    other.close()


def test_an_old_code_is_refused(central_service: RunningService, device: WireDevice) -> None:
    code = new_code(central_service, device.me.agent)
    central_service.clock.move(hours=7 * 24 - 1)
    enrolled(central_service.url, new_code(central_service, device.me.agent)).close()
    central_service.clock.move(hours=2)
    other = WireDevice(device.url)
    with pytest.raises(Refused, match=r"403 enrol\.code_expired"):
        other.enrol(code)
    other.close()


def test_wrong_codes_are_refused_and_slowed_down(central_service: RunningService) -> None:
    stranger = WireDevice(central_service.url)
    codes = []
    for _ in range(12):
        with pytest.raises(Refused) as refused:
            stranger.enrol("0001-0000-0000-0000")
        codes.append((refused.value.problem.status, refused.value.code))
    assert codes[:10] == [(403, "enrol.wrong_code")] * 10
    assert codes[-1] == (429, "enrol.throttled")
    assert int(refused.value.headers["Retry-After"]) > 0
    with pytest.raises(Refused, match=r"429 enrol\.throttled"):
        stranger.enrol(central_service.first.enrolment_code)
    central_service.clock.move(minutes=20)
    stranger.enrol(central_service.first.enrolment_code)
    stranger.close()


def test_one_code_enrols_one_device_however_many_ask_at_once(central_service: RunningService) -> None:
    devices = [WireDevice(central_service.url) for _ in range(6)]

    def attempt(device: WireDevice) -> str:
        try:
            return device.enrol(central_service.first.enrolment_code).device
        except Refused as refused:
            return refused.code

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, devices))
    for device in devices:
        device.close()
    # Who asks after some refusals may be told to wait; nobody but the first gets in.
    refused = [answer for answer in answers if answer in ("enrol.code_used", "enrol.throttled")]
    assert len(refused) == 5
    assert "enrol.code_used" in refused


def test_a_proof_by_another_key_does_not_enrol(central_service: RunningService) -> None:
    mine, other = WireDevice(central_service.url), WireDevice(central_service.url)
    code = central_service.first.enrolment_code
    request = EnrolRequest(code, mine.public_key, "Poste", other.sign(enrol_bytes(code, mine.public_key, "Poste")))
    with pytest.raises(Refused, match=r"422 enrol\.proof"):
        mine._read(mine._send("POST", f"{API}/enrol", msgspec.json.encode(request)), EnrolReply)
    mine.close()
    other.close()


@pytest.mark.parametrize(("bound", "code"), [("agent", "enrol.other_agent"), ("office", "enrol.other_office")])
def test_a_code_that_a_workspace_cannot_use_is_not_spent(
    central_service: RunningService, bound: str, code: str
) -> None:
    mine = WireDevice(central_service.url)
    with pytest.raises(Refused, match=code):
        mine.enrol(central_service.first.enrolment_code, **{bound: "somebody or somewhere else"})
    me = mine.enrol(central_service.first.enrolment_code)
    again = mine.enrol(central_service.first.enrolment_code, agent=me.agent, office=me.office)
    assert again.device == me.device == device_of(mine.public_key)
    mine.close()


def test_a_revoked_device_is_refused_at_once(central_service: RunningService, device: WireDevice) -> None:
    device.pull()
    _, session = central_service.sign_in()
    with central_service.central.transaction(central_service.tenant) as connection:
        revoke_device(central_service.central, connection, session, device.me.device)
    with pytest.raises(Refused, match=r"403 auth\.device_revoked"):
        device.pull()
    device.token = ""
    with pytest.raises(Refused, match=r"403 auth\.device_revoked"):
        device.pull()


def test_tokens_end_after_a_quarter_of_an_hour(central_service: RunningService, device: WireDevice) -> None:
    device.pull()
    central_service.clock.move(minutes=16)
    with pytest.raises(Refused, match=r"401 auth\.token_expired"):
        device.pull()
    device.fetch_token()
    device.pull()


def signed(device: WireDevice, counter: int = 1, **changes: str) -> str:
    """Return the header of a request for the procedures, or for what is changed."""
    asked = {"method": "GET", "target": f"{API}/procedures", "token": device.token} | changes
    shown = signing.authorization(device.sign, counter=counter, body=b"", **asked)
    return shown.replace(f" {asked['token']}.", f" {device.token}.")


def answer_to(device: WireDevice, shown: str) -> requests.Response:
    return device.http.get(device.url + f"{API}/procedures", headers={"Authorization": shown})


@pytest.mark.parametrize("token", ["", "nonsense", "1.2.3.4", "A" * 80])
def test_made_up_tokens_are_refused(device: WireDevice, token: str) -> None:
    device.token = token
    answer = answer_to(device, signed(device))
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_expired")


@pytest.mark.parametrize("shown", ["", "Bearer x", "DPoP x", "Estafette é".encode().decode("latin-1")])
def test_a_request_that_is_not_signed_is_refused(device: WireDevice, shown: str) -> None:
    answer = answer_to(device, shown)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token_expired")


@pytest.mark.parametrize("changes", [{"method": "POST"}, {"target": f"{API}/changes"}, {"token": "other"}])
def test_a_signature_for_something_else_is_refused(device: WireDevice, changes: dict[str, str]) -> None:
    device.fetch_token()
    answer = answer_to(device, signed(device, **changes))
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.proof_invalid")


def test_an_answer_is_bound_to_the_header_that_was_checked(device: WireDevice) -> None:
    """With two of them a device could have answers to its own requests signed as answers to somebody else's."""
    device.fetch_token()
    address, theirs = urlsplit(device.url), "A" * 86
    for first, second in ((signed(device), f"x.{theirs}"), (f"x.{theirs}", signed(device, 2))):
        line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
        line.putrequest("GET", f"{API}/procedures")
        line.putheader("Authorization", first)
        line.putheader("Authorization", second)
        line.endheaders()
        answer = line.getresponse()
        body = answer.read()
        assert answer.status == 400 and b"wire.malformed" in body
        assert answer.getheader(signing.SIGNATURE_HEADER) is None
        line.close()


def test_no_refusal_of_a_device_is_signed_for_another_s_request(
    central_service: RunningService, device: WireDevice, second_device: WireDevice
) -> None:
    """A token of a device that was revoked since, and the signature of somebody else: it is told nothing of either."""
    theirs = signed(second_device_with_token(second_device)).rpartition(".")[2]
    device.fetch_token()
    _, session = central_service.sign_in()
    with central_service.central.transaction(central_service.tenant) as connection:
        revoke_device(central_service.central, connection, session, device.me.device)
    answer = answer_to(device, f"Estafette {device.token}.9.{theirs}")
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.proof_invalid")
    assert answer_to(device, signed(device)).json()["code"] == "auth.device_revoked"
    form = {"grant_type": "x"}
    for name in ("Authorization", "DPoP"):
        said = device.http.post(f"{device.url}/oauth/token", data=form, headers={name: f"x.{theirs}"})
        signature = said.headers.get(signing.SIGNATURE_HEADER, "")
        assert said.status_code >= 400
        assert not signing.answer_signed(device.me.service_key, theirs, said.status_code, said.content, signature)


def second_device_with_token(device: WireDevice) -> WireDevice:
    device.fetch_token()
    return device


def test_a_request_works_once(device: WireDevice) -> None:
    device.fetch_token()
    answers = [answer_to(device, signed(device, counter)) for counter in (3, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[2].json()["code"] == "auth.proof_replayed"


def test_an_old_nonce_asks_for_a_new_one(central_service: RunningService, device: WireDevice) -> None:
    device.fetch_token()
    central_service.clock.move(minutes=5)
    answer = device._ask_token()
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.nonce_required")
    assert answer.headers["DPoP-Nonce"] == device.nonce


def test_a_token_of_another_device_is_useless(device: WireDevice, second_device: WireDevice) -> None:
    device.fetch_token()
    second_device.fetch_token()
    second_device.token = device.token
    with pytest.raises(Refused, match=r"401 auth\.proof_invalid"):
        second_device.pull()


def test_an_unknown_device_gets_no_token(device: WireDevice) -> None:
    assert device.who is not None
    device.who = msgspec.structs.replace(device.who, device=new_id())
    with pytest.raises(Refused, match=r"403 auth\.device_unknown"):
        device.fetch_token()


def test_an_assertion_signed_by_another_key_gets_no_token(device: WireDevice) -> None:
    stranger = WireDevice(device.url, who=device.who)
    with pytest.raises(Refused, match=r"401 auth\.assertion_invalid"):
        stranger.fetch_token()
    stranger.close()


def test_a_stolen_assertion_gets_no_token_with_a_proof_by_another_key(device: WireDevice) -> None:
    """The proof must be by the key that the assertion is checked with, and the token is of no use without that key."""
    thief = WireDevice(device.url, who=device.who)
    thief.sign = lambda data: (thief if b"dpop+jwt" in _head(data) else device).key.sign(data).hex()  # type: ignore[method-assign]
    with pytest.raises(Refused, match=r"401 auth\.proof_invalid.*jkt"):
        thief.fetch_token()
    thief.close()


def _head(data: bytes) -> bytes:
    text = data.split(b".")[0]
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def test_thumbprints_bind_keys() -> None:
    one, other = WireDevice("http://x"), WireDevice("http://x")
    assert dpop.thumbprint_of(one.public_key) != dpop.thumbprint_of(other.public_key)


def test_every_signed_route_refuses_strangers(central_service: RunningService, device: WireDevice) -> None:
    for method, path in (
        ("POST", "/sync"),
        ("POST", "/records"),
        ("POST", "/audit"),
        ("GET", "/snapshot"),
        ("GET", f"/records/{new_id()}/events"),
        ("GET", "/changes"),
        ("GET", "/procedures"),
        ("GET", "/procedures/apa/x"),
    ):
        body = b'{"cursors":{}}' if path == "/pull" else b""
        answer = device.http.request(method, central_service.url + API + path, data=body)
        assert answer.status_code == 401, path


def test_two_codes_enrol_two_devices_of_one_agent(central_service: RunningService, device: WireDevice) -> None:
    other = enrolled(central_service.url, new_code(central_service, device.me.agent))
    assert other.me.device != device.me.device and other.me.agent == device.me.agent
    assert [row.id for row in other.get(f"{API}/procedures", ProcedureList).procedures] == ["apa"]
    assert other.get(f"{API}/changes?wait=0", Head).head == 0
    other.close()
