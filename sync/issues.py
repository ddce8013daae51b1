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
_PLACES = frozenset({"geopoint", "geotrace", "geoshape"})
_PLACE = Words(
    "Tapez une latitude et une longitude comme 48.85 2.35 ; plusieurs points se séparent par un point-virgule.",
    "Type a latitude and a longitude such as 48.85 2.35; a semicolon stands between points.",
)
_OF_ANOTHER_KIND = Words("Cette réponse n'est pas du bon genre.", "This answer is not of the right kind.")
_REQUIRED = Words("Une réponse est attendue ici.", "An answer is required here.")
_CONSTRAINT = Words("Cette réponse n'est pas permise ici.", "This answer is not allowed here.")


def issue_words(session: Session, issue: Issue) -> Words:
    """Return what is wrong and what to type instead."""
    if issue.message:
        return _of_form(session, issue)
    if issue.code == "required":
        return _REQUIRED
    if issue.code == "rows":
        return Words(
            f"Le formulaire demande plus de « {issue.label} » qu'il ne peut en avoir."
            " Signalez-le à la personne qui a créé le formulaire.",
            f"The form asks for more “{issue.label}” than it may have. Tell the person who made the form.",
        )
    if issue.code == "uncomputed":
        return Words(
            f"Une formule de « {issue.label} » demande trop de calculs : elle n'a pas été évaluée."
            " Signalez-le à la personne qui a créé le formulaire.",
            f"A formula of “{issue.label}” takes too many calculations, so it was not worked out."
            " Tell the person who made the form.",
        )
    if issue.code != "type":
        return _CONSTRAINT
    question = session.question(issue.path)
    if question.kind == "range" and question.bounds is not None:
        bounds = question.bounds
        return Words(
            f"Tapez un nombre de {bounds.start} à {bounds.end}, avec un point.",
            f"Type a number from {bounds.start} to {bounds.end}, with a point.",
        )
    if question.kind == "text" and _PLACES & question.appearance:
        return _PLACE
    if question.kind.startswith("select_") or question.kind == "rank":
        return _not_on_the_list(session, issue.path, question.value or "")
    return _EXPECTED.get(question.kind, _OF_ANOTHER_KIND)


def _of_form(session: Session, issue: Issue) -> Words:
    """Return the form's own words in each language; where it has none, those that it has, marked as quoted."""
    french, english = (_said(session, issue, code) for code in ("fr", "en"))
    if french is None and english is None:
        # A form that names no language is written in that of its authors.
        french = issue.message
    if english == french:
        english = None
    given = french or english or issue.message
    return Words(french or f"Le formulaire dit : « {given} »", english or f"The form says: “{given}”")


def _said(session: Session, issue: Issue, code: str) -> str | None:
    with session.spoken_in(code) as speaks:
        found = (one.message for one in session.validate() if (one.path, one.code) == (issue.path, issue.code))
        return next(found, None) if speaks else None


def _not_on_the_list(session: Session, path: str, value: str) -> Words:
    french, english = (_offered(session, path, code) for code in ("fr", "en"))
    if not french:
        return Words(
            f"Ce choix n'est pas dans la liste : {value}. La liste est vide pour l'instant.",
            f"This choice is not on the list: {value}. The list is empty for now.",
        )
    return Words(
        f"Ce choix n'est pas dans la liste : {value}. Au choix : {french}",
        f"This choice is not on the list: {value}. Choose from: {english}",
    )


def _offered(session: Session, path: str, code: str) -> str:
    with session.spoken_in(code):
        offered = session.choices(path, limit=CHOICES_NAMED + 1)
    named = ", ".join(f"{choice.value} ({choice.label})" for choice in offered[:CHOICES_NAMED])
    return named and named + ("…" if len(offered) > CHOICES_NAMED else ".")
