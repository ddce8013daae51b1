"""Search while typing: accents, case and typing errors forgiven, pending work included."""

from __future__ import annotations

from collections.abc import Sequence

from cases.events import RecordType
from cases.store import projected, search_index
from cases.store.engine import Connection
from cases.views import CaseRow, CitizenRow, Hit
from cases.words import distance, errors_allowed, prefix_distance, trigrams, words

TERMS_MAX = 8
CORRECTIONS_MAX = 6
"""Words tried in place of a mistyped one."""


def search(connection: Connection, text: str, limit: int) -> list[Hit]:
    """Return what fits the words typed, best first: whole words, then words that begin so, then with typing errors
    forgiven.

    The last word may be unfinished. Every word must be found. Within a kind of fit the newest record comes first.
    """
    terms = words(text)[:TERMS_MAX]
    if not terms or limit <= 0:
        return []
    found: dict[int, None] = {}
    for expression in _expressions(terms):
        if len(found) >= limit:
            break
        found.update(dict.fromkeys(search_index.match(connection, expression, limit)))
    if len(found) < limit:
        corrected = _corrected(connection, terms)
        if corrected is not None:
            found.update(dict.fromkeys(search_index.match(connection, corrected, limit)))
    return _hits(connection, list(found)[:limit])


def _expressions(terms: Sequence[str]) -> list[str]:
    """Return the exact question, then the one with an unfinished last word, then with every word unfinished."""
    exact = [f'"{term}"' for term in terms]
    begun = [f'"{term}"*' for term in terms]
    questions = [exact, [*exact[:-1], begun[-1]], begun]
    return list(dict.fromkeys(" AND ".join(question) for question in questions))


def _corrected(connection: Connection, terms: Sequence[str]) -> str | None:
    """Return the question with words of the store in place of mistyped ones; None when nothing is near."""
    parts: list[str] = []
    for place, term in enumerate(terms):
        near = _near_words(connection, term, unfinished=place == len(terms) - 1)
        alternatives = [f'"{term}"*', *(f'"{word}"' for word in near)]
        parts.append("(" + " OR ".join(alternatives) + ")")
    return " AND ".join(parts) if any(" OR " in part for part in parts) else None


def _near_words(connection: Connection, term: str, *, unfinished: bool) -> list[str]:
    limit = errors_allowed(term)
    if limit == 0:
        return []
    scored: list[tuple[int, int, str]] = []
    for word in search_index.similar_words(connection, trigrams(term)):
        errors = distance(term, word, limit)
        if unfinished and errors > limit:
            errors = prefix_distance(term, word, limit)
        if errors <= limit:
            scored.append((errors, abs(len(word) - len(term)), word))
    return [word for _errors, _length, word in sorted(scored)[:CORRECTIONS_MAX]]


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
