"""The words of the receipt, in French and English, and how dates and numbers are written on it.

They live here and not in a screen's catalogue: the receipt is a document of the case, made with or without a window,
and its legal sentences belong with the rules that they state.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from forms.dates import MONTHS, WEEKDAYS

NO_BREAK = "\u00a0"
NARROW = "\u202f"

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_BEFORE_HIGH_SIGN = re.compile(r" (?=[?!;])")
_BEFORE_SIGN = re.compile(r" (?=[:»%€])|(?<=«) ")

FRENCH: Mapping[str, str] = {
    "receipt": "Récépissé de demande",
    "citizen": "Demande de",
    "received": "Reçue le",
    "unknown_date": "date inconnue",
    "by": "Par",
    "tracking_code": "Numéro de suivi",
    "tracking_how": "Pour savoir où en est la demande, scannez le code ou allez sur :",
    "qr_alt": "Code à scanner qui ouvre la page de suivi {url}",
    "provisional_title": "Récépissé provisoire",
    "provisional": (
        "La demande est enregistrée sur le poste de l’agent. Ce récépissé est provisoire jusqu’à réception par le "
        "service central, qui se fait d’elle-même : vous n’avez rien à faire. La page de suivi répond dès ce moment."
    ),
    "documents": "Documents à fournir",
    "documents_how": "Apportez ou envoyez ceux qui vous concernent et que vous n’avez pas encore remis.",
    "next": "Et maintenant",
    "answers": "Vos réponses",
    "no_answers": "Cette demande ne contient pas de réponse.",
    "privacy": "Vos données",
    "legal_basis": "Textes",
    "page": "page",
    "of": "sur",
    "yes": "Oui",
    "service": "Le service chargé du dossier : {service}.",
    "complete": (
        "S’il manque un document ou une précision, ce service vous le demande : le délai de réponse court à partir du "
        "dossier complet (articles L114-5 et L114-6 du code des relations entre le public et l’administration)."
    ),
    "delay": "Le service a {length} pour répondre, soit jusqu’au {until} si le dossier est complet aujourd’hui.",
    "acceptance": (
        "Sans réponse à cette date, la demande est considérée comme acceptée. Vous pouvez alors demander une "
        "attestation (article L232-3 du code des relations entre le public et l’administration)."
    ),
    "refusal": (
        "Sans réponse à cette date, la demande est considérée comme refusée. Vous pouvez alors, dans les deux mois, "
        "demander au service de revoir sa position ou saisir le tribunal administratif."
    ),
    "acknowledgement": (
        "Ce document vaut accusé de réception (articles L112-3 et R112-5 du code des relations entre le public et "
        "l’administration). Gardez-le."
    ),
    "footer": "Récépissé {code}",
    "document_title": "Récépissé {code} – {procedure}",
}

ENGLISH: Mapping[str, str] = {
    "receipt": "Receipt of request",
    "citizen": "Request of",
    "received": "Received on",
    "unknown_date": "unknown date",
    "by": "By",
    "tracking_code": "Tracking code",
    "tracking_how": "To see where the request stands, scan the code or go to:",
    "qr_alt": "Code to scan, opens the tracking page {url}",
    "provisional_title": "Provisional receipt",
    "provisional": (
        "The request is saved on the agent’s computer. This receipt is provisional until the central service has "
        "received it, which happens by itself: there is nothing for you to do. The tracking page answers from then on."
    ),
    "documents": "Documents to provide",
    "documents_how": "Bring or send those that concern you and that you have not handed in yet.",
    "next": "What happens next",
    "answers": "Your answers",
    "no_answers": "This request contains no answer.",
    "privacy": "Your data",
    "legal_basis": "Legal texts (in French)",
    "page": "page",
    "of": "of",
    "yes": "Yes",
    "service": "The office in charge of the case: {service}.",
    "complete": (
        "If a document or a detail is missing, this office asks you for it: the time to answer runs from the complete "
        "request (articles L114-5 and L114-6 of the French code of relations between the public and the "
        "administration)."
    ),
    "delay": "The office has {length} to answer, that is until {until} if the request is complete today.",
    "acceptance": (
        "Without an answer by that date the request counts as accepted. You may then ask for a certificate "
        "(article L232-3 of the French code of relations between the public and the administration)."
    ),
    "refusal": (
        "Without an answer by that date the request counts as refused. Within two months you may then ask the office "
        "to review it or go to the administrative court."
    ),
    "acknowledgement": (
        "This document is an acknowledgement of receipt (articles L112-3 and R112-5 of the French code of relations "
        "between the public and the administration). Keep it."
    ),
    "footer": "Receipt {code}",
    "document_title": "Receipt {code} – {procedure}",
}


def words(language: str) -> Mapping[str, str]:
    """Return the receipt's words; French for a language that the receipt does not speak."""
    return ENGLISH if short_language(language) == "en" else FRENCH


def short_language(language: str) -> str:
    """Return ``fr`` or ``en`` for a language code or a form's language name (``English (en)``, ``fr-FR``)."""
    name = language.casefold()
    return "en" if name.startswith("en") or "(en" in name else "fr"


def typographic(text: str, language: str) -> str:
    """Return a printed text of ours or of the form's author with true apostrophes and French no-break spaces.

    Form compilers straighten apostrophes, and people type plain spaces; never used on what a citizen said.
    """
    text = _APOSTROPHE.sub("’", text)
    if short_language(language) == "en":
        return text
    text = _BEFORE_HIGH_SIGN.sub(NARROW, text)
    return _BEFORE_SIGN.sub(NO_BREAK, text)


def day_in_words(day: date, language: str, *, weekday: bool = False) -> str:
    """Return ``23 novembre 2026``, ``lundi 1er mars 2027``, ``Monday 23 November 2026``."""
    code = short_language(language)
    number = "1er" if code == "fr" and day.day == 1 else str(day.day)
    text = f"{number}{NO_BREAK}{MONTHS[code][0][day.month - 1]}{NO_BREAK}{day.year}"
    return f"{WEEKDAYS[code][day.weekday()]} {text}" if weekday else text


def moment_in_words(moment: datetime, language: str) -> str:
    """Return ``lundi 23 novembre 2026 à 10 h 42``, ``Monday 23 November 2026 at 10:42``; the moment's own zone."""
    day = day_in_words(moment.date(), language, weekday=True)
    if short_language(language) == "en":
        return f"{day} at {moment:%H:%M}"
    return f"{day} à {moment.hour}{NO_BREAK}h{NO_BREAK}{moment:%M}"


def delay_in_words(start: date, language: str, *, days: int = 0, months: int = 0) -> tuple[str, str]:
    """Return a delay and its last day: ``("2 mois", "23 janvier 2027")``. Months are counted from date to date.

    A month too short for the day ends it on its last day (article 641 of the code of civil procedure).
    """
    code = short_language(language)
    if not months:
        unit = {"fr": "jour", "en": "day"}[code] + ("s" if days > 1 else "")
        return f"{days}{NO_BREAK}{unit}", day_in_words(start + timedelta(days=days), language)
    unit = "mois" if code == "fr" else ("months" if months > 1 else "month")
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return f"{months}{NO_BREAK}{unit}", day_in_words(date(year, month + 1, day), language)


def number_in_words(text: str, language: str, *, amount: bool = False) -> str:
    """Return a stored number as it is read; anything else as it is.

    Args:
        amount: thousands apart, and cents whole when there are any: ``14520.5`` -> ``14 520,50``.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    if amount and number.as_tuple().exponent == -1:
        number = number.quantize(Decimal("0.01"))
    written = f"{number:,f}" if amount else f"{number:f}"
    if short_language(language) == "en":
        return written
    return written.replace(",", NARROW).replace(".", ",")
