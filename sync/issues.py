"""What is wrong with an answer, as a sentence in both languages: the form's own words where it has some."""

from __future__ import annotations

from collections.abc import Mapping

from forms.session import Session
from forms.views import Issue
from sync.words import Words

CHOICES_NAMED = 8
"""How many choices a sentence names; the command ``choices`` lists them all."""

_EXPECTED: Mapping[str, Words] = {
    "integer": Words("Tapez un nombre entier comme 42.", "Type a whole number such as 42."),
    "decimal": Words("Tapez un nombre comme 12.5, avec un point.", "Type a number such as 12.5, with a point."),
    "date": Words("Tapez une date comme 2024-03-31.", "Type a date such as 2024-03-31."),
    "time": Words("Tapez une heure comme 14:30.", "Type a time such as 14:30."),
    "datetime": Words(
        "Tapez une date et une heure comme 2024-03-31T14:30.", "Type a date and a time such as 2024-03-31T14:30."
    ),
}
_OF_ANOTHER_KIND = Words("Cette réponse n'est pas du bon genre.", "This answer is not of the right kind.")
_REQUIRED = Words("Une réponse est attendue ici.", "An answer is required here.")
_CONSTRAINT = Words("Cette réponse n'est pas permise ici.", "This answer is not allowed here.")


def issue_words(session: Session, issue: Issue) -> Words:
    """Return what is wrong and what to type instead."""
    if issue.message:
        return Words(issue.message, issue.message)
    if issue.code == "required":
        return _REQUIRED
    if issue.code != "type":
        return _CONSTRAINT
    question = session.question(issue.path)
    if question.kind.startswith("select_"):
        return _not_on_the_list(session, issue.path, question.value or "")
    return _EXPECTED.get(question.kind, _OF_ANOTHER_KIND)


def _not_on_the_list(session: Session, path: str, value: str) -> Words:
    offered = session.choices(path, limit=CHOICES_NAMED + 1)
    if not offered:
        return Words(
            f"Ce choix n'est pas dans la liste : {value}. La liste est vide pour l'instant.",
            f"This choice is not on the list: {value}. The list is empty for now.",
        )
    named = ", ".join(f"{choice.value} ({choice.label})" for choice in offered[:CHOICES_NAMED])
    more = "…" if len(offered) > CHOICES_NAMED else "."
    return Words(
        f"Ce choix n'est pas dans la liste : {value}. Au choix : {named}{more}",
        f"This choice is not on the list: {value}. Choose from: {named}{more}",
    )
