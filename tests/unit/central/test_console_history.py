"""A case's history in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from central.console.history import history_lines, messages
from central.records import HistoryEntry
from central.web.words import Words

FRENCH = Words("fr", ZoneInfo("Europe/Paris"))
START = 1_793_880_000_000
MINUTE = 60_000


def entry(
    seq: int,
    kind: str,
    body: dict[str, object] | None,
    *,
    agent: str = "M. Benali",
    minute: int | None = None,
    state: str = "accepted",
    code: str = "",
    device_kind: str = "agent",
) -> HistoryEntry:
    when = START + (minute if minute is not None else seq) * MINUTE
    return HistoryEntry(f"d.1.{seq}", kind, agent, when, when, seq, state, code, body, device_kind)


def told(*entries: HistoryEntry) -> list[str]:
    return [f"{line.who} {line.what}" for line in history_lines(entries, lambda path: path.strip("/").title(), FRENCH)]


OPENED = entry(1, "set", {"procedure": "apa", "/name": "x"})


def test_answers_given_in_one_sitting_are_one_line_with_their_questions() -> None:
    answers = [entry(seq, "set", {path: "x"}) for seq, path in ((2, "/income"), (3, "/address"), (4, "/income"))]
    lines = history_lines([OPENED, *answers], lambda path: path.strip("/").title(), FRENCH)
    assert [line.what for line in lines] == ["a enregistré 2 réponses", "a ouvert le dossier"]
    assert lines[0].details == ("Income", "Address")


def test_another_person_or_a_long_pause_begins_a_new_line() -> None:
    lines = told(
        OPENED,
        entry(2, "set", {"/a": "1"}),
        entry(3, "set", {"/b": "1"}, agent="Mme Roux"),
        entry(4, "set", {"/c": "1"}, agent="Mme Roux", minute=300),
    )
    assert lines[:3] == [
        "Mme Roux a enregistré 1 réponse",
        "Mme Roux a enregistré 1 réponse",
        "M. Benali a enregistré 1 réponse",
    ]


def test_changes_of_state_are_said_in_words() -> None:
    lines = told(
        OPENED,
        entry(2, "status", {"from": "draft", "to": "submitted"}),
        entry(3, "status", {"from": "submitted", "to": "in_review"}, agent="Mme Dubost"),
        entry(4, "status", {"from": "in_review", "to": "needs_information", "message": "RIB ?"}, agent="Mme Dubost"),
        entry(5, "status", {"from": "needs_information", "to": "in_review"}),
        entry(6, "status", {"from": "in_review", "to": "accepted", "reasons": "Complet."}, agent="Mme Dubost"),
    )
    assert lines == [
        "Mme Dubost a accepté la demande",
        "M. Benali a transmis le complément demandé",
        "Mme Dubost a demandé un complément",
        "Mme Dubost a pris le dossier en instruction",
        "M. Benali a déposé le dossier",
        "M. Benali a ouvert le dossier",
    ]


def test_an_act_that_was_decided_about_waits_no_more() -> None:
    waiting = entry(2, "set", {"/a": "1"}, state="parked", code="workflow.not_editable")
    tried = entry(3, "resolve", {"event": "d.1.2", "action": "adopt", "reason": "Juste"}, state="parked")
    ended = entry(4, "resolve", {"event": "d.1.2", "action": "withdraw", "reason": "Doublon"})
    event = f"{'0' * 31}d.1.2"
    given_up = entry(5, "resolve", {"event": "d.1.3", "action": "withdraw", "reason": event})
    lines = history_lines([OPENED, waiting, tried, ended, given_up], str, FRENCH)
    assert [line.chip.word if line.chip else "" for line in lines] == ["", "", "Retiré", "Retiré", ""]
    assert [line.quote for line in lines] == ["", "Doublon", "Juste", "", ""]
    assert lines[0].what == "a retiré un essai antérieur au sujet du même acte"
    still = history_lines([OPENED, waiting, tried], str, FRENCH)
    assert [line.chip.word if line.chip else "" for line in still] == ["En attente d’une décision"] * 2 + [""]


def test_a_parked_event_says_why_and_is_never_hidden() -> None:
    parked = entry(2, "status", {"from": "draft", "to": "accepted"}, state="parked", code="workflow.not_allowed")
    line = history_lines([OPENED, parked], str, FRENCH)[0]
    assert line.chip is not None
    assert line.chip.word == "En attente d’une décision"
    assert line.reason.startswith("Non appliqué")


def test_an_erased_event_and_a_newer_kind_still_have_a_line() -> None:
    lines = told(OPENED, entry(2, "set", None, agent="Mme Roux"), entry(3, "telepathy", {"x": 1}))
    assert lines[0] == "M. Benali a agi sur le dossier (écrit par une version plus récente)"
    assert "effacé" in lines[1]


def test_rows_of_a_repeat_are_not_counted_as_questions() -> None:
    line = history_lines([OPENED, entry(2, "set", {"/household[k1]": "1", "/household[k1]/name": "A"})], str, FRENCH)[0]
    assert line.what == "a enregistré 1 réponse"


def test_messages_are_what_people_wrote_oldest_first() -> None:
    entries = [
        entry(3, "note", {"text": "Appeler mardi."}),
        entry(1, "status", {"to": "needs_information", "message": "RIB ?"}),
        entry(2, "status", {"to": "in_review", "message": "Joint."}),
        entry(4, "status", {"to": "refused", "reasons": "Plafond."}),
        entry(5, "status", {"to": "accepted", "reasons": "Non."}, state="parked"),
    ]
    assert [(each.kind, each.text) for each in messages(entries)] == [
        ("request", "RIB ?"),
        ("reply", "Joint."),
        ("note", "Appeler mardi."),
        ("reasons", "Plafond."),
    ]
