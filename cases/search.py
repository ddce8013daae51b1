"""Search while typing: accents, case and typing errors forgiven, pending work included."""

from __future__ import annotations

from collections.abc import Sequence

from cases.events import RecordType
from cases.store import projected, search_index
from cases.store.engine import Connection
from cases.views import CaseRow, CitizenRow, Hit
from cases.words import errors, errors_allowed, one_error_away, trigrams, words

TERMS_MAX = 8
CORRECTIONS_MAX = 12
"""Words, or beginnings of words, tried in place of a mistyped one."""
NAMES_MAX = 1_000
"""Records whose names are looked at for an initial."""


def search(connection: Connection, text: str, limit: int) -> list[Hit]:
    """Return what fits the words typed, best first: whole words, then words that begin so, then with typing errors
    forgiven.

    The last word may be unfinished. Every word must be found. Within a kind of fit the newest record comes first. A
    last word of one letter is the initial of a name; only when no name fits may any other word begin so.
    """
    terms = words(text)[:TERMS_MAX]
    if not terms or limit <= 0:
        return []
    found: dict[int, None] = {}
    if len(terms) > 1 and len(terms[-1]) == 1:
        found = _by_initial(connection, terms, limit)
    if not found:
        for question in _questions(terms):
            found.update(dict.fromkeys(search_index.match(connection, question, limit)))
            if len(found) >= limit:
                break
        else:
            found.update(dict.fromkeys(_forgiven(connection, terms, limit, nothing=not found)))
    return _hits(connection, list(found)[:limit])


def _questions(terms: Sequence[str]) -> list[str]:
    """Return the exact question, then the one with an unfinished last word, then with every word unfinished."""
    exact = [f'"{term}"' for term in terms]
    begun = [f'"{term}"*' for term in terms]
    questions = [exact, [*exact[:-1], begun[-1]], begun]
    return list(dict.fromkeys(" AND ".join(question) for question in questions))


def _by_initial(connection: Connection, terms: Sequence[str], limit: int) -> dict[int, None]:
    """Return what the words before an initial find, when there are names that it begins; {} to ask the index of it.

    The index would go through every word that begins with the letter: half of all records have one.
    """
    *before, initial = terms
    found: dict[int, None] = {}
    for question in _questions(before):
        numbers = search_index.match(connection, question, NAMES_MAX)
        found.update(dict.fromkeys(search_index.named_so(connection, numbers, initial)))
        if len(found) >= limit:
            return found
        if len(numbers) == NAMES_MAX:
            return {}
    if not found:
        numbers = _forgiven(connection, before, NAMES_MAX, nothing=True, unfinished=False)
        found.update(dict.fromkeys(search_index.named_so(connection, numbers, initial)))
    return found


def _forgiven(
    connection: Connection, terms: Sequence[str], limit: int, *, nothing: bool, unfinished: bool = True
) -> list[int]:
    """Return what is found with words of the store in place of mistyped ones.

    Args:
        nothing: nothing was found without; then words with two errors are tried too, where they are forgiven. If
            something was, beside other words an unfinished one is taken as it is: it only wants its end.
        unfinished: the last word may be.
    """
    last = len(terms) - 1
    near = [
        _one_error(connection, term, unfinished=unfinished and place == last)
        if nothing or place < last or not last
        else []
        for place, term in enumerate(terms)
    ]
    found = _match_any(connection, terms, near, limit)
    if found or not nothing or all(errors_allowed(term) < 2 for term in terms):
        return found
    for place, term in enumerate(terms):
        near[place] += _two_errors(connection, term, unfinished=unfinished and place == len(terms) - 1)
    return _match_any(connection, terms, near, limit)


def _match_any(connection: Connection, terms: Sequence[str], near: Sequence[Sequence[str]], limit: int) -> list[int]:
    if not any(near):
        return []
    parts = [" OR ".join((f'"{term}"*', *others)) for term, others in zip(terms, near, strict=True)]
    return search_index.match(connection, " AND ".join(f"({part})" for part in parts), limit)


def _one_error(connection: Connection, term: str, *, unfinished: bool) -> list[str]:
    """Return what to ask for instead: words of the store, or beginnings of such while the word is unfinished."""
    if not errors_allowed(term):
        return []
    looked_up = search_index.beginnings(connection, one_error_away(term))
    if unfinished:
        return [f'"{text}"*' for text, _word in looked_up if not text.startswith(term)][:CORRECTIONS_MAX]
    return [f'"{text}"' for text, word in looked_up if text == word][:CORRECTIONS_MAX]


def _two_errors(connection: Connection, term: str, *, unfinished: bool) -> list[str]:
    limit = errors_allowed(term)
    if limit < 2:
        return []
    similar = search_index.similar_words(connection, trigrams(term))
    scored = [(errors(term, word, limit, unfinished=unfinished), abs(len(word) - len(term)), word) for word in similar]
    return [f'"{word}"' for wrong, _length, word in sorted(scored)[:CORRECTIONS_MAX] if wrong <= limit]


def _hits(connection: Connection, numbers: Sequence[int]) -> list[Hit]:
    if not numbers:
        return []
    citizens = projected.found_citizens(connection, numbers)
    cases = projected.found_cases(connection, numbers)
    hits = []
    for no in numbers:
        if no in citizens:
            hits.append(_citizen_hit(citizens[no]))
        elif no in cases:
            hits.append(_case_hit(cases[no]))
    return hits


def _citizen_hit(row: CitizenRow) -> Hit:
    subtitle = " · ".join(part for part in (row.birth_date, row.commune) if part)
    return Hit(RecordType.CITIZEN.value, row.id, f"{row.family_name} {row.given_names}".strip(), subtitle, None)


def _case_hit(row: CaseRow) -> Hit:
    subtitle = " · ".join(part for part in (row.procedure, row.tracking_code) if part)
    return Hit(RecordType.CASE.value, row.id, row.citizen_name, subtitle, row.state)
