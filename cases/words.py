"""Text folded to words for search: accents, case, ligatures and punctuation forgiven; and how near two words are."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")
WORD_LENGTH_MAX = 40


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    # Twice: what is one sign for a whole word or a letter of another shape has upper case only once it is taken apart.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> list[str]:
    """Return the folded words of a text in their order."""
    return [word[:WORD_LENGTH_MAX] for word in _WORD.findall(fold(text))]


def sort_key(*parts: str) -> str:
    """Return what an alphabetical list is sorted by."""
    return " ".join(" ".join(words(part)) for part in parts)


def date_words(iso_date: str) -> str:
    """Return the ways in which people type a date of birth: ``1951-03-07`` is also 07031951 and 07 03 1951."""
    parts = iso_date.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return iso_date
    year, month, day = parts
    return f"{day} {month} {year} {day}{month}{year}"


def phone_words(phone: str) -> str:
    """Return a telephone number as people type it: in one piece and in pairs."""
    digits = "".join(character for character in phone if character.isdigit())
    return f"{phone} {digits}" if digits else phone


def errors_allowed(word: str) -> int:
    """Return how many typing errors are forgiven: none in a short word, where everything is near everything."""
    if len(word) < 4 or word.isdigit():
        return 0
    return 1 if len(word) < 8 else 2


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"


def errors(typed: str, word: str, limit: int, *, unfinished: bool = False) -> int:
    """Return the typing errors between what was typed and a word; ``limit + 1`` when there are more.

    The restricted Damerau-Levenshtein distance: a letter too many, missing or wrong, or two neighbours swapped.

    Args:
        unfinished: what was typed so far is compared with the nearest beginning of the word.
    """
    for allowed in range(limit + 1):
        if _within(typed, word, allowed, unfinished):
            return allowed
    return limit + 1


def _within(typed: str, word: str, allowed: int, unfinished: bool) -> bool:
    if not unfinished and abs(len(typed) - len(word)) > allowed:
        return False
    same = 0
    for letter, other in zip(typed, word, strict=False):
        if letter != other:
            break
        same += 1
    rest, of_word = typed[same:], word[same:]
    if not rest:
        return unfinished or len(of_word) <= allowed
    if not allowed:
        return False
    if not of_word:
        return len(rest) <= allowed
    fewer = allowed - 1
    return (
        _within(rest[1:], of_word[1:], fewer, unfinished)
        or (rest[:2] == of_word[1::-1] and len(rest) > 1 and _within(rest[2:], of_word[2:], fewer, unfinished))
        or _within(rest[1:], of_word, fewer, unfinished)
        or _within(rest, of_word[1:], fewer, unfinished)
    )


def one_error_away(typed: str) -> list[str]:
    """Return what may have been meant if there is one typing error, the likeliest kind first: two letters swapped, one
    too many, one missing, one wrong. Letters are the Latin ones, and digits beside digits.
    """
    letters = _LETTERS + (_DIGITS if any(letter in _DIGITS for letter in typed) else "")
    places = range(len(typed))
    swapped = [typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in places[:-1]]
    too_many = [typed[:at] + typed[at + 1 :] for at in places]
    missing = [typed[:at] + letter + typed[at:] for at in range(len(typed) + 1) for letter in letters]
    wrong = [typed[:at] + letter + typed[at + 1 :] for at in places for letter in letters]
    return [one for one in dict.fromkeys([*swapped, *too_many, *missing, *wrong]) if one != typed]


def trigrams(word: str) -> list[str]:
    """Return the three-letter pieces of a word with its ends marked, as ``marked`` is indexed."""
    text = marked(word)
    return list(dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2)))


def marked(word: str) -> str:
    """Return a word with its ends marked, so that its first and last letters weigh in."""
    return f"^^{word}$"
