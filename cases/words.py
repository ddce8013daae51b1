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


def distance(a: str, b: str, limit: int) -> int:
    """Return the number of typing errors between two words, swaps of neighbours counted once; ``limit + 1`` when more.

    The restricted Damerau-Levenshtein distance, row by row; a row beyond the limit ends it.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def prefix_distance(typed: str, word: str, limit: int) -> int:
    """Return the errors between what was typed so far and the nearest beginning of a word."""
    lengths = range(max(1, len(typed) - limit), min(len(word), len(typed) + limit) + 1)
    return min((distance(typed, word[:length], limit) for length in lengths), default=limit + 1)


def trigrams(word: str) -> list[str]:
    """Return the three-letter pieces of a word with its ends marked, as ``marked`` is indexed."""
    text = marked(word)
    return list(dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2)))


def marked(word: str) -> str:
    """Return a word with its ends marked, so that its first and last letters weigh in."""
    return f"^^{word}$"
