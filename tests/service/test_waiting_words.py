"""Why an act waits: each reason has words of its own."""

from __future__ import annotations

import datetime as dt
import inspect
import re

import pytest

from cases import workflow
from central import intake, judging
from central.console.history import parked_words
from central.console.waiting import told_of
from central.database import people
from central.parked_events import ParkedEvent
from central.web.words import Words

CODE = re.compile(r'_Parked\(\s*"([a-z_.]+)"|(?:return|code =|PARKED, None,) "([a-z]+\.[a-z_]+)"')
OTHER = (people.MANDATE_ENDED, people.OFFICE_CHANGED, intake.REVOKED, "workflow.not_handed_in")


def reasons() -> set[str]:
    """Every code that an event is parked with, as the source says."""
    source = inspect.getsource(judging) + inspect.getsource(workflow)
    found = {code for pair in CODE.findall(source) for code in pair if code}
    assert len(found) > 20
    return found | set(OTHER)


def test_each_reason_has_words_of_its_own() -> None:
    words = {code: parked_words(code) for code in reasons() if code != "resolve.unknown"}
    shared = {code for code, said in words.items() if list(words.values()).count(said) > 1}
    assert not shared
    general = {parked_words(code) for code in ("", "right", "auth", "workflow")}
    assert not {code for code, said in words.items() if said in general}
    assert all(Words("fr", dt.UTC).gettext(said) != said for said in words.values())


@pytest.mark.parametrize(
    ("record_type", "kind", "body", "said"),
    [
        ("citizen", "set", {"phone": "01"}, "a modifié la fiche de l’usager"),
        ("citizen", "set", {"same_as": "0" * 32}, "a modifié un lien avec une autre fiche"),
        ("case", "set", {"agent": "0" * 32}, "a modifié les informations générales du dossier"),
        ("case", "set", {"/name": "Zoé", "agent": "0" * 32}, "a écrit des réponses"),
    ],
)
def test_only_answers_are_called_answers(record_type: str, kind: str, body: dict[str, object], said: str) -> None:
    parked = ParkedEvent(
        event="e.1.1", record_type=record_type, record_id="0" * 32, kind=kind, code="right.role", details="{}",
        agent_name="", office="", office_name="", time_ms=0, parked_ms=0, body=body, base=0, exists=True,
        citizen_name="", case="",
    )  # fmt: skip
    assert Words("fr", dt.UTC).gettext(told_of(parked)) == said
