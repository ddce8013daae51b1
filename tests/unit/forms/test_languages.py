from __future__ import annotations

import pytest

from forms.languages import matching_language

SHIPPED = ("Français (fr)", "English (en)")


@pytest.mark.parametrize(
    ("names", "code", "expected"),
    [
        (SHIPPED, "en", "English (en)"),
        (SHIPPED, "fr", "Français (fr)"),
        (SHIPPED, "fr-FR", "Français (fr)"),
        (SHIPPED, "en_GB", "English (en)"),
        (SHIPPED, "de", None),
        (("english", "french"), "fr", "french"),
        (("english", "french"), "en", "english"),
        (("English", "French (fr)"), "fr", "French (fr)"),
        (("English", "French (fr)"), "en", "English"),
        (("Anglais", "FRANÇAIS"), "fr", "FRANÇAIS"),
        (("en", "fr"), "en", "en"),
        (("fr-CA", "fr"), "fr", "fr"),
        (("Français (fr-CA)", "English (en-GB)"), "fr", "Français (fr-CA)"),
        (("default",), "fr", None),
        ((), "fr", None),
        # A word that only begins like a language is none.
        (("French fries",), "fr", None),
    ],
)
def test_language_that_a_person_means(names: tuple[str, ...], code: str, expected: str | None) -> None:
    assert matching_language(names, code) == expected
