"""The words of ``main.py bundle`` and of the page that takes a bundle in, French first."""

from __future__ import annotations

from collections.abc import Mapping

from cases.errors import EstafetteError

_ERRORS: Mapping[str, tuple[str, str]] = {
    "bundle.empty": (
        "Rien à porter : rien n'attend sur ce poste.",
        "Nothing to carry: nothing waits on this computer.",
    ),
    "bundle.mixed": (
        "Ce poste garde le travail de plusieurs organisations : nommez un espace de travail à la fois (--workspace).",
        "This computer keeps work of several organisations: name one workspace at a time (--workspace).",
    ),
    "bundle.too_large": (
        "Ce fichier est trop grand pour être un envoi sur clé USB.",
        "This file is too large to be a USB bundle.",
    ),
    "bundle.not_one": (
        "Ce fichier n'est pas un envoi d'Estafette. Rien n'a été changé.",
        "This file is no bundle of Estafette. Nothing was changed.",
    ),
    "bundle.other_kind": (
        "Ce fichier va dans l'autre sens : les plis vont au service central, les accusés reviennent au poste.",
        "This file goes the other way: envelopes go to the central service, receipts come back to the computer.",
    ),
    "bundle.cut": (
        "Ce fichier n'est pas entier ou a été modifié. Rien n'en a été pris : copiez-le de nouveau depuis la clé.",
        "This file is not whole or was altered. Nothing of it was taken: copy it again from the stick.",
    ),
    "bundle.newer": (
        "Ce fichier vient d'une version plus récente d'Estafette. Mettez ce programme à jour, puis recommencez.",
        "This file comes from a newer version of Estafette. Update this program, then try again.",
    ),
    "bundle.other_organisation": (
        "Ce fichier est celui d'une autre organisation. Rien n'en a été pris.",
        "This file belongs to another organisation. Nothing of it was taken.",
    ),
    "bundle.other_computer": (
        "Ces accusés ne répondent à aucun envoi de ce poste. Rien n'a été changé.",
        "These receipts answer nothing sent from this computer. Nothing was changed.",
    ),
    "bundle.no_workspace": (
        "Il n'y a pas d'espace de travail ici : {directory}",
        "There is no workspace here: {directory}",
    ),
    "bundle.no_folder": ("Ce dossier n'existe pas.", "This folder does not exist."),
    "bundle.no_file": ("Ce fichier n'existe pas : {file}", "There is no such file: {file}"),
    "store.disk_full": (
        "Il n'y a plus de place à cet endroit. Rien n'est perdu : ce qui attend reste sur ce poste.",
        "There is no room left there. Nothing is lost: what waits stays on this computer.",
    ),
    "store.read_only": (
        "Cet endroit ne peut pas être écrit. Rien n'est perdu : ce qui attend reste sur ce poste.",
        "This place cannot be written to. Nothing is lost: what waits stays on this computer.",
    ),
    "store.io_error": (
        "Le disque ou la clé ne répond pas. Rien n'est perdu : ce qui attend reste sur ce poste.",
        "The disk or the stick does not answer. Nothing is lost: what waits stays on this computer.",
    ),
}


def known(code: str) -> tuple[str, str] | None:
    """Return a code's sentences, French and English; None for a code that is not of bundles."""
    return _ERRORS.get(code)


def error_lines(error: EstafetteError) -> list[str]:
    """Return an error's sentence in both languages, with its code for support."""
    sentences = _ERRORS.get(error.code)
    if sentences is None:
        return [f"Erreur / Error: {error}"]
    return [*(sentence.format_map(error.details) for sentence in sentences), f"[{error.code}]"]


def exported_lines(envelopes: int, events: int, damaged_bytes: int, file: str) -> list[str]:
    """Say what was written."""
    lines = [
        f"{events} acte(s) en {envelopes} pli(s) scellé(s), écrits dans {file}. Seul le service central les ouvre.",
        f"{events} act(s) in {envelopes} sealed envelope(s), written to {file}. Only the central service opens them.",
        "Ils restent aussi sur ce poste, jusqu'à ce que le service central dise les avoir mis en sécurité.",
        "They also stay on this computer until the central service says that it has made them safe.",
    ]
    if damaged_bytes:
        lines += [
            f"Attention : {damaged_bytes} octets abîmés sont laissés de côté ; ouvrez une fois chaque espace.",
            f"Beware: {damaged_bytes} damaged bytes were left out; open the workspaces once.",
        ]
    return lines


def imported_lines(taken: int, refused: Mapping[str, int], parked: int, file: str) -> list[str]:
    """Say what central took in; ``refused`` counts by code."""
    lines = [
        f"{taken} pli(s) reçus. Rapportez ce fichier au poste : {file}",
        f"{taken} envelope(s) taken in. Carry this file back to the computer: {file}",
    ]
    if parked:
        lines += [
            f"{parked} acte(s) attendent une décision : voyez « En attente » dans la console.",
            f"{parked} act(s) wait for a decision: see “Waiting” in the console.",
        ]
    for code, count in sorted(refused.items()):
        lines += [f"{count} pli(s) non reçus, gardés sur le poste / not taken in, kept on the computer [{code}]"]
    return lines


def received_lines(laid: int, refused: int) -> list[str]:
    """Say what was laid beside the envelopes."""
    lines = [
        f"{laid} réponse(s) du service central déposées sur ce poste. Chacun les trouvera en ouvrant sa session.",
        f"{laid} answer(s) of the central service laid on this computer. Each agent finds theirs when unlocking.",
    ]
    if refused:
        lines += [
            f"{refused} pli(s) n'ont pas été reçus : ils restent sur ce poste et peuvent être portés de nouveau.",
            f"{refused} envelope(s) were not taken in: they stay on this computer and can be carried again.",
        ]
    return lines
