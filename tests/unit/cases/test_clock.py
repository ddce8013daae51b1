from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.clock import AHEAD_MS_MAX, LATEST_MS, HybridClock, believable, moment
from cases.workspace import Workspace
from tests.support.workspaces import PASSPHRASE, START_MS, FakeClock, make_citizen, make_ports, make_workspace

YEAR_MS = 365 * 86_400_000


def test_readings_never_repeat() -> None:
    hybrid = HybridClock(FakeClock())
    assert [hybrid.read() for _ in range(3)] == [START_MS, START_MS + 1, START_MS + 2]


def test_clock_that_ran_away_comes_back_at_the_next_contact() -> None:
    clock = FakeClock()
    hybrid = HybridClock(clock)
    clock.time_ms += 30 * YEAR_MS
    assert hybrid.read() == START_MS + 30 * YEAR_MS
    clock.time_ms = START_MS
    assert hybrid.read() == START_MS + 30 * YEAR_MS + 1, "nobody said yet that it is wrong"
    hybrid.contact(START_MS)
    assert hybrid.read() == START_MS + 1
    assert hybrid.read() == START_MS + 2


def test_clock_a_little_ahead_does_not_step_back() -> None:
    clock = FakeClock()
    hybrid = HybridClock(clock)
    last = hybrid.read()
    hybrid.contact(START_MS - AHEAD_MS_MAX)
    assert hybrid.read() == last + 1


@pytest.mark.parametrize("said_ms", [2**53, -1, LATEST_MS + 1])
def test_time_of_central_that_is_none_is_not_learnt(said_ms: int) -> None:
    hybrid = HybridClock(FakeClock())
    hybrid.contact(said_ms)
    assert hybrid.read() == START_MS


@pytest.mark.parametrize("machine_ms", [2**62, -(2**62)])
def test_reading_of_an_absurd_machine_is_within_the_calendar(machine_ms: int) -> None:
    assert 0 <= HybridClock(FakeClock(machine_ms)).read() <= LATEST_MS


@pytest.mark.parametrize("time_ms", [-(10**30), -1, 0, START_MS, LATEST_MS, 253402300800000, 2**63, 10**30])
def test_every_number_is_a_moment(time_ms: int) -> None:
    said = moment(time_ms, ZoneInfo("Europe/Paris")).astimezone(UTC)
    assert 1970 <= said.year < 2200
    assert believable(time_ms) == (said.timestamp() * 1000 == time_ms)


def test_time_set_right_stays_right_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    ports = make_ports(clock=clock)
    workspace = make_workspace(tmp_path / "w", ports=ports)
    clock.time_ms += 30 * YEAR_MS
    make_citizen(workspace)
    clock.time_ms = START_MS
    workspace.contact(START_MS)
    workspace.close()
    again = Workspace.unlock(tmp_path / "w", PASSPHRASE, ports=ports)
    citizen = make_citizen(again)
    assert again.history(citizen)[0].time_ms < START_MS + AHEAD_MS_MAX
    again.close()


def test_clock_that_ran_away_is_kept_while_nobody_corrected_it(tmp_path: Path) -> None:
    clock = FakeClock()
    ports = make_ports(clock=clock)
    workspace = make_workspace(tmp_path / "w", ports=ports)
    first = make_citizen(workspace)
    clock.time_ms -= YEAR_MS
    second = make_citizen(workspace)
    workspace.close()
    again = Workspace.unlock(tmp_path / "w", PASSPHRASE, ports=ports)
    third = make_citizen(again)
    times = [again.history(citizen)[0].time_ms for citizen in (first, second, third)]
    assert times == sorted(times)
    again.close()


def test_acts_before_and_after_the_clock_was_set_right_keep_their_order(tmp_path: Path) -> None:
    clock = FakeClock()
    workspace = make_workspace(tmp_path / "w", ports=make_ports(clock=clock))
    clock.time_ms += 30 * YEAR_MS
    citizen = make_citizen(workspace)
    clock.time_ms = START_MS
    workspace.contact(START_MS)
    workspace.edit_citizen(citizen, {"commune": "Vierzon"}, base=0)
    workspace.edit_citizen(citizen, {"commune": "Bourges"}, base=0)
    assert workspace.citizen(citizen).fields["commune"] == "Bourges"
    assert not workspace.citizen(citizen).contested
    workspace.close()
