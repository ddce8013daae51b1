"""Which of a form's languages a person means: authors write ``fr``, ``Français (fr)``, ``French`` or ``english``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forms.tables import fold

_TAGGED = re.compile(r"\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\s*\)\s*$")
"""``Français (fr)``, as XLSForm recommends it."""
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")
_SPOKEN = {
    "fr": frozenset({"fr", "fra", "fre", "french", "francais"}),
    "en": frozenset({"en", "eng", "english", "anglais"}),
}
"""The names under which authors declare the languages of our screens, folded."""


def matching_language(names: Sequence[str], code: str) -> str | None:
    """Return the one of a form's language names that means ``code`` (``fr``, ``fr-FR``); None when none does.

    The name that is the code itself wins over one of the same language (``fr-CA``), and that over a bare word.
    """
    wanted = code.replace("_", "-").casefold()
    language = _primary(wanted)
    tags = [(_tag(name), name) for name in names]
    whole = (name for tag, name in tags if tag == wanted)
    same = (name for tag, name in tags if _primary(tag) == language)
    spoken = (name for name in names if fold(name).strip() in _SPOKEN.get(language, ()))
    return next(whole, None) or next(same, None) or next(spoken, None)


def language_tag(name: str) -> str:
    """Return the tag (``fr``, ``pt-br``) of a form's language by its name; "" when the name does not tell."""
    word = fold(name).strip()
    return next((code for code, words in _SPOKEN.items() if word in words), "") or _tag(name)


def _tag(name: str) -> str:
    """Return the language tag that a name carries or is, in lower case; empty when it is a word."""
    tagged = _TAGGED.search(name)
    if tagged:
        return tagged[1].replace("_", "-").casefold()
    plain = name.strip()
    return plain.replace("_", "-").casefold() if _TAG.fullmatch(plain) else ""


def _primary(tag: str) -> str:
    return tag.partition("-")[0]
