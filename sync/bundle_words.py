"""The words of ``main.py bundle`` and of the page that takes a bundle in, French first."""

from __future__ import annotations

from collections.abc import Mapping

from cases.errors import EstafetteError

Pair = tuple[str, str]
"""French, English."""

_ERRORS: Mapping[str, Pair] = {
    "bundle.empty": (
        "Rien à porter : rien n'attend sur ce poste d'être reçu, ni sauvegardé, par le service central.",
        "Nothing to carry: nothing on this computer waits to be received, or backed up, by the central service.",
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
        "Il n'y a pas d'espace de travail ici : {directory}. Nommez son dossier (--workspace DIR).",
        "There is no workspace here: {directory}. Name its folder (--workspace DIR).",
    ),
    "bundle.no_folder": (
        "Ce dossier n'existe pas : {folder}. La clé est-elle branchée ? Donnez un dossier qui existe, ou un fichier "
        "dans un tel dossier.",
        "There is no such folder: {folder}. Is the stick plugged in? Name a folder that exists, or a file in one.",
    ),
    "bundle.is_folder": (
        "C'est un dossier : {folder}. Nommez le fichier qui s'y trouve (.plis vers le service, .accuses au retour).",
        "This is a folder: {folder}. Name the file in it (.plis to the service, .accuses on the way back).",
    ),
    "bundle.file_there": (
        "Ce fichier existe et n'est pas un envoi : {file}. Il n'a pas été touché. Donnez un autre nom, ou un dossier.",
        "This file exists and is no bundle: {file}. It was left alone. Give another name, or a folder.",
    ),
    "bundle.no_file": (
        "Ce fichier n'existe pas : {file}. La clé est-elle branchée ? Vérifiez son nom.",
        "There is no such file: {file}. Is the stick plugged in? Check its name.",
    ),
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


def _count(number: int, one: Pair, many: Pair) -> Pair:
    """Return a counted thing, French and English; French counts nought as one."""
    return f"{number} {(one if number < 2 else many)[0]}", f"{number} {(one if number == 1 else many)[1]}"


def _acts(number: int) -> Pair:
    return _count(number, ("acte", "act"), ("actes", "acts"))


def _envelopes(number: int) -> Pair:
    return _count(number, ("pli scellé", "sealed envelope"), ("plis scellés", "sealed envelopes"))


def exported_lines(envelopes: int, events: int, damaged_bytes: int, file: str) -> list[str]:
    """Say what was written, what stays, what is to be done next."""
    acts, sealed = _acts(events), _envelopes(envelopes)
    lines = [
        f"Exporté : {acts[0]} en {sealed[0]}, dans {file}. Seul le service central les ouvre.",
        f"Exported: {acts[1]} in {sealed[1]}, to {file}. Only the central service opens them.",
        "Y sont les actes qui attendent l'accusé du service central, et ceux qu'il a reçus sans les avoir encore",
        "  sauvegardés : ceux-là ne comptent qu'une fois. Tous restent aussi sur ce poste jusqu'à leur sauvegarde.",
        "In it are the acts that await the central service's receipt, and those that it has received and not yet",
        "  backed up: these count only once. All of them also stay on this computer until they are backed up.",
        f"Ensuite : portez ce fichier au service central (console, ou : main.py bundle import {file}),",
        "  puis rapportez-en le fichier d'accusés et lancez ici : main.py bundle receipts FICHIER.accuses",
        f"Next: carry this file to the central service (console, or: main.py bundle import {file}),",
        "  then bring its file of receipts back and run here: main.py bundle receipts FILE.accuses",
    ]
    if damaged_bytes:
        lines += [
            f"Attention : {damaged_bytes} octets abîmés sont laissés de côté ; ouvrez une fois chaque espace.",
            f"Beware: {damaged_bytes} damaged bytes were left out; open the workspaces once.",
        ]
    return lines


def imported_lines(taken: int, refused: Mapping[str, int], parked: int, file: str, *, acts: int) -> list[str]:
    """Say what central took in; ``refused`` counts envelopes by code, ``acts`` are those of the ``taken`` ones."""
    said, sealed = _acts(acts), _envelopes(taken)
    lines = [
        f"Importé : {said[0]} en {sealed[0]} ; ce qui était déjà reçu n'est pas compté deux fois dans les dossiers.",
        f"Imported: {said[1]} in {sealed[1]}; what was received before stands only once in the cases.",
    ]
    if parked:
        wait = _acts(parked)
        lines += [
            f"Dont {wait[0]} en attente d'une décision en ce moment : voyez « En attente » dans la console.",
            f"Of these, {wait[1]} waiting for a decision at this moment: see “Waiting” in the console.",
        ]
    for code, count in sorted(refused.items()):
        kept = _envelopes(count)
        lines += [
            f"Refusé : {kept[0]}, qui restent sur le poste d'origine [{code}]",
            f"Refused: {kept[1]}, kept on the computer they came from [{code}]",
        ]
    return [
        *lines,
        f"Ensuite : rapportez ce fichier au poste et lancez-y : main.py bundle receipts {file}",
        f"Next: carry this file back to the computer and run there: main.py bundle receipts {file}",
    ]


def received_lines(taken: int, refused: int, waiting: int) -> list[str]:
    """Say what the answers that came back say, in acts, and what is left."""
    acts = _acts(taken)
    lines = [
        f"Accusés rapportés : {acts[0]} reçus par le service central. Ouvrez chaque session une fois.",
        f"Receipts brought back: {acts[1]} received by the central service. Unlock each session once.",
    ]
    if refused:
        kept = _acts(refused)
        lines += [
            f"Refusé : {kept[0]}, gardés sur ce poste ; portez-les de nouveau (bundle export) ou voyez votre support.",
            f"Refused: {kept[1]}, kept on this computer; carry them again (bundle export) or ask your support.",
        ]
    left = _acts(waiting)
    if waiting:
        lines += [
            f"Reste : {left[0]} sans réponse encore, saisis depuis ou portés par un autre fichier (bundle export).",
            f"Left: {left[1]} without an answer yet, made since or carried by another file (bundle export).",
        ]
    return lines
