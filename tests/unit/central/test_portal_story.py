"""A case told to its citizen."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cases.workflow import State
from central.portal.story import tell
from central.records import Hold, PortalCase
from central.web.words import Words

FRENCH = Words("fr", ZoneInfo("Europe/Paris"))
SUBMITTED = 1_793_880_000_000
CASE = PortalCase(
    tenant_name="Département de la Creuse",
    office_name="Antenne de Guéret",
    procedure="apa",
    procedure_version="0" * 64,
    procedure_title={"fr": "Allocation personnalisée d’autonomie", "en": "Personal autonomy allowance"},
    state="submitted",
    submitted_ms=SUBMITTED,
    state_since_ms=SUBMITTED,
    message="Pièce d’identité illisible.",
    reasons="Les ressources dépassent le plafond.",
    decided_ms=None,
    steps=(("submitted", SUBMITTED),),
)


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_plain_title_and_a_next_step(state: State) -> None:
    story = tell(replace(CASE, state=state.value), FRENCH)
    assert story.title.startswith("Votre demande")
    assert story.next
    assert story.next[0] != tell(replace(CASE, state="of a newer version"), FRENCH).next[0]


def test_what_is_asked_shows_only_while_it_is_asked() -> None:
    assert tell(replace(CASE, state="needs_information"), FRENCH).asked == "Pièce d’identité illisible."
    assert tell(CASE, FRENCH).asked == ""


def test_reasons_show_only_once_decided() -> None:
    assert tell(CASE, FRENCH).reasons == ""
    assert tell(replace(CASE, state="refused"), FRENCH).reasons == "Les ressources dépassent le plafond."


def test_what_silence_means_is_said_while_the_delay_runs() -> None:
    told = tell(CASE, FRENCH, delay_days=60, silence="refusal").next
    assert any("considérée comme refusée" in sentence for sentence in told)


def test_the_day_is_later_by_the_time_on_hold_and_none_is_promised_while_it_lasts() -> None:
    def days(*holds: Hold) -> list[str]:
        case = replace(CASE, state="in_review", holds=holds)
        return [said for said in tell(case, FRENCH, delay_days=60, silence="refusal").next if "refusée" in said]

    day_ms = 24 * 3_600_000
    (whole,), (later,) = days(), days(Hold(SUBMITTED + 1, SUBMITTED + 1 + 3 * day_ms))
    due = SUBMITTED + 60 * day_ms
    assert FRENCH.date(due) in whole and FRENCH.date(due + 3 * day_ms) in later
    assert not days(Hold(SUBMITTED, SUBMITTED + 1), Hold(SUBMITTED + 2, None))


@pytest.mark.parametrize(
    ("state", "places"),
    [
        ("draft", ["later", "later", "later"]),
        ("submitted", ["now", "later", "later"]),
        ("needs_information", ["done", "now", "later"]),
        ("accepted", ["done", "done", "done"]),
    ],
)
def test_the_way_shows_where_the_request_is(state: str, places: list[str]) -> None:
    assert [step.place for step in tell(replace(CASE, state=state), FRENCH).steps] == places


def test_english_readers_get_english() -> None:
    story = tell(CASE, Words("en", FRENCH.zone))
    assert story.procedure == "Personal autonomy allowance"
    assert story.title == "Your request has been received"
