"""What is wrong with an answer, in both languages: each says the form's words of its own language."""

from __future__ import annotations

import pytest

from sync.issues import issue_words
from tests.support.forms import define, start

BOTH = """
| survey  |      |        |            |            |            |                        |                        |
|         | type | name   | label::fr  | label::en  | constraint | constraint_message::fr | constraint_message::en |
|         | integer | age | Âge       | Age        | . > 17     | Il faut être majeur.   | One must be of age.    |
|         | select_one yn | ok | Oui ? | Yes?       |            |                        |                        |
| choices |      |        |            |            |            |                        |                        |
|         | list_name | name | label::fr | label::en |            |                        |                        |
|         | yn   | y      | Oui        | Yes        |            |                        |                        |
"""
FRENCH = """
| survey |         |      |       |            |                      |
|        | type    | name | label | constraint | constraint_message   |
|        | integer | age  | Âge   | . > 17     | Il faut être majeur. |
"""
ENGLISH = """
| survey |         |      |           |            |                        |
|        | type    | name | label::en | constraint | constraint_message::en |
|        | integer | age  | Age       | . > 17     | One must be of age.    |
"""


@pytest.mark.parametrize(
    ("table", "french", "english"),
    [
        (BOTH, "Il faut être majeur.", "One must be of age."),
        (FRENCH, "Il faut être majeur.", "The form says: “Il faut être majeur.”"),
        (ENGLISH, "Le formulaire dit : « One must be of age. »", "One must be of age."),
    ],
)
def test_a_form_is_said_in_each_language_or_quoted(table: str, french: str, english: str) -> None:
    filling = start(define(table))
    before = filling.language
    filling.answer("/age", "3")
    (issue,) = filling.validate()
    assert issue_words(filling, issue) == (french, english)
    assert filling.language == before


def test_choices_are_named_in_each_language() -> None:
    filling = start(define(BOTH))
    filling.answer("/ok", "n")
    (issue,) = (each for each in filling.validate() if each.path == "/ok")
    words = issue_words(filling, issue)
    assert "y (Oui)." in words.fr and "y (Yes)." in words.en


@pytest.mark.parametrize(
    ("row", "typed", "told"),
    [
        ("| range | q | Q | start=1 end=9 step=2 |", "12", ("1 à 9", "1 to 9")),
        ("| geopoint | q | Q | |", "at the well", ("latitude", "latitude")),
        ("| rank yn | q | Q | |", "y z", ("y (Oui).", "y (Oui).")),
    ],
)
def test_what_is_of_another_kind_is_told_with_what_to_type(row: str, typed: str, told: tuple[str, str]) -> None:
    table = f"""
| survey  | | | | |
|         | type | name | label | parameters |
|         {row}
| choices | | | | |
|         | list_name | name | label | |
|         | yn | y | Oui | |
"""
    filling = start(define(table))
    filling.answer("/q", typed)
    (issue,) = filling.validate()
    words = issue_words(filling, issue)
    assert told[0] in words.fr and told[1] in words.en
