"""The command line's words for parked acts, contested fields and links, French first."""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]
"""French, English."""

_NOT_APPLIED_FR, _NOT_APPLIED_EN = " L'acte est gardé et attend une décision.", " The act is kept and waits."


def _waits(french: str, english: str) -> Pair:
    return french + _NOT_APPLIED_FR, english + _NOT_APPLIED_EN


_NOTHING = (
    "Il n'y a rien (ou plus rien) à départager dans le champ {field}.",
    "There is nothing (any more) to settle in the field {field}.",
)
_OPEN_NO_MORE = (
    "Quelqu'un a déjà décidé pour cet acte : il n'attend plus.",
    "Somebody has decided about this act already: it waits no more.",
)
_CANNOT_READ = _waits("Le service central n'a pas pu lire cet acte.", "The central service could not read this act.")
_DAMAGED = (
    "Cet acte a été abîmé sur le disque : il n'est jamais envoyé. Refaites-le et prévenez le support.",
    "This act was damaged on the disk: it is never sent. Do it again and tell support.",
)
_NO_DECISION = (
    "Aucun responsable n'a encore décidé de ce dossier : dites ce que dit le papier (--decision accepted, refused ou "
    "closed_without_effect), il sera inscrit comme remis et en attente de la décision ; ou attendez celle-ci, puis "
    "synchronisez (sync).",
    "No supervisor has decided this case yet: say what the paper says (--decision accepted, refused or "
    "closed_without_effect), and it is written down as handed over and awaiting the decision; or wait for that and "
    "synchronise (sync).",
)

WORDS: Mapping[str, Pair] = {
    "settle.not_contested": (
        "Le champ {field} n'a pas deux valeurs à départager (`contested` montre ceux qui en ont) : rien n'a été écrit. "
        "Pour le corriger : answer ou citizen-edit ; si le dossier est transmis, laissez une note (note) ou demandez à "
        "votre responsable de vous le rendre à compléter. Un choix déjà fait se reprend avec unsettle.",
        "The field {field} has no two values to settle (`contested` lists those that have): nothing was written. To "
        "correct it: answer or citizen-edit; once the case is handed in, leave a remark (note) or ask your supervisor "
        "to give it back to be completed. A choice made before is taken back with unsettle.",
    ),
    "settle.nothing": _NOTHING,
    "settle.clear": _NOTHING,
    "settle.no_such_value": (
        "Le champ {field} n'a que {values} valeurs : donnez --keep de 1 à {values}.",
        "The field {field} has only {values} values: give --keep from 1 to {values}.",
    ),
    "settle.supervisor": (
        "Le champ {field} est à départager par votre responsable : le dossier est décidé, ou ce champ dit quel dossier "
        "ou quelle décision c'est.",
        "The field {field} is your supervisor's to settle: the case is decided, or this field says which case or which "
        "decision it is.",
    ),
    "settle.choose": (
        "Le dossier est transmis : pour le champ {field}, choisissez l'une des valeurs (--keep N).",
        "The case is handed in: for the field {field}, choose one of the values (--keep N).",
    ),
    "settle.not_settled": (
        "Personne n'a départagé le champ {field}, ou il a été modifié depuis.",
        "Nobody has settled the field {field}, or it was changed since.",
    ),
    "settle.not_yours": (
        "Le dossier est transmis : votre responsable peut choisir de nouveau pour le champ {field}.",
        "The case is handed in: your supervisor can choose anew for the field {field}.",
    ),
    "settle.unknown_event": _waits(
        "L'acte départage une valeur que le service central n'avait pas encore reçue.",
        "It settles a value that the central service had not received yet.",
    ),
    "resolve.supervisor": (
        "Vous n'aviez plus ce droit quand cet acte est arrivé : seul votre responsable peut le reprendre. Parlez-lui, "
        "ou retirez-le (withdraw).",
        "You had no right any more when this act arrived: only your supervisor can take it on. Speak to them, or "
        "withdraw it (withdraw).",
    ),
    "resolve.closed": (
        "Le service central met de côté tout ce qui vient de ce poste, votre mandat étant terminé ou votre antenne "
        "changée : ceci attendrait aussi. Votre responsable décide de cet acte ; il peut aussi renouveler le mandat.",
        "The central service parks all that comes from this computer, as your mandate has ended or your office has "
        "changed: this would wait too. Your supervisor decides about this act, and can renew the mandate as well.",
    ),
    "resolve.unknown": (
        "Aucun acte de ce nom n'attend sur ce poste ; `parked` les montre.",
        "No act of this name waits on this computer; `parked` lists them.",
    ),
    "resolve.other_record": (
        "Cet acte porte sur un autre dossier.",
        "This act is about another record.",
    ),
    "event.repeated": (
        "Le service central a déjà cet acte, venu d'une copie de ce poste : il compte une fois, rien n'est à faire.",
        "The central service holds this act already, from a copy of this computer: it counts once, nothing is to be "
        "done.",
    ),
    "resolve.not_open": _OPEN_NO_MORE,
    "resolve.settled": _OPEN_NO_MORE,
    "resolve.refused_again": (
        "Le dossier est encore dans un état où cet acte serait refusé de nouveau [{reason}] : parlez à votre "
        "responsable, ou retirez-le (withdraw).",
        "The case still is in a state in which this act would be refused again [{reason}]: speak to your supervisor, "
        "or withdraw it (withdraw).",
    ),
    "resolve.damaged": (
        "Un acte abîmé ne peut être ni repris ni renvoyé : refaites-le.",
        "A damaged act can neither be taken on nor sent again: do it again.",
    ),
    "resolve.altered": (
        "Ce qui a été repris n'est pas ce qui attend ; renvoyez-le corrigé (resend).",
        "What was taken on is not what waits; correct and send it again (resend).",
    ),
    "resolve.reason_required": ("Il faut une raison (--reason).", "A reason is needed (--reason)."),
    "resolve.field": (
        "Cet acte ne remplit pas le champ « {field} », ou il n'en resterait rien : `parked` montre ce qu'il remplit "
        "(texts) ; pour y renoncer tout entier, withdraw.",
        "This act does not set the field “{field}”, or nothing of it would be left: `parked` shows what it sets "
        "(texts); to give it up whole, withdraw.",
    ),
    "link.self": ("Une fiche ne se lie pas à elle-même.", "A record is not linked to itself."),
    "link.circle": ("L'autre fiche mène déjà à celle-ci.", "The other record leads to this one already."),
    "link.unknown": (
        "La fiche à lier n'est pas sur ce poste, ou n'est pas du même genre : `citizens` et `cases` en donnent les "
        "identités.",
        "The record to link to is not on this computer, or not of the same kind: `citizens` and `cases` give their "
        "identities.",
    ),
    "record.not_here": (
        "Ce dossier ou cet usager n'est pas sur ce poste : `cases` et `citizens` montrent ce qui y est ; synchronisez "
        "d'abord (sync) si cela vient d'un autre poste.",
        "This case or citizen is not on this computer: `cases` and `citizens` list what is; synchronise first (sync) "
        "if it comes from another computer.",
    ),
    "notify.nothing": _NO_DECISION,
    "paper.awaits_decision": (
        "Inscrit comme remis sur papier ; le dossier, lui, attend encore la décision d'un responsable.",
        "Written down as handed over on paper; the case itself still awaits a supervisor's decision.",
    ),
    "notify.decision": (
        "Ce n'est pas une décision : --decision accepted, refused ou closed_without_effect.",
        "This is no decision: --decision accepted, refused or closed_without_effect.",
    ),
    "notify.already": (
        "Cette remise est déjà inscrite au dossier ({state}, le {on}) : rien n'a été ajouté. Une autre remise porte un "
        "autre jour ou une autre manière.",
        "This paper stands in the case already ({state}, on {on}): nothing was added. Another one has another day or "
        "another way of being handed over.",
    ),
    "notify.date": (
        "Ce jour est encore à venir : donnez celui de la remise, aujourd'hui au plus tard.",
        "This day is still to come: give that of the handing over, today at the latest.",
    ),
    "workflow.paper_too_early": (
        "Ce jour est avant la transmission du dossier ou avant la décision : au plus tôt le {earliest}. Rien n'en est "
        "inscrit au dossier ; vérifiez la date du papier, et l'horloge du poste.",
        "This day is before the case was handed in or before the decision: {earliest} at the earliest. Nothing of it "
        "stands in the case; check the paper's date, and this computer's clock.",
    ),
    "workflow.not_handed_in": (
        "Le dossier est encore un brouillon : il n'y a rien à décider avant de le transmettre (submit). Si un autre "
        "poste l'a transmis, synchronisez d'abord (sync).",
        "The case still is a draft: there is nothing to decide before it is handed in (submit). If another computer "
        "handed it in, synchronise first (sync).",
    ),
    "notify.how_required": (
        "Dites comment le papier a été remis, en quelques mots : « remis en main propre ».",
        "Say how the paper was handed over, in a few words: “handed over in person”.",
    ),
    "propose.decision": (
        "Cette décision ne se propose pas : donnez accepted, refused ou closed_without_effect (--none retire la "
        "proposition).",
        "This decision cannot be proposed: give accepted, refused or closed_without_effect (--none takes the proposal "
        "back).",
    ),
    "propose.decided": (
        "Le dossier est déjà décidé (« {state} ») : plus rien à proposer. Une remarque va dans une note (note).",
        "The case is decided already (“{state}”): nothing is left to propose. A remark goes in a note (note).",
    ),
    "propose.reasons_required": (
        "Il faut des motifs, que le responsable lira (--reasons).",
        "Reasons are needed, which the supervisor reads (--reasons).",
    ),
    "workflow.not_editable": _waits(
        "Le dossier était déjà transmis quand ceci a été écrit.",
        "The case was handed in already when this was written.",
    ),
    "workflow.not_seen": _waits(
        "Le dossier avait avancé ailleurs, et ceci a été écrit sans le savoir.",
        "The case had moved on elsewhere, and this was written without knowing it.",
    ),
    "workflow.unexpected_state": _waits(
        "Le dossier n'était pas dans l'état d'où part cette étape.",
        "The case was not in the state that this step begins from.",
    ),
    "workflow.contested": _waits(
        "Un champ du dossier a deux valeurs à départager d'abord.",
        "A field of the case has two values to be settled first.",
    ),
    "workflow.malformed": _CANNOT_READ,
    "right.protected_field": _waits(
        "L'acte modifie ce qui ne peut plus l'être ici ({field}).",
        "It changes what can no longer be changed here ({field}).",
    ),
    "right.role": _waits("Seul un autre rôle peut faire cela.", "Only another role may do this."),
    "right.foreign_record": _waits(
        "Le dossier ou l'usager relève maintenant d'une autre antenne.",
        "The case or citizen belongs to another office now.",
    ),
    "right.mandate_ended": _waits(
        "L'acte est arrivé alors que votre mandat était terminé : seul votre responsable peut le reprendre.",
        "It arrived when your mandate had ended: only your supervisor can take it on.",
    ),
    "right.office_changed": _waits(
        "L'acte est arrivé alors que vous travailliez dans une autre antenne : seul votre responsable peut le "
        "reprendre.",
        "It arrived when you worked in another office: only your supervisor can take it on.",
    ),
    "right.foreign_office": _waits(
        "L'acte désigne une autre antenne que la vôtre.", "It names another office than yours."
    ),
    "event.too_large": _waits("L'acte est trop long ({limit} octets).", "It is too long ({limit} bytes)."),
    "event.unknown_procedure": _waits(
        "Le service central ne connaît pas cette version de la démarche.",
        "The central service does not know this version of the procedure.",
    ),
    "event.tracking_code": _waits(
        "Son code de suivi n'est pas de cet organisme.", "Its tracking code is not one of this organisation."
    ),
    "event.time": _waits(
        "L'acte porte une date impossible : réglez l'horloge du poste.",
        "It carries an impossible date: set this computer's clock.",
    ),
    "event.base": _CANNOT_READ,
    "event.malformed": _CANNOT_READ,
    "event.unexpected": _waits(
        "Le service central a rencontré un défaut imprévu avec cet acte.",
        "The central service met an unexpected fault with it.",
    ),
    "store.damaged_body": _DAMAGED,
    "store.damaged_chain": _DAMAGED,
    "sync.unreadable_body": _DAMAGED,
    "store.lost_at_central": (
        "Le service central a été restauré d'une copie où manque cet acte d'un collègue ; son poste le renverra.",
        "The central service was restored from a copy that lacks this act of a colleague; their computer sends it.",
    ),
}
