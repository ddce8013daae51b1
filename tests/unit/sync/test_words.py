from __future__ import annotations

import string

import pytest

from sync.words import _KNOWN, _OTHERWISE, words_for


@pytest.mark.parametrize("code", sorted(_KNOWN))
def test_both_languages_say_the_same_facts(code: str) -> None:
    named = [{field for _text, field, _spec, _how in string.Formatter().parse(text) if field} for text in _KNOWN[code]]
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
