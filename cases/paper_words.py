"""The words of a printed form, in French and English, and conditions as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from cases import receipt_words
from forms.explaining import Explanation, Finding

CONDITION_LENGTH_MAX = 300
"""A longer condition helps nobody with a pen: what it reads is told instead."""

FRENCH: Mapping[str, str] = {
    "blank": "Formulaire vierge",
    "filled": "Formulaire rempli",
    "draft": "Brouillon, pas encore déposé",
    "of": "Demande de",
    "code": "Numéro de suivi",
    "printed": "Imprimé le",
    "office": "Par",
    "page": "page",
    "page_of": "sur",
    "required": "obligatoire",
    "name_line": "Nom et prénom",
    "date_line": "Date",
    "one": "Cochez une seule case.",
    "many": "Cochez toutes les cases qui conviennent.",
    "rank": "Rangez ces choix : 1 pour le premier.",
    "listed": "Écrivez votre choix ; la liste en compte {count}.",
    "depends": "Écrivez votre choix : la liste dépend d’autres réponses.",
    "between": "Un nombre de {start} à {end}.",
    "attach": "À joindre à ce formulaire.",
    "no_answer": "Sans réponse",
    "nothing": "Ce formulaire ne pose aucune question.",
    "row": "{label} n° {number}",
    "copy": "Recopiez cette partie sur papier libre pour chaque autre : {label}.",
    "yes": "Oui",
    "confirm": "Oui, je confirme",
    "only_if": "À remplir seulement si {condition}.",
    "depends_on": "À remplir selon vos réponses à : {labels}.",
    "and": " et ",
    "or": " ou ",
    "quoted": "« {label} »",
    "is": "« {label} » : {wanted}",
    "is_not": "« {label} » : autre chose que {wanted}",
    "less": "« {label} » est moins de {wanted}",
    "most": "« {label} » est au plus {wanted}",
    "more": "« {label} » est plus de {wanted}",
    "least": "« {label} » est au moins {wanted}",
    "chosen": "« {wanted} » est coché à « {label} »",
    "not_chosen": "« {wanted} » n’est pas coché à « {label} »",
    "answered": "« {label} » a une réponse",
    "unanswered": "« {label} » n’a pas de réponse",
    "day": "jj",
    "month": "mm",
    "year": "aaaa",
    "hour": "h",
    "footer": "{title} – {what}",
    "document_title": "{title} – {what}",
}

ENGLISH: Mapping[str, str] = {
    "blank": "Blank form",
    "filled": "Filled form",
    "draft": "Draft, not handed in yet",
    "of": "Request of",
    "code": "Tracking code",
    "printed": "Printed on",
    "office": "By",
    "page": "page",
    "page_of": "of",
    "required": "required",
    "name_line": "Name",
    "date_line": "Date",
    "one": "Tick one box only.",
    "many": "Tick every box that applies.",
    "rank": "Put these in order: 1 for the first.",
    "listed": "Write your choice; the list has {count}.",
    "depends": "Write your choice: the list depends on other answers.",
    "between": "A number from {start} to {end}.",
    "attach": "To be attached to this form.",
    "no_answer": "No answer",
    "nothing": "This form asks no question.",
    "row": "{label} no. {number}",
    "copy": "Copy this part on another sheet for each further one: {label}.",
    "yes": "Yes",
    "confirm": "Yes, I confirm",
    "only_if": "Fill in only if {condition}.",
    "depends_on": "Fill in depending on your answers to: {labels}.",
    "and": " and ",
    "or": " or ",
    "quoted": "“{label}”",
    "is": "“{label}” is {wanted}",
    "is_not": "“{label}” is anything but {wanted}",
    "less": "“{label}” is less than {wanted}",
    "most": "“{label}” is at most {wanted}",
    "more": "“{label}” is more than {wanted}",
    "least": "“{label}” is at least {wanted}",
    "chosen": "“{wanted}” is ticked at “{label}”",
    "not_chosen": "“{wanted}” is not ticked at “{label}”",
    "answered": "“{label}” has an answer",
    "unanswered": "“{label}” has no answer",
    "day": "dd",
    "month": "mm",
    "year": "yyyy",
    "hour": "h",
    "footer": "{title} – {what}",
    "document_title": "{title} – {what}",
}

_COMPARED = {"=": "is", "!=": "is_not", "<": "less", "<=": "most", ">": "more", ">=": "least"}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def words(language: str) -> Mapping[str, str]:
    """Return the words around a form; French for a language that we do not speak."""
    return ENGLISH if receipt_words.short_language(language) == "en" else FRENCH


def condition_words(explanation: Explanation, language: str) -> str:
    """Return when a question is to be answered, as one sentence; "" when nothing can be said of it."""
    known = words(language)
    condition = _said(explanation.finding, known, denied=False, within=False)
    if condition and len(condition) <= CONDITION_LENGTH_MAX:
        return known["only_if"].format(condition=condition)
    labels = list(dict.fromkeys(_read(explanation.finding)))
    listed = ", ".join(known["quoted"].format(label=label) for label in labels[:5])
    return known["depends_on"].format(labels=listed) if listed else ""


def _said(finding: Finding, known: Mapping[str, str], *, denied: bool, within: bool) -> str:
    """The condition, "" when a piece of it is a formula that only its author can read."""
    if finding.kind == "not":
        return _said(finding.parts[0], known, denied=not denied, within=within)
    if finding.kind in ("all", "any"):
        same = _one_of(finding, known, denied)
        if same:
            return same
        parts = [_said(part, known, denied=denied, within=True) for part in finding.parts]
        if not all(parts):
            return ""
        text = known["and" if (finding.kind == "all") is not denied else "or"].join(parts)
        return f"({text})" if within else text
    if finding.subject is None:
        return ""
    return _sentence(finding, known, denied).format(label=finding.subject.label, wanted=finding.wanted)


def _one_of(finding: Finding, known: Mapping[str, str], denied: bool) -> str:
    """Several values of one question, any of which will do, said as one; "" where it is something else."""
    subjects = {(part.kind, part.operator, part.subject.label if part.subject else "") for part in finding.parts}
    kind, operator, label = next(iter(subjects))
    if len(subjects) > 1 or denied or finding.kind != "any" or (kind, operator) != ("compare", "=") or not label:
        return ""
    *others, last = [part.wanted for part in finding.parts]
    return known["is"].format(label=label, wanted=f"{', '.join(others)}{known['or']}{last}")


def _sentence(finding: Finding, known: Mapping[str, str], denied: bool) -> str:
    if finding.kind == "selected":
        return known["not_chosen" if denied else "chosen"]
    operator = finding.operator if finding.kind == "compare" else "!="
    if denied:
        operator = _OPPOSITE[operator]
    if operator in ("=", "!=") and not finding.wanted:
        return known["unanswered" if operator == "=" else "answered"]
    return known[_COMPARED[operator]]


def _read(finding: Finding) -> list[str]:
    found = [seen.label for seen in finding.seen]
    if finding.subject is not None:
        found.append(finding.subject.label)
    return found + [label for part in finding.parts for label in _read(part)]
