"""How states and delays are shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cases.workflow import State
from central.records import Hold
from central.web import states
from central.web.words import Words

FRENCH = Words("fr", ZoneInfo("Europe/Paris"))
DAY_MS = 24 * 3600 * 1000
NOW = 1_793_880_000_000


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_colour_icon_and_a_french_word(state: State) -> None:
    chip = states.state_chip(state, FRENCH)
    assert chip.tone and chip.icon
    assert chip.word != states.state_chip(state, Words("en", FRENCH.zone)).word


def test_a_state_of_a_newer_version_is_shown_by_its_name() -> None:
    assert states.state_chip("suspended_by_court", FRENCH).word == "suspended_by_court"


@pytest.mark.parametrize(
    ("days_ago", "tone", "share", "text"),
    [
        (0, "accent", 0, "il reste 60 jours"),
        (30, "accent", 50, "il reste 30 jours"),
        (59, "caution", 98, "il reste 1 jour"),
        (60, "caution", 100, "Dernier jour"),
        (61, "critical", 100, "1 jour de retard"),
        (75, "critical", 100, "15 jours de retard"),
    ],
)
def test_a_delay_of_sixty_days_is_told_by_what_is_left(days_ago: int, tone: str, share: int, text: str) -> None:
    assert states.delay("in_review", NOW - days_ago * DAY_MS, 60, NOW, FRENCH) == states.Delay(share, tone, text)


def test_the_delay_is_on_hold_while_the_citizen_is_asked() -> None:
    held = states.delay("needs_information", NOW - DAY_MS, 60, NOW, FRENCH)
    assert held is not None
    assert held.text.startswith("Suspendu")


@pytest.mark.parametrize("state", ["draft", "accepted", "refused", "closed_without_effect", "archived"])
def test_no_delay_runs_before_submission_or_after_the_decision(state: str) -> None:
    assert states.delay(state, NOW, 60, NOW, FRENCH) is None


def test_days_spent_waiting_for_the_citizen_are_added_back() -> None:
    holds = (Hold(NOW - 50 * DAY_MS, NOW - 30 * DAY_MS), Hold(NOW - 10 * DAY_MS, NOW - 5 * DAY_MS))
    counted = states.counts_from(NOW - 70 * DAY_MS, holds, NOW)
    assert counted == NOW - 45 * DAY_MS
    shown = states.delay("in_review", counted, 60, NOW, FRENCH)
    assert shown is not None and shown.text == "il reste 15 jours"
    # While one is awaited the clock stands still, however long it takes.
    awaited = (Hold(NOW - 50 * DAY_MS, None),)
    for later in (NOW, NOW + 40 * DAY_MS):
        held = states.delay(
            "needs_information", states.counts_from(NOW - 65 * DAY_MS, awaited, later), 60, later, FRENCH
        )
        assert held is not None and held.share == 25
    assert states.counts_from(None, holds, NOW) is None


def test_a_procedure_without_a_delay_shows_none() -> None:
    assert states.delay("in_review", NOW, None, NOW, FRENCH) is None
