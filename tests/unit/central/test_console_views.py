"""View models of the console."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cases.workflow import State
from central.console import views
from central.console.reading import AnswerLine, Reader
from central.records import CaseView, ContestedField, ContestedValue, Decision, HistoryEntry, QueueRow
from central.web.words import Words

FRENCH = Words("fr", ZoneInfo("Europe/Paris"))
NOW = 1_793_880_000_000
CASE = CaseView(
    case="c" * 32,
    procedure="apa",
    procedure_version="0" * 64,
    citizen="a" * 32,
    citizen_fields={"family_name": "Moreau", "given_names": "Jeanne", "birth_date": "1941-04-03"},
    state="submitted",
    answers={"/income": "1240"},
    fields={},
    contested=(),
    base=12,
    last_seq=11,
    tracking_code="E1-7K3M-9QXP-4T2B-G",
    office="o",
    office_name="Antenne de Guéret",
    agent_name="M. Benali",
    submitted_ms=NOW,
    state_since_ms=NOW,
    message="",
    decision=None,
    parked=0,
)


def page_of(case: CaseView, *history: HistoryEntry, role: str = "supervisor") -> views.CasePage:
    reader = Reader(None, case.answers, FRENCH)
    return views.case_page(case, history, None, reader, role=role, now_ms=NOW, words=FRENCH)


def test_a_page_names_the_citizen_and_writes_the_birth_date_out() -> None:
    page = page_of(CASE)
    assert (page.citizen, page.born) == ("Jeanne Moreau", "3 avril 1941")


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (State.DRAFT, ()),
        (State.SUBMITTED, ("take", "request", "decide")),
        (State.IN_REVIEW, ("request", "decide")),
        (State.NEEDS_INFORMATION, ()),
        (State.ACCEPTED, ()),
    ],
)
def test_only_acts_that_the_workflow_allows_are_offered(state: State, acts: tuple[str, ...]) -> None:
    assert page_of(replace(CASE, state=state.value)).acts == acts
    assert page_of(replace(CASE, state=state.value), role="admin").acts == ()


def test_who_has_a_case_in_review_is_the_supervisor_and_not_the_agent_who_answered() -> None:
    took = HistoryEntry("c.1.1", "status", "Mme Dubost", 1, 1, 1, "accepted", "", {"to": "in_review"}, "console")
    replied = HistoryEntry("d.1.9", "status", "M. Benali", 2, 2, 2, "accepted", "", {"to": "in_review"}, "agent")
    assert page_of(replace(CASE, state="in_review"), took, replied).holder == "Mme Dubost"


def test_every_contested_value_is_shown_with_author_and_time() -> None:
    values = (ContestedValue("1240", "e1", "M. Benali", 5), ContestedValue(None, "e2", "Mme Roux", 4))
    page = page_of(replace(CASE, contested=(ContestedField("/income", values),)))
    assert page.contested[0].values == (("1240", "M. Benali", 5), ("(vidé)", "Mme Roux", 4))


def test_the_decision_is_told_with_its_author_and_reasons() -> None:
    page = page_of(replace(CASE, state="refused", decision=Decision("refused", "Plafond.", "Mme Dubost", NOW)))
    assert page.decision is not None
    assert (page.decision.who, page.decision.reasons, page.decision.chip.word) == ("Mme Dubost", "Plafond.", "Refusé")


def test_answers_are_shown_under_technical_names_when_the_form_is_not_held() -> None:
    page = page_of(CASE)
    assert not page.answers_understood
    assert page.answers[0].lines == (AnswerLine("answer", 0, "/income", "1240", "/income"),)


def test_answers_are_cut_at_their_headings() -> None:
    lines = [
        AnswerLine("answer", 0, "Alone", "1", "/a"),
        AnswerLine("group", 0, "Household", "", "/h"),
        AnswerLine("row", 1, "Person 1", "", "/h/p[x]"),
        AnswerLine("answer", 2, "Name", "A", "/h/p[x]/n"),
    ]
    blocks = views.answer_blocks(lines)
    assert [(block.heading, block.inner, len(block.lines)) for block in blocks] == [
        ("", False, 1),
        ("Household", False, 0),
        ("Person 1", True, 1),
    ]
    assert views.answer_blocks([]) == ()


def test_changes_since_are_what_the_page_had_not_shown() -> None:
    seen = HistoryEntry("d.1.1", "note", "M. Benali", 1, 1, 12, "accepted", "", {"text": "a"}, "agent")
    new = HistoryEntry("d.1.2", "note", "Mme Roux", 2, 2, 13, "accepted", "", {"text": "b"}, "agent")
    told = views.changes_since([seen, new], 12, Reader(None, {}, FRENCH), FRENCH)
    assert [line.who for line in told] == ["Mme Roux"]


def test_every_state_is_found_by_a_filter_and_counts_add_up() -> None:
    counts = {state.value: 1 for state in State}
    shown = {tab.name: tab.count for tab in views.tabs(counts, views.FILTERS[0], FRENCH)}
    assert shown["tous"] == str(len(State))
    assert shown["a-traiter"] == "2"
    assert shown["decides"] == "4"


def test_an_unknown_filter_falls_back_to_what_is_to_be_done() -> None:
    assert views.chosen_filter("'; drop table") is views.FILTERS[0]
    assert views.chosen_filter("", searching=True) is views.EVERYTHING
    assert views.chosen_filter("draft", searching=True).states == ("draft",)


@pytest.mark.parametrize(
    ("ago_ms", "words"),
    [(0, "aujourd’hui à 08:00"), (24 * 3600 * 1000, "hier à 08:00"), (9 * 24 * 3600 * 1000, "27 octobre 2026")],
)
def test_last_activity_is_said_as_people_say_it(ago_ms: int, words: str) -> None:
    row = QueueRow("c", "", "apa", "0", "", "Antenne", "M. B", "draft", None, NOW - ago_ms, 0, "")
    line = views.queue_line(row, None, NOW, FRENCH)
    assert line.updated.split(" à ")[0] == words.split(" à ")[0]
    assert line.citizen == "Usager sans nom"
