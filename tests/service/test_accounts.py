"""Signing in to the console: two factors, growing delays, sessions that end."""

from __future__ import annotations

import pyotp
import pytest

from cases.errors import NotPermittedError
from central.service import console_session, sign_in_code, sign_in_passphrase, sign_out
from tests.support.central_service import RunningService

ADDRESS = "192.0.2.1"


def half_open(service: RunningService, passphrase: str | None = None, address: str = ADDRESS) -> str:
    first = service.first
    return sign_in_passphrase(
        service.central, first.supervisor_login, passphrase or first.supervisor_passphrase, address
    )


def code(service: RunningService) -> str:
    return pyotp.TOTP(service.first.totp_secret).at(service.clock.now_ms() // 1000)


def refused(code: str) -> pytest.RaisesExc[NotPermittedError]:
    return pytest.raises(NotPermittedError, match=code.replace(".", r"\."))


def test_two_factors_open_a_session(central_service: RunningService) -> None:
    token = half_open(central_service)
    assert console_session(central_service.central, token) is None
    opened = sign_in_code(central_service.central, token, code(central_service), ADDRESS)
    session = console_session(central_service.central, opened)
    assert session is not None and (session.role, session.office) == ("supervisor", None)
    assert opened != token
    with refused("signin.expired"):
        sign_in_code(central_service.central, token, code(central_service), ADDRESS)
    sign_out(central_service.central, opened)
    assert console_session(central_service.central, opened) is None


def test_a_code_works_once(central_service: RunningService) -> None:
    spent = code(central_service)
    sign_in_code(central_service.central, half_open(central_service), spent, ADDRESS)
    with refused("signin.code_used"):
        sign_in_code(central_service.central, half_open(central_service), spent, ADDRESS)


def test_a_wrong_code_opens_nothing(central_service: RunningService) -> None:
    with refused("signin.wrong_code"):
        sign_in_code(central_service.central, half_open(central_service), "000000é", ADDRESS)


def test_guessing_is_slowed_down_more_and_more_and_the_right_passphrase_waits_too(
    central_service: RunningService,
) -> None:
    delays = []
    for _ in range(9):
        try:
            half_open(central_service, "wrong")
        except NotPermittedError as error:
            if error.code == "signin.throttled":
                delays.append(int(str(error.details["retry_s"])))
                with refused("signin.throttled"):
                    half_open(central_service)
                central_service.clock.move(seconds=delays[-1] + 1)
    assert delays == [15, 30, 60] or delays == [15, 30, 60, 120]
    central_service.clock.move(hours=1)
    half_open(central_service)


def test_an_unknown_name_looks_like_a_wrong_passphrase(central_service: RunningService) -> None:
    for login in ("nobody", "", "x" * 5000):
        with refused("signin.wrong"):
            sign_in_passphrase(central_service.central, login, "wrong", ADDRESS)


def test_sessions_end_when_idle_and_after_a_working_day(central_service: RunningService) -> None:
    central, clock = central_service.central, central_service.clock
    opened, _ = central_service.sign_in()
    clock.move(minutes=29)
    assert console_session(central, opened, touch=False) is not None
    clock.move(minutes=2)
    assert console_session(central, opened) is None, "a page that polls does not count as activity"
    opened, _ = central_service.sign_in()
    for _ in range(24):
        clock.move(minutes=29)
        assert console_session(central, opened) is not None
    clock.move(minutes=29)
    assert console_session(central, opened) is None, "twelve hours are the end, active or not"


def test_a_half_open_session_lasts_five_minutes(central_service: RunningService) -> None:
    token = half_open(central_service)
    central_service.clock.move(minutes=6)
    with refused("signin.expired"):
        sign_in_code(central_service.central, token, code(central_service), ADDRESS)


@pytest.mark.parametrize("token", ["", "x", "1.", "99999999999999.x", "0.x", "1.é\ud800", "-1.x"])
def test_made_up_tokens_are_nobody(central_service: RunningService, token: str) -> None:
    assert console_session(central_service.central, token) is None


def test_nothing_that_opens_a_door_is_readable_in_the_database(central_service: RunningService) -> None:
    import psycopg

    opened, _ = central_service.sign_in()
    first = central_service.first
    secrets = [first.supervisor_passphrase, first.totp_secret, opened.partition(".")[2]]
    secrets.append(first.enrolment_code.replace("-", ""))
    with psycopg.connect(central_service.owner_conninfo) as owner:
        for table in ("account", "console_session", "enrolment_code", "throttle", "directory"):
            held = str(owner.execute(f"select * from estafette.{table}".encode()).fetchall())
            assert not any(secret in held for secret in secrets), table
