"""What waits for a person, by the command line: the same acts as in the window, each answer one JSON object."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from cases.views import DEFAULT_TIMEZONE
from tests.support.clients import AGE, NAME, PROCEDURE
from tests.support.memory_service import MemoryService
from tests.unit.sync.test_commandline import Program, central, enrolled, program, url

__all__ = ["central", "enrolled", "program", "url"]


def draft(program: Program) -> str:
    """Return a case that the service holds."""
    citizen = program.one("citizen-new", "family_name=Moreau", "given_names=Zoé")["citizen"]
    case = program.one("new", PROCEDURE, "--citizen", citizen)["case"]
    program.one("answer", case, NAME, "Zoé")
    program.one("sync")
    return str(case)


def contested(program: Program, central: MemoryService) -> str:
    case = draft(program)
    program.one("answer", case, NAME, "Zoe")
    central.central.act_as_supervisor(case, "set", {NAME: "Zoë"})
    ended = program.one("sync")["sync"]
    assert (ended["sent"], ended["contested"], ended["accepted"], ended["carried"]) == (1, 1, 0, 0)
    return case


def name_of(program: Program, case: str) -> Any:
    return program.one("show", case)["case"]["answers"][NAME]


def test_a_contested_field_is_listed_settled_and_unsettled(enrolled: Program, central: MemoryService) -> None:
    case = contested(enrolled, central)
    (item,) = enrolled.one("contested")["contested"]
    assert item["citizen_birth_date"] == "" and item["tracking_code"] == ""
    assert (item["record"], item["field"], item["mine"]) == (case, NAME, True)
    assert {claim["value"] for claim in item["claims"]} == {"Zoe", "Zoë"}
    assert {claim["seen"] for claim in item["claims"]} == {"Zoé"}
    shown, other = (claim["value"] for claim in item["claims"])
    assert enrolled.one("settle", case, NAME, "--keep", "2")["value"] == other
    assert enrolled.one("contested")["contested"] == [] and name_of(enrolled, case) == other
    undone = enrolled.one("unsettle", case, NAME, "--reason", "Mauvaise pièce")
    assert (undone["value"], undone["to_settle"]) == (shown, [shown, other])
    assert name_of(enrolled, case) == shown
    (item,) = enrolled.one("contested")["contested"]
    assert {claim["value"] for claim in item["claims"]} == {shown, other}
    assert enrolled.one("settle", case, NAME, "Zoé M.", "--reason", "Vu la pièce")["value"] == "Zoé M."
    assert enrolled.one("sync")["sync"]["parked"] == 0
    assert [one["kind"] for one in enrolled.one("history", case)["history"]].count("settle") == 3


def test_what_cannot_be_settled_says_why(enrolled: Program, central: MemoryService) -> None:
    case = contested(enrolled, central)
    for line, code, words in (
        (("settle", case, NAME), "usage", "--keep"),
        (("settle", case, NAME, "x", "--keep", "1"), "usage", "--keep"),
        (("settle", case, NAME, "--keep", "3"), "settle.no_such_value", "1 à 2"),
        (("settle", case, NAME, "--keep", "0"), "settle.no_such_value", "1 à 2"),
        (("settle", case, AGE, "--keep", "1"), "settle.not_contested", AGE),
        (("settle", case, AGE, "42"), "settle.not_contested", "answer"),
        (("settle", "0" * 32, NAME, "x"), "record.not_here", "pas sur ce poste"),
        (("unsettle", case, AGE), "settle.not_settled", AGE),
    ):
        status, (answer,) = enrolled.run(*line)
        assert status and answer["error"] == code and words in answer["message_fr"], line
    assert AGE not in enrolled.one("show", case)["case"]["answers"], "nothing was written"


def test_what_nobody_contests_is_not_settled_after_the_hand_in_either(enrolled: Program) -> None:
    case = draft(enrolled)
    enrolled.one("answer", case, AGE, "42")
    enrolled.one("submit", case)
    for how in (("43",), ("--keep", "1")):
        status, (answer,) = enrolled.run("settle", case, AGE, *how)
        assert status == 1 and answer["error"] == "settle.not_contested"
        assert "unsettle" in answer["message_en"] and "note" in answer["message_en"]


def parked(program: Program, central: MemoryService) -> tuple[str, dict[str, Any]]:
    """Let the supervisor close the case while an answer is on its way; return the case and what waits."""
    case = draft(program)
    program.one("answer", case, AGE, "42")
    program.one("submit", case)
    program.one("sync")
    asked = {"from": "submitted", "to": "needs_information", "message": "Quel nom ?"}
    central.central.act_as_supervisor(case, "status", asked)
    program.one("sync")
    program.one("answer", case, NAME, "Zoé Moreau")
    central.central.act_as_supervisor(case, "settle", {"field": "state", "value": "accepted", "settles": []})
    program.one("sync")
    (item,) = program.one("parked")["parked"]
    return case, item


def test_a_waiting_act_says_why_and_is_withdrawn(enrolled: Program, central: MemoryService) -> None:
    _case, item = parked(enrolled, central)
    assert item["code"].startswith("workflow.") and item["texts"] == {NAME: "Zoé Moreau"}
    assert "attend une décision" in item["message_fr"] and item["actions"] == ["withdraw"]
    status, (answer,) = enrolled.run("withdraw", item["event"], "--reason", "  ")
    assert status == 1 and answer["error"] == "resolve.reason_required" and "--reason" in answer["message_fr"]
    status, (answer,) = enrolled.run("withdraw", "nothing", "--reason", "x")
    assert status == 1 and answer["error"] == "resolve.unknown"
    assert enrolled.one("withdraw", item["event"], "--reason", "Saisi deux fois")["resolved"] == item["event"]
    assert enrolled.one("parked")["parked"] == []
    assert enrolled.one("sync")["sync"]["parked"] == 0


def test_what_would_only_come_back_is_refused_at_once(enrolled: Program, central: MemoryService) -> None:
    _case, item = parked(enrolled, central)
    for line in (("adopt", item["event"], "--reason", "x"), ("resend", item["event"], f"{NAME}=Z. Moreau")):
        status, (answer,) = enrolled.run(*line)
        assert status == 1 and answer["error"] == "resolve.refused_again" and answer["details"]["field"] == "event"
        assert "workflow.not_editable" in answer["message_fr"]


def test_a_waiting_act_is_corrected_or_taken_on(enrolled: Program, central: MemoryService) -> None:
    case, item = parked(enrolled, central)
    central.central.act_as_supervisor(case, "settle", {"field": "state", "value": "needs_information", "settles": []})
    enrolled.one("sync")
    (item,) = enrolled.one("parked")["parked"]
    assert item["actions"] == ["adopt", "resend", "withdraw"]
    status, (answer,) = enrolled.run("resend", item["event"], f"{AGE}=43")
    assert status == 1 and answer["error"] == "resolve.field" and AGE in answer["message_fr"]
    assert enrolled.one("resend", item["event"], f"{NAME}=Z. Moreau")["event"]
    assert enrolled.one("parked")["parked"] == []
    status, (answer,) = enrolled.run("adopt", item["event"], "--reason", "x")
    assert status == 1 and answer["error"] == "resolve.not_open"


def test_duplicates_are_linked_and_told_apart_again(enrolled: Program) -> None:
    first, second = (
        enrolled.one("citizen-new", f"family_name={name}", "given_names=Zoé")["citizen"]
        for name in ("Moreau", "Moraux")
    )
    assert enrolled.one("link", second, "--same-as", first)["same_as"] == first
    status, (answer,) = enrolled.run("link", first, "--same-as", second)
    assert status == 1 and answer["error"] == "link.circle"
    assert enrolled.one("link", second, "--none")["same_as"] is None
    kinds = [one["body"] for one in enrolled.one("history", second)["history"]]
    assert {"same_as": first} in kinds and {"same_as": None} in kinds


def test_a_decision_is_proposed_taken_back_and_written_down_as_handed_over(
    enrolled: Program, central: MemoryService
) -> None:
    case = draft(enrolled)
    today = dt.datetime.now(ZoneInfo(DEFAULT_TIMEZONE)).date()
    for line in (
        ("propose", case, "refused", "--reasons", "Hors délai"),
        ("paper", case, today.isoformat(), "remise au guichet", "--decision", "accepted"),
    ):
        _status, (answer,) = enrolled.run(*line)
        assert answer["error"] == "workflow.not_handed_in" and "brouillon" in answer["message_fr"]
    enrolled.one("answer", case, AGE, "42")
    enrolled.one("submit", case)
    _status, (early,) = enrolled.run("paper", case, "2026-01-02", "remise au guichet", "--decision", "accepted")
    assert early["error"] == "workflow.paper_too_early" and early["details"]["field"] == "day"
    assert early["details"]["earliest"] == (today - dt.timedelta(days=1)).isoformat() in early["message_en"]
    assert enrolled.one("propose", case, "refused", "--reasons", "Hors délai")["proposed"] == "refused"
    _status, (nobody,) = enrolled.run("paper", case, today.isoformat(), "remise au guichet")
    assert nobody["error"] == "notify.nothing" and "--decision" in nobody["message_fr"], "a proposal is no decision"
    (proposal,) = enrolled.one("show", case)["case"]["proposals"]
    assert (proposal["decision"], proposal["reasons"]) == ("refused", "Hors délai")
    assert enrolled.one("propose", case, "--none")["proposed"] is None
    assert enrolled.one("show", case)["case"]["proposals"] == []
    made = enrolled.one("paper", case, today.isoformat(), "remise au guichet", "--decision", "accepted")
    assert (made["on_paper"], made["on"], made["awaits_decision"]) == ("accepted", today.isoformat(), True)
    assert "attend encore" in made["message_fr"] and "awaits" in made["message_en"]
    _status, (again,) = enrolled.run("paper", case, today.isoformat(), "remise au guichet", "--decision", "accepted")
    assert again["error"] == "notify.already" and "accepté" in again["message_fr"]
    (notice,) = enrolled.one("show", case)["case"]["notices"]
    assert (notice["how"], notice["holds"]) == ("remise au guichet", True)
    assert enrolled.one("sync")["sync"]["parked"] == 0
    for line, code in (
        (("propose", case, "submitted", "--reasons", "x"), "propose.decision"),
        (("propose", case, "accepted"), "propose.reasons_required"),
        (("paper", case, "hier", "x"), "usage"),
        (("paper", case, "2999-01-01", "x", "--decision", "accepted"), "notify.date"),
        (("paper", case, today.isoformat(), "x"), "notify.nothing"),
        (("paper", case, today.isoformat(), "x", "--decision", "submitted"), "notify.decision"),
    ):
        _status, (answer,) = enrolled.run(*line)
        assert answer["error"] == code, line
