"""The command line's words for codes, French first. The window and the web pages have words of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sync import network_words, remedy_words


class Words(NamedTuple):
    """One message in both languages; ``{name}`` stands for a detail of the error."""

    fr: str
    en: str


_SAFE = Words(" Votre saisie est enregistrée sur ce poste.", " Your work is saved on this computer.")
_ENROLMENT = {
    "undone": Words(
        " Rien n'a été gardé sur ce poste : vous pouvez recommencer, aussi avec une autre phrase secrète.",
        " Nothing was kept on this computer: you can try again, also with another passphrase.",
    ),
    "kept": Words(
        " La phrase secrète de cet espace de travail reste celle qui a été choisie.",
        " The passphrase of this workspace stays the one that was chosen.",
    ),
    "open": Words(
        " L'inscription est peut-être déjà faite au service : recommencez avec le même code d'inscription et la même "
        "phrase secrète.",
        " The service may have enrolled this device already: try again with the same enrolment code and the same "
        "passphrase.",
    ),
}
"""What a first enrolment that failed leaves behind, by the detail ``enrolment``.

The workspace went again, stays as it was, or may be enrolled already.
"""
_SAFE_AFTER = ("network.", "auth.", "sync.receipt_invalid")
"""After these faults the agent wants to know that nothing typed is lost."""

_IN_USE = Words(
    "Estafette travaille déjà dans cet espace de travail : sa fenêtre est ouverte, ou une autre commande l'occupe "
    "(agent, shell). Fermez la fenêtre ou laissez finir l'autre commande, puis recommencez ; rien n'a été changé.",
    "Estafette is already at work in this workspace: its window is open, or another command holds it (agent, shell). "
    "Close the window or let the other command end, then try again; nothing was changed.",
)

STATES: Mapping[str, Words] = {
    "draft": Words("brouillon", "draft"),
    "submitted": Words("en construction", "submitted"),
    "in_review": Words("en instruction", "under review"),
    "needs_information": Words("à compléter", "to complete"),
    "accepted": Words("accepté", "accepted"),
    "refused": Words("refusé", "refused"),
    "closed_without_effect": Words("sans suite", "closed without effect"),
    "archived": Words("archivé", "archived"),
}
"""A case's states as the screens name them."""
_STATE_DETAILS = frozenset({"state", "before", "after"})

_KNOWN: Mapping[str, Words] = {
    **{code: Words(*pair) for code, pair in remedy_words.WORDS.items()},
    **{code: Words(*pair) for code, pair in network_words.WORDS.items()},
    "usage": Words("Commande mal écrite : {reason_fr}", "Badly written command: {reason_en}"),
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
        "Il n'y a pas d'espace de travail dans ce dossier : vérifiez --workspace, ou inscrivez d'abord le poste (enrol "
        "--server URL --code CODE ; le code vient de votre responsable).",
        "There is no workspace in this folder: check --workspace, or enrol the device first (enrol --server URL --code "
        "CODE; the code comes from your supervisor).",
    ),
    "unlock.other_device": Words(
        "Cet espace de travail appartient à un autre poste : il ne s'ouvre pas ici.",
        "This workspace belongs to another computer: it does not open here.",
    ),
    "unlock.other_device.in_folder": Words(
        "Le secret de ce poste ne se trouve pas dans le dossier {folder} (--device-secret-file) : indiquez le dossier "
        "utilisé à l'inscription du poste.",
        "This device's secret is not in the folder {folder} (--device-secret-file): name the folder that was used when "
        "the device was enrolled.",
    ),
    "passphrase.missing": Words(
        "La phrase secrète manque : elle est attendue sur la première ligne de l'entrée standard.",
        "The passphrase is missing: it is expected on the first line of standard input.",
    ),
    "passphrase.too_short": Words(
        "La phrase secrète est trop courte : il faut au moins {length_min} caractères, ou {words_min} mots différents.",
        "The passphrase is too short: at least {length_min} characters, or {words_min} different words.",
    ),
    "passphrase.too_long": Words("La phrase secrète est trop longue.", "The passphrase is too long."),
    "passphrase.too_plain": Words(
        "La phrase secrète est trop simple : mêlez lettres, chiffres ou signes sans répétition, ou prenez {words_min} "
        "mots différents.",
        "The passphrase is too plain: mix letters, digits or signs without repetition, or take {words_min} different "
        "words.",
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
    "store.locked": _IN_USE,
    "store.in_use": _IN_USE,
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
    "machine.refused": Words(
        "Ce poste n'a pas pu le faire ({cause}). Vérifiez le dossier et les droits.",
        "This computer could not do it ({cause}). Check the folder and its rights.",
    ),
    "input.unstorable": Words(
        "Ce texte contient un signe invisible qui ne peut pas être gardé ({field}) : retapez-le.",
        "This text holds an invisible character that cannot be kept ({field}): type it again.",
    ),
    "act.too_large": Words(
        "Ce texte est trop long pour être gardé ({field}) : raccourcissez-le.",
        "This text is too long to be kept ({field}): shorten it.",
    ),
    "push.fork": Words(
        "Ce poste a été restauré ou copié : votre travail est gardé ici. Prévenez votre responsable.",
        "This computer was restored or copied: your work is kept here. Tell your supervisor.",
    ),
    "pull.cursor_ahead": Words(
        "Le service central a été restauré : ce poste lui renvoie ce qu'il garde.",
        "The central service was restored: this computer sends it again what it keeps.",
    ),
    # enrolment and network
    "enrol.needed": Words(
        "Ce poste n'est pas encore inscrit (commande enrol).", "This device is not enrolled yet (command enrol)."
    ),
    "workspace.not_enrolled": Words(
        "Ce poste n'est pas encore inscrit (commande enrol).", "This device is not enrolled yet (command enrol)."
    ),
    "enrol.already": Words("Ce poste est déjà inscrit.", "This device is already enrolled."),
    "enrol.code_missing": Words("Le code d'inscription manque.", "The enrolment code is missing."),
    "enrol.wrong_code": Words(
        "Ce code d'inscription n'est pas le bon. Vérifiez-le auprès de votre responsable.",
        "This enrolment code is not right. Check it with your supervisor.",
    ),
    "enrol.code_used": Words(
        "Ce code d'inscription a déjà servi. Demandez-en un autre.",
        "This enrolment code was already used. Ask for another.",
    ),
    "enrol.code_expired": Words(
        "Ce code d'inscription n'est plus valable. Demandez-en un autre.",
        "This enrolment code has expired. Ask for another.",
    ),
    "enrol.throttled": Words(
        "Trop d'essais. Attendez un peu avant de recommencer.", "Too many tries. Wait a while before trying again."
    ),
    "timezone.unknown": Words(
        "Ce poste ne connaît pas le fuseau horaire du service ({zone}). Prévenez le support.",
        "This computer does not know the service's time zone ({zone}). Tell support.",
    ),
    "enrol.other_agent": Words(
        "Ce code d'inscription est celui d'un autre agent : un espace de travail n'appartient qu'à un seul.",
        "This enrolment code is another agent's: a workspace belongs to one only.",
    ),
    "enrol.other_office": Words(
        "Cet espace de travail est celui d'une autre antenne que celle où vous travaillez selon le service central. "
        "Votre responsable peut vous y affecter de nouveau : le même code servira. Sinon, ouvrez un autre espace avec "
        "ce code.",
        "This workspace is of another office than the one where you work according to the central service. Your "
        "supervisor can put you there again: the same code will do. Else open another workspace with this code.",
    ),
    "enrol.key_known": Words(
        "Cet espace de travail a déjà été inscrit, puis révoqué : il ne peut plus l'être. Ouvrez un autre espace avec "
        "un nouveau code. Ce qui attend ici reste enregistré : voyez votre responsable.",
        "This workspace was enrolled before, then revoked: it cannot be enrolled again. Open another workspace with a "
        "new code. What waits here stays saved: see your supervisor.",
    ),
    "server.url": Words(
        "Ce n'est pas l'adresse d'un service : donnez-la comme https://dossiers.exemple.fr, sans nom ni question ; "
        "elle est donnée avec le code d'inscription.",
        "This is no service's address: give it as https://dossiers.exemple.fr, without a name or a query; it comes "
        "with the enrolment code.",
    ),
    "server.insecure_url": Words(
        "L'adresse du service doit commencer par https:// (http:// ne va que pour ce poste lui-même, 127.0.0.1).",
        "The service's address must begin with https:// (http:// is for this very computer only, 127.0.0.1).",
    ),
    "agent.broken": Words(
        "L'échange s'est arrêté sur un défaut du programme : relancez-le.",
        "The exchange ended on a fault of the program: start it again.",
    ),
    "network.cut": Words(
        "La réponse du service central est arrivée incomplète.",
        "The central service's answer arrived incomplete.",
    ),
    "network.busy": Words(
        "Le service central est occupé ; nouvel essai plus tard.",
        "The central service is busy; it will be tried again.",
    ),
    "network.service_failed": Words("Le service central a rencontré une erreur.", "The central service met an error."),
    "auth.device_revoked": Words(
        "Ce poste a été révoqué. Voyez votre responsable.",
        "This device was revoked. See your supervisor.",
    ),
    "right.mandate_ended": Words(
        "Votre mandat est terminé : ce qui attendait ici est remis et attend un responsable, rien n'est perdu.",
        "Your mandate has ended: what waited here is handed over and parked for a supervisor, nothing is lost.",
    ),
    "right.office_changed": Words(
        "Vous travaillez maintenant dans une autre antenne : ce qui attendait ici est remis et attend un "
        "responsable. Ouvrez un espace pour la nouvelle antenne avec son code d'inscription.",
        "You work in another office now: what waited here is handed over and parked for a supervisor. Open a workspace "
        "for the new office with its enrolment code.",
    ),
    "auth.device_unknown": Words(
        "Le service central ne connaît pas ce poste. Voyez votre responsable.",
        "The central service does not know this device. See your supervisor.",
    ),
    "sync.receipt_invalid": Words(
        "L'accusé reçu n'est pas celui du service central ({reason}) : rien n'est marqué reçu.",
        "The receipt is not the central service's ({reason}): nothing is marked as received.",
    ),
    "sync.page_invalid": Words(
        "Des données reçues ne sont pas intactes ({reason}) : elles n'ont pas été prises.",
        "Received data is not intact ({reason}): it was not taken.",
    ),
    "log.inconsistent": Words(
        "Le service a montré deux journaux qui se contredisent : ce qu'il avait accusé a été modifié, retiré, ou "
        "montré autrement à d'autres. La preuve est gardée sur ce poste (main.py agent log). Votre travail reste "
        "enregistré et continue d'être envoyé ; rien n'a été effacé. Prévenez votre responsable et le délégué à la "
        "protection des données.",
        "The service has shown two logs that contradict each other: what it gave receipts for was altered, removed, or "
        "shown differently to others. The proof is kept on this computer (main.py agent log). Your work is saved and "
        "still goes out; nothing was deleted. Tell your supervisor and the data protection officer.",
    ),
    "log.missing": Words(
        "Un envoi accusé par le service manque dans son journal. La preuve est gardée sur ce poste (main.py agent "
        "log). Votre travail reste enregistré et continue d'être envoyé ; rien n'a été effacé. Prévenez votre "
        "responsable.",
        "Something that the service gave a receipt for is missing from its log. The proof is kept on this computer "
        "(main.py agent log). Your work is saved and still goes out; nothing was deleted. Tell your supervisor.",
    ),
    "sync.bundle_invalid": Words(
        "La démarche {procedure} reçue n'est pas intacte : elle n'a pas été prise.",
        "The received procedure {procedure} is not intact: it was not taken.",
    ),
    "sync.history_invalid": Words(
        "L'historique reçu ne correspond pas à ce que ce poste détient ({reason}) : il n'a pas été pris.",
        "The history received does not fit what this computer holds ({reason}): it was not taken.",
    ),
    "sync.audit_invalid": Words(
        "La comparaison avec le service central n'a pas abouti ({reason}) : rien n'a été changé.",
        "The comparison with the central service failed ({reason}): nothing was changed.",
    ),
    "protocol.unsupported": Words(
        "Ce programme et le service central n'ont pas de langage commun : l'un des deux doit être mis à jour. "
        "Continuez à travailler, l'envoi reprendra après la mise à jour.",
        "This program and the central service do not speak the same protocol: one of the two must be updated. "
        "Go on working, sending resumes after the update.",
    ),
    "record.unknown": Words(
        "Cette fiche n'est pas sur ce poste, ou n'est pas de votre antenne.",
        "This record is not on this computer, or is not your office's.",
    ),
    # what audits found
    "audit.replaced": Words(
        "Cette fiche avait été altérée sur ce poste ; elle a été reprise du service central. Votre saisie en attente "
        "n'a pas été touchée.",
        "This record had been altered on this computer; it was taken again from the central service. Your work that "
        "waits was not touched.",
    ),
    "audit.brought": Words(
        "Cette fiche manquait sur ce poste ; elle a été reprise du service central.",
        "This record was missing on this computer; it was taken again from the central service.",
    ),
    "audit.not_there": Words(
        "Cette fiche est sur ce poste et le service central ne la connaît pas : elle est gardée. Prévenez votre "
        "responsable.",
        "This record is on this computer and the central service does not know it: it is kept. Tell your supervisor.",
    ),
    "audit.service_mended": Words(
        "La copie du service central était altérée et il l'a rétablie ; celle de ce poste était juste.",
        "The central service's copy was altered and it mended it; the one on this computer was right.",
    ),
    "audit.list_mended": Words(
        "Une liste montrait autre chose que la fiche ; elle a été refaite.",
        "A list showed something else than the record; it was made anew.",
    ),
    "audit.made_again": Words(
        "Cette fiche n'était plus lisible sur ce poste ; elle a été refaite à partir de ses événements.",
        "This record could not be read any more on this computer; it was made again from its events.",
    ),
    "sync.paused": Words("La synchronisation est en pause.", "Synchronisation is paused."),
    # cases
    "case.unknown": Words(
        "Ce dossier n'est pas sur ce poste : `cases` montre ceux qui y sont ; s'il vient d'un autre poste, "
        "synchronisez d'abord (sync).",
        "This case is not on this device: `cases` lists those that are; if it comes from another computer, synchronise "
        "first (sync).",
    ),
    "citizen.unknown": Words(
        "Cet usager n'est pas sur ce poste : `citizens --search NOM` donne les identités de ceux qui y sont ; s'il "
        "vient d'un autre poste, synchronisez d'abord (sync).",
        "This citizen is not on this device: `citizens --search NAME` gives the identities of those that are; if it "
        "comes from another computer, synchronise first (sync).",
    ),
    "citizen.unknown_field": Words(
        "Un usager n'a pas de champ {field}. Ses champs : {known}.",
        "A citizen has no field {field}. The fields: {known}.",
    ),
    "citizen.birth_date": Words(
        "La date de naissance s'écrit comme 1950-04-03.", "The date of birth is written as 1950-04-03."
    ),
    "citizen.name_missing": Words("Le nom de l'usager manque.", "The citizen's name is missing."),
    "field.unknown": Words("Il n'y a pas de champ nommé {field}.", "There is no field named {field}."),
    "procedure.unknown": Words(
        "La démarche {procedure} n'est pas sur ce poste : `procedures` montre celles qui y sont ; une nouvelle arrive "
        "avec la synchronisation (sync).",
        "The procedure {procedure} is not on this device: `procedures` lists those that are; a new one comes with the "
        "synchronisation (sync).",
    ),
    "case.not_editable": Words(
        "Dans l'état « {state} », les réponses du dossier ne se modifient plus.",
        "In the state “{state}” the case's answers can no longer be changed.",
    ),
    "answer.not_asked": Words(
        "Cette question n'est pas posée pour le moment ({field}). La réponse est enregistrée sur ce poste ; elle "
        "comptera quand le formulaire posera la question.",
        "This question is not asked for now ({field}). The answer is saved on this computer; it counts once the form "
        "asks for it.",
    ),
    "version.unknown": Words(
        "Aucune version « {version} » où ce dossier pourrait passer n'est sur ce poste ; il y a : {known}.",
        "No version “{version}” that this case could move to is on this computer; there are: {known}.",
    ),
    "version.same": Words(
        "Ce dossier est déjà sur cette version du formulaire.",
        "This case is on this version of the form already.",
    ),
    "version.changed": Words(
        "Le dossier a changé entre-temps ; rien n'a été déplacé. Regardez de nouveau ce que donnerait le changement.",
        "The case changed meanwhile; nothing was moved. Look again at what the change would do.",
    ),
    "submit.already": Words(
        "Ce dossier est déjà transmis ; son code de suivi est {tracking_code}.",
        "This case is already handed in; its tracking code is {tracking_code}.",
    ),
    "submit.incomplete": Words(
        "Le formulaire n'est pas complet : {issues} question(s) à revoir.",
        "The form is not complete: {issues} question(s) to look at.",
    ),
    "receipt.not_submitted": Words(
        "Ce dossier n'a pas encore été transmis : son récépissé vient avec la transmission (submit).",
        "This case was not handed in yet: its receipt comes with the hand-in (submit).",
    ),
    "receipt.not_written": Words(
        "Le récépissé n'a pas pu être écrit dans {file} ({reason}) ; le dossier, lui, est bien transmis. Recommencez "
        "avec un autre endroit : receipt DOSSIER FICHIER.",
        "The receipt could not be written to {file} ({reason}); the case itself is handed in. Try again with another "
        "place: receipt CASE FILE.",
    ),
    "receipt.no_folder": Words(
        "Le dossier {place} n'existe pas : le récépissé n'y a pas été écrit ; ce qui est transmis le reste. Faites ce "
        "dossier, ou donnez un autre endroit : receipt DOSSIER FICHIER.",
        "There is no folder {place}: the receipt was not written there; what is handed in stays so. Make that folder, "
        "or name another place: receipt CASE FILE.",
    ),
    "file.unwritable": Words(
        "Le fichier {file} n'a pas pu être écrit ({reason}). Choisissez un autre endroit.",
        "The file {file} could not be written ({reason}). Choose another place.",
    ),
    "print.not_a_pdf": Words(
        "{file} existe déjà et n'est pas un PDF : il est laissé tel quel. Choisissez un autre nom.",
        "{file} is there already and is no PDF: it is left as it is. Choose another name.",
    ),
    "form.unknown_zone": Words(
        "Ce poste ne connaît pas de fuseau horaire « {zone} » ; écrivez par exemple Europe/Paris.",
        "This computer knows no time zone “{zone}”; write Europe/Paris, for example.",
    ),
    "print.too_long": Words(
        "Ce formulaire ferait environ {pages} pages ; {most} au plus s'impriment en une fois. Rien n'est perdu : "
        "toutes les réponses restent lisibles à l'écran. Demandez à son auteur de le couper en plusieurs formulaires, "
        "avec moins de lignes chacun.",
        "This form would take about {pages} pages; at most {most} are printed in one go. Nothing is lost: all answers "
        "can still be read on the screen. Ask its author to divide it into several forms with fewer rows each.",
    ),
    "print.unknown_language": Words(
        "Le formulaire n'a pas de langue « {language} » ; il a : {languages}.",
        "The form has no language “{language}”; it has: {languages}.",
    ),
    "note.empty": Words("La note est vide.", "The note is empty."),
    "workflow.not_allowed": Words(
        "Un agent ne peut pas faire passer un dossier de « {before} » à « {after} ».",
        "An agent cannot move a case from “{before}” to “{after}”.",
    ),
    "form.unreadable": Words("Le fichier {file} ne se lit pas ({cause}).", "The file {file} cannot be read ({cause})."),
    "form.bad_time": Words(
        "--now attend un moment comme 2026-11-23T10:00:00+01:00, pas « {text} ».",
        "--now takes a moment such as 2026-11-23T10:00:00+01:00, not “{text}”.",
    ),
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
    4: Words("Le réseau ne le permet pas ({code}).", "The network does not allow it ({code})."),
    5: Words("Le service central a refusé ({code}).", "The central service refused ({code})."),
}

_EXITS_OF_SERVICE = frozenset({4, 5})


def words_for(code: str, exit_code: int, details: Mapping[str, object]) -> Words:
    """Return the message for a code; a general one, with the code in it, for a code without words of its own.

    After a first enrolment the detail ``enrolment`` says what is left of it (``undone``, ``kept``, ``open``); a detail
    ``folder`` asks for the words about that folder.
    """
    words = (_KNOWN.get(f"{code}.in_folder") if "folder" in details else None) or _KNOWN.get(code)
    words = words or _OTHERWISE[exit_code]
    after = _ENROLMENT.get(str(details.get("enrolment", "")))
    if after is None and (code.startswith(_SAFE_AFTER) or (code not in _KNOWN and exit_code in _EXITS_OF_SERVICE)):
        after = _SAFE
    french, english = _Named(code=code), _Named(code=code)
    for name, value in details.items():
        state = STATES.get(str(value)) if name in _STATE_DETAILS else None
        french[name], english[name] = state or (str(value), str(value))
    ends = after or Words("", "")
    return Words(words.fr.format_map(french) + ends.fr, words.en.format_map(english) + ends.en)


class _Named(dict[str, str]):
    """Details by name; a detail that is not there shows as dots and never as a failure of its own."""

    def __missing__(self, name: str) -> str:
        return "…"
