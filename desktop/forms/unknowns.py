"""Which choice of a list means that somebody does not know, or refuses to say. Pure.

A choice is only ever found, never made: by its words in French or English, or by a name that authors use for it. A
number alone (98, 99) means nothing: in another list it is an age.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop.forms.entry import fold
from forms.views import Choice

UNKNOWN, REFUSED = "unknown", "refused"

_BEFORE = r"^[\W\d_]*(?:(?:je|j'|il|elle|on|i|they|he|she|la personne|the person|person|personne)\s*)?"
_AFTER = r"\s*(?:$|[/,(\[.;:|–-])"
"""The words are the whole choice, but for a number before and a remark after: "ne sait pas lire" is another answer."""
_WORDS = {
    UNKNOWN: re.compile(
        _BEFORE + r"(?:(?:ne |n')?(?:le |la )?(?:sai[st]|savent) pas|nspp?|dk|dnk|don'?t know|doesn'?t know|"
        r"do(?:es)? not know|not known|unknown|inconnue?|not sure|pas sure?)" + _AFTER
    ),
    REFUSED: re.compile(
        _BEFORE + r"(?:refus(?:e|ed|es|al)?(?: (?:de|to) (?:repondre|answer|say))?|"
        r"ne (?:souhaite|veut|desire) pas (?:repondre|le dire|se prononcer)|prefers? not to (?:say|answer)|"
        r"declin(?:e|ed|es)(?: to (?:answer|say))?)" + _AFTER
    ),
}
_DECIDED = re.compile(r"refusée?s?\b", re.IGNORECASE)
"""Somebody refused something: not the same as refusing to answer, and alike once accents are gone."""
_NAMES = {
    UNKNOWN: frozenset({"dk", "dnk", "nsp", "ns", "dont_know", "don_t_know", "unknown", "ne_sait_pas", "inconnu"}),
    REFUSED: frozenset({"rf", "ref", "refus", "refuse", "refused", "refusal", "prefer_not_to_say", "ne_repond_pas"}),
}


def value_of(choices: Sequence[Choice], meaning: str) -> str | None:
    """Return the stored value of the choice that means `meaning`, or None where the list has none, or several."""
    by_words = [choice.value for choice in choices if _means(choice.label, meaning)]
    if len(by_words) == 1:
        return by_words[0]
    named = [choice.value for choice in choices if choice.value.casefold().replace("-", "_") in _NAMES[meaning]]
    candidates = [value for value in named if value in by_words] if by_words else named
    return candidates[0] if len(candidates) == 1 else None


def _means(label: str, meaning: str) -> bool:
    return _WORDS[meaning].search(_plain(label)) is not None and not _DECIDED.search(label)


def _plain(label: str) -> str:
    return fold(label).replace("’", "'")
