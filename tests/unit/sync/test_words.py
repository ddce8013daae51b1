from __future__ import annotations

import string

import pytest

from cases.errors import InputError
from cases.keys.passphrase import check_new
from cases.workflow import State
from sync.words import _KNOWN, _OTHERWISE, STATES, words_for


@pytest.mark.parametrize("code", sorted(_KNOWN))
def test_both_languages_say_the_same_facts(code: str) -> None:
    named = [
        {field.removesuffix(f"_{language}") for _text, field, _spec, _how in string.Formatter().parse(text) if field}
        for language, text in _KNOWN[code]._asdict().items()
    ]
    assert named[0] == named[1]
    assert all(text.strip().endswith((".", "}", ")")) for text in _KNOWN[code])


@pytest.mark.parametrize("exit_code", sorted(_OTHERWISE))
def test_code_without_words_of_its_own_is_still_said(exit_code: int) -> None:
    words = words_for("new.code", exit_code, {})
    assert "new.code" in words.fr and "new.code" in words.en


def test_details_are_filled_in_and_a_missing_one_is_no_failure() -> None:
    assert "rsa" in words_for("procedure.unknown", 1, {"procedure": "rsa"}).fr
    assert "…" in words_for("procedure.unknown", 1, {}).fr
    assert "{x}" in words_for("procedure.unknown", 1, {"procedure": "{x}"}).en


def test_states_are_said_in_words() -> None:
    words = words_for("workflow.not_allowed", 5, {"before": "in_review", "after": "closed_without_effect"})
    assert words.fr == "Un agent ne peut pas faire passer un dossier de « en instruction » à « sans suite »."
    assert words.en == "An agent cannot move a case from “under review” to “closed without effect”."


def test_every_state_has_its_word() -> None:
    assert STATES.keys() == {state.value for state in State}


def test_short_passphrase_is_told_the_rule() -> None:
    with pytest.raises(InputError) as refused:
        check_new("courte")
    words = words_for(refused.value.code, 1, refused.value.details)
    assert "12 caractères" in words.fr and "5 mots" in words.fr
    assert "12 characters" in words.en and "5 different words" in words.en


def test_fault_of_a_first_enrolment_promises_no_saved_work() -> None:
    assert "enregistrée" in words_for("network.timeout", 4, {}).fr
    assert "enregistrée" not in words_for("network.timeout", 4, {"enrolment": "open"}).fr


def test_a_workspace_in_use_may_be_held_by_the_window_or_by_a_command() -> None:
    words = words_for("store.in_use", 3, {})
    assert "fenêtre" in words.fr and "commande" in words.fr
    assert "window" in words.en and "command" in words.en
