"""The command line's words for codes, French first. The window and the web pages have words of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """One message in both languages; ``{name}`` stands for a detail of the error."""

    fr: str
    en: str


_SAFE = Words(" Votre saisie est enregistrée sur ce poste.", " Your work is saved on this computer.")

_KNOWN: Mapping[str, Words] = {
    "usage": Words("Commande mal écrite : {reason}", "Badly written command: {reason}"),
    "bug": Words(
        "Le programme a rencontré une erreur imprévue.",
        "The program met an unexpected error.",
    ),
    # passphrase and workspace
    "unlock.wrong_passphrase": Words(
        "La phrase secrète ne correspond pas à cet espace de travail.",
        "The passphrase does not fit this workspace.",
    ),
    "unlock.no_workspace": Words(
        "Il n'y a pas d'espace de travail dans ce dossier ; enrôlez d'abord le poste (enrol).",
        "There is no workspace in this folder; enrol the device first (enrol).",
    ),
    "unlock.other_device": Words(
        "Cet espace de travail appartient à un autre poste : il ne s'ouvre pas ici.",
        "This workspace belongs to another computer: it does not open here.",
    ),
    "passphrase.missing": Words(
        "La phrase secrète manque : elle est attendue sur la première ligne de l'entrée standard.",
        "The passphrase is missing: it is expected on the first line of standard input.",
    ),
    "passphrase.too_short": Words(
        "La phrase secrète est trop courte : choisissez une phrase de plusieurs mots.",
        "The passphrase is too short: choose a sentence of several words.",
    ),
    "passphrase.too_long": Words("La phrase secrète est trop longue.", "The passphrase is too long."),
    "passphrase.too_plain": Words(
        "La phrase secrète est trop simple : évitez les répétitions.",
        "The passphrase is too plain: avoid repetitions.",
    ),
    "keyring.unavailable": Words(
        "Le trousseau de clés du système ne répond pas. Ouvrez-le, ou demandez un secret de poste en fichier "
        "(--device-secret-file).",
        "The system's keyring does not answer. Open it, or ask for a device secret kept in a file "
        "(--device-secret-file).",
    ),
    "device_secret.too_open": Words(
        "Le fichier du secret de poste peut être lu par d'autres : resserrez ses droits.",
        "Others can read the device secret's file: tighten its permissions.",
    ),
    "store.newer_version": Words(
        "Cet espace de travail vient d'une version plus récente du programme ; rien n'a été modifié. "
        "Mettez le programme à jour.",
        "This workspace was made by a newer version of the program; nothing was changed. Update the program.",
    ),
    "store.locked": Words(
        "Un autre programme utilise cet espace de travail. Fermez-le et recommencez.",
        "Another program is using this workspace. Close it and try again.",
    ),
    "store.disk_full": Words(
        "Le disque est plein : la dernière saisie n'a pas pu être enregistrée. Libérez de la place et recommencez ; "
        "ce qui était enregistré l'est toujours.",
        "The disk is full: the last entry could not be saved. Free some space and try again; what was saved still is.",
    ),
    "store.read_only": Words(
        "Le dossier de l'espace de travail est en lecture seule.", "The workspace's folder is read-only."
    ),
    "store.damaged": Words(
        "L'espace de travail est abîmé : rien n'en sera envoyé. Prévenez le support.",
        "The workspace is damaged: nothing of it will be sent. Tell support.",
    ),
    # enrolment and network
    "enrol.needed": Words(
        "Ce poste n'est pas encore enrôlé (commande enrol).", "This device is not enrolled yet (command enrol)."
    ),
    "workspace.not_enrolled": Words(
        "Ce poste n'est pas encore enrôlé (commande enrol).", "This device is not enrolled yet (command enrol)."
    ),
    "enrol.already": Words("Ce poste est déjà enrôlé.", "This device is already enrolled."),
    "enrol.code_missing": Words("Le code d'enrôlement manque.", "The enrolment code is missing."),
    "enrol.wrong_code": Words(
        "Ce code d'enrôlement n'est pas le bon. Vérifiez-le auprès de votre responsable.",
        "This enrolment code is not right. Check it with your supervisor.",
    ),
    "enrol.code_used": Words(
        "Ce code d'enrôlement a déjà servi. Demandez-en un autre.",
        "This enrolment code was already used. Ask for another.",
    ),
    "enrol.code_expired": Words(
        "Ce code d'enrôlement n'est plus valable. Demandez-en un autre.",
        "This enrolment code has expired. Ask for another.",
    ),
    "enrol.throttled": Words(
        "Trop d'essais. Attendez un peu avant de recommencer.", "Too many tries. Wait a while before trying again."
    ),
    "server.url": Words("L'adresse du service n'est pas valable.", "The service's address is not valid."),
    "server.insecure_url": Words(
        "L'adresse du service doit commencer par https.", "The service's address must begin with https."
    ),
    "network.unreachable": Words(
        "Le service central est injoignable." + _SAFE.fr, "The central service cannot be reached." + _SAFE.en
    ),
    "network.timeout": Words(
        "Le service central n'a pas répondu à temps." + _SAFE.fr,
        "The central service did not answer in time." + _SAFE.en,
    ),
    "network.captive_portal": Words(
        "Une page web a répondu à la place du service central : connectez-vous d'abord au réseau du lieu." + _SAFE.fr,
        "A web page answered instead of the central service: sign in to the local network first." + _SAFE.en,
    ),
    "network.tls": Words(
        "La connexion chiffrée avec le service central n'est pas sûre : vérifiez la date du poste et le réseau."
        + _SAFE.fr,
        "The encrypted connection to the central service is not safe: check this computer's date and the network."
        + _SAFE.en,
    ),
    "network.cut": Words(
        "La réponse du service central est arrivée incomplète." + _SAFE.fr,
        "The central service's answer arrived incomplete." + _SAFE.en,
    ),
    "network.busy": Words(
        "Le service central est occupé ; nouvel essai plus tard." + _SAFE.fr,
        "The central service is busy; it will be tried again." + _SAFE.en,
    ),
    "network.service_failed": Words(
        "Le service central a rencontré une erreur." + _SAFE.fr, "The central service met an error." + _SAFE.en
    ),
    "auth.device_revoked": Words(
        "Ce poste a été révoqué. Voyez votre responsable." + _SAFE.fr,
        "This device was revoked. See your supervisor." + _SAFE.en,
    ),
    "auth.device_unknown": Words(
        "Le service central ne connaît pas ce poste. Voyez votre responsable." + _SAFE.fr,
        "The central service does not know this device. See your supervisor." + _SAFE.en,
    ),
    "sync.receipt_invalid": Words(
        "L'accusé reçu n'est pas celui du service central ({reason}) : rien n'est marqué reçu." + _SAFE.fr,
        "The receipt is not the central service's ({reason}): nothing is marked as received." + _SAFE.en,
    ),
    "sync.page_invalid": Words(
        "Des données reçues ne sont pas intactes ({reason}) : elles n'ont pas été prises.",
        "Received data is not intact ({reason}): it was not taken.",
    ),
    "sync.bundle_invalid": Words(
        "La démarche {procedure} reçue n'est pas intacte : elle n'a pas été prise.",
        "The received procedure {procedure} is not intact: it was not taken.",
    ),
    "sync.paused": Words("La synchronisation est en pause.", "Synchronisation is paused."),
    # cases
    "case.unknown": Words("Ce dossier n'est pas sur ce poste.", "This case is not on this device."),
    "citizen.unknown": Words("Cet usager n'est pas sur ce poste.", "This citizen is not on this device."),
    "citizen.name_missing": Words("Le nom de l'usager manque.", "The citizen's name is missing."),
    "field.unknown": Words("Il n'y a pas de champ nommé {field}.", "There is no field named {field}."),
    "procedure.unknown": Words(
        "La démarche {procedure} n'est pas sur ce poste.", "The procedure {procedure} is not on this device."
    ),
    "case.not_editable": Words(
        "Dans l'état {state}, les réponses du dossier ne se modifient plus.",
        "In the state {state} the case's answers can no longer be changed.",
    ),
    "submit.incomplete": Words(
        "Le formulaire n'est pas complet : {issues} question(s) à revoir.",
        "The form is not complete: {issues} question(s) to look at.",
    ),
    "receipt.not_submitted": Words("Ce dossier n'a pas encore été déposé.", "This case was not handed in yet."),
    "receipt.not_written": Words(
        "Le reçu n'a pas pu être écrit ; le dossier, lui, est bien déposé.",
        "The receipt could not be written; the case itself is handed in.",
    ),
    "note.empty": Words("La note est vide.", "The note is empty."),
    "workflow.not_allowed": Words("Ce changement d'état n'est pas permis.", "This change of state is not allowed."),
    "forms.unknown_path": Words("Il n'y a pas de question {path}.", "There is no question {path}."),
    "forms.read_only": Words("La question {path} ne se remplit pas.", "The question {path} cannot be filled in."),
    "forms.not_a_repeat": Words("{path} n'est pas une liste à lignes.", "{path} is not a list with rows."),
    "forms.row_limit": Words("{path} n'accepte pas de ligne de plus.", "{path} takes no more rows."),
}

_OTHERWISE: Mapping[int, Words] = {
    1: Words("La demande n'est pas valable ({code}).", "The request is not valid ({code})."),
    2: Words("Commande mal écrite ({code}).", "Badly written command ({code})."),
    3: Words(
        "Ce poste ne peut pas le faire maintenant ({code}) ; ce qui était enregistré l'est toujours.",
        "This computer cannot do it now ({code}); what was saved still is.",
    ),
    4: Words("Le réseau ne le permet pas ({code})." + _SAFE.fr, "The network does not allow it ({code})." + _SAFE.en),
    5: Words("Le service central a refusé ({code})." + _SAFE.fr, "The central service refused ({code})." + _SAFE.en),
}


def words_for(code: str, exit_code: int, details: Mapping[str, object]) -> Words:
    """Return the message for a code; a general one, with the code in it, for a code without words of its own."""
    words = _KNOWN.get(code) or _OTHERWISE[exit_code]
    named = _Named({name: str(value) for name, value in details.items()}, code=code)
    return Words(words.fr.format_map(named), words.en.format_map(named))


class _Named(dict[str, str]):
    """Details by name; a detail that is not there shows as dots and never as a failure of its own."""

    def __missing__(self, name: str) -> str:
        return "…"
