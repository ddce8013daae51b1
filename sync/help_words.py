"""The French of what ``--help`` says, by its English: argparse keeps one text, and a reader is shown both."""

from __future__ import annotations

from collections.abc import Mapping

from cases.views import CITIZEN_FIELDS

_CITIZEN = ", ".join(CITIZEN_FIELDS)

AGENT: Mapping[str, str] = {
    "The client without a window. The passphrase is the first line of standard input.": (
        "Le client sans fenêtre. La phrase secrète est la première ligne de l'entrée standard."
    ),
    "the workspace's folder (required)": "le dossier de l'espace de travail (obligatoire)",
    "keep the device secret in a file instead of the keyring, in this folder (default: %(const)s); write a folder that "
    "is called as a command is ./NAME": (
        "garder le secret du poste dans un fichier au lieu du trousseau, dans ce dossier (sinon : %(const)s) ; un "
        "dossier qui porte le nom d'une commande s'écrit ./NOM"
    ),
    "language of the forms": "langue des formulaires",
    "enrol this device with a one-time code": "inscrire ce poste avec un code à usage unique",
    "check the passphrase, show who this workspace acts for": (
        "vérifier la phrase secrète, montrer pour qui agit cet espace de travail"
    ),
    "list or search citizens": "lister ou chercher des usagers",
    "record a citizen: FIELD=VALUE…": "enregistrer un usager : CHAMP=VALEUR…",
    "correct what is known of a citizen: CITIZEN FIELD=VALUE…": (
        "corriger ce que l'on sait d'un usager : USAGER CHAMP=VALEUR…"
    ),
    "list cases, newest activity first": "lister les dossiers, les derniers touchés d'abord",
    "list the procedures on this device": "lister les démarches de ce poste",
    "open a case: PROCEDURE --citizen ID": "ouvrir un dossier : DÉMARCHE --citizen ID",
    "answer a question (an empty VALUE clears it)": "répondre à une question (une VALEUR vide l'efface)",
    "say what another version of its form makes of a draft, or move it there": (
        "dire ce qu'une autre version de son formulaire fait d'un brouillon, ou l'y faire passer"
    ),
    "which version; default: the newest on this device": "quelle version ; sinon : la plus récente de ce poste",
    "move the case there, and do not only say what it would do": (
        "y faire passer le dossier, et pas seulement dire ce que cela donnerait"
    ),
    "list what a question offers to choose from": "lister les choix d'une question",
    "add a row to a repeat": "ajouter une ligne à une liste",
    "remove a row: /repeat[row]": "enlever une ligne : /liste[ligne]",
    "hand a case in": "transmettre un dossier",
    "write the receipt of a case handed in": "écrire le récépissé d'un dossier transmis",
    "write a case's form (PDF), filled or blank": "écrire le formulaire d'un dossier (PDF), rempli ou vierge",
    "add a remark to a case": "ajouter une note à un dossier",
    "move a case to another state": "faire passer un dossier à un autre état",
    "show a case: answers, form, history": "montrer un dossier : réponses, formulaire, historique",
    "list the fields that two people wrote differently": "lister les champs que deux personnes ont remplis autrement",
    "settle one: RECORD FIELD VALUE, or --keep N": "en départager un : FICHE CHAMP VALEUR, ou --keep N",
    "take a settlement back: the values wait again": "revenir sur un choix : les valeurs attendent de nouveau",
    "list the acts that wait for a decision, with the reason": "lister les actes en attente, avec la raison",
    "take a waiting act on as it is: EVENT --reason": "reprendre tel quel un acte en attente : ACTE --reason",
    "correct a waiting act and send it again: EVENT FIELD=VALUE…": (
        "corriger un acte en attente et le renvoyer : ACTE CHAMP=VALEUR…"
    ),
    "give a waiting act up: EVENT --reason": "retirer un acte en attente : ACTE --reason",
    "say that two records are the same: RECORD --same-as ID": (
        "dire que deux fiches n'en font qu'une : FICHE --same-as ID"
    ),
    "propose a decision to the supervisor: CASE DECISION --reasons": (
        "proposer une décision au responsable : DOSSIER DÉCISION --reasons"
    ),
    "write down a decision handed over on paper: CASE DAY HOW": (
        "inscrire une décision remise sur papier : DOSSIER JOUR MANIÈRE"
    ),
    "bring a record's whole history, check every event and show it": (
        "apporter tout l'historique d'une fiche, en vérifier chaque acte et le montrer"
    ),
    "make one round with the central service": "faire un échange avec le service central",
    "list what audits found and mended": "lister ce que les comparaisons ont trouvé et réparé",
    "show where this workspace stands": "montrer où en est cet espace de travail",
    "show what is known of the service's log of receipts": "montrer ce que l'on sait du journal des accusés du service",
    "read such commands from standard input, one a line": "lire ces commandes sur l'entrée standard, une par ligne",
    "address of the central service": "adresse du service central",
    "the enrolment code that a supervisor made; it works once": (
        "le code d'inscription fait par un responsable ; il sert une fois"
    ),
    "how people call this computer (%(default)s)": "le nom que l'on donne à ce poste (%(default)s)",
    "name, birth date, commune…; typing errors are forgiven": (
        "nom, date de naissance, commune… ; les fautes de frappe sont admises"
    ),
    "at most so many (%(default)s)": "tant au plus (%(default)s)",
    f"fields: {_CITIZEN}; birth_date as 2024-03-31": f"champs : {_CITIZEN} ; birth_date comme 2024-03-31",
    "identity, as `citizens` lists it": "identité, comme `citizens` la donne",
    f"only what changes; FIELD= clears it. Fields: {_CITIZEN}; birth_date as 2024-03-31": (
        "seulement ce qui change ; CHAMP= l'efface ; mêmes champs que citizen-new"
    ),
    "only cases in this state": "seulement les dossiers dans cet état",
    "identity of the procedure, as `procedures` lists it": "identité de la démarche, comme `procedures` la donne",
    "the case: its identity, or its tracking code": "le dossier : son identité ou son code de suivi",
    "the question: /group/question, in a row /repeat[row]/question": (
        "la question : /groupe/question, dans une ligne /liste[ligne]/question"
    ),
    "what is stored: text, 42, 12.5, 2024-03-31, names of choices; empty clears": (
        "ce qui est gardé : texte, 42, 12.5, 2024-03-31, noms des choix ; vide efface"
    ),
    "only choices whose label contains this": "seulement les choix dont le libellé contient ceci",
    "the list to which a row is added: /repeat": "la liste à laquelle une ligne s'ajoute : /liste",
    "the row: /repeat[row]": "la ligne : /liste[ligne]",
    "write the receipt (PDF) there too": "y écrire aussi le récépissé (PDF)",
    "where the receipt (PDF) is written": "où le récépissé (PDF) est écrit",
    "where the form (PDF) is written": "où le formulaire (PDF) est écrit",
    "without answers, to be filled by hand": "sans réponses, à remplir à la main",
    "the remark": "la note",
    "the state to move to": "l'état voulu",
    "to whoever has the case next": "à qui aura le dossier ensuite",
    "why, for a decision": "les motifs d'une décision",
    "the case (identity or tracking code) or citizen (identity)": (
        "le dossier (identité ou code de suivi) ou l'usager (identité)"
    ),
    "the field as `contested` names it: /group/question, phone…": (
        "le champ comme `contested` le nomme : /groupe/question, phone…"
    ),
    "the value that is right, as it is stored; empty clears": "la bonne valeur, comme elle est gardée ; vide efface",
    "keep the Nth value that `contested` lists (1, 2…)": "garder la Nième valeur que `contested` donne (1, 2…)",
    "why, for whoever reads the history": "pourquoi, pour qui lira l'historique",
    "the act as `parked` names it: device.incarnation.number": (
        "l'acte comme `parked` le nomme : poste.incarnation.numéro"
    ),
    "fields of the act with another value": "champs de l'acte avec une autre valeur",
    "leave this field out": "laisser ce champ de côté",
    "the record that is to stay": "la fiche qui reste",
    "it stands for itself again": "elle vaut de nouveau pour elle-même",
    "accepted, refused or closed_without_effect": (
        "accepted (accepté), refused (refusé) ou closed_without_effect (sans suite)"
    ),
    "why: the supervisor reads it": "pourquoi : le responsable le lit",
    "take the proposal back": "retirer la proposition",
    "the day on which it was handed over: 2026-11-23": "le jour de la remise : 2026-11-23",
    "how it was handed over, in a few words": "comment il a été remis, en quelques mots",
    "what the paper says, while no supervisor has decided": (
        "ce que dit le papier, tant qu'aucun responsable n'a décidé"
    ),
    "compare what both ends hold now, not only when it is due": (
        "comparer maintenant ce que gardent les deux bouts, sans attendre l'échéance"
    ),
    "a person has seen the alarm; its proof is kept": "une personne a vu l'alarme ; sa preuve est gardée",
    "hold the service to lines that serve root wrote": "tenir le service aux lignes que serve root a écrites",
}

CLIENT: Mapping[str, str] = {
    "show this help message and exit": "montrer cette aide",
    "How this computer reaches the service, for those who set it up; and the proxy's password. Answers are JSON, one "
    "line each; no line ever holds a password.": (
        "Par où ce poste joint le service, pour qui l'installe ; et le mot de passe du mandataire. Les réponses sont "
        "en JSON, une ligne chacune ; aucune ne contient de mot de passe."
    ),
    "ask a service for its health, by the way that the program would take": (
        "demander à un service comment il va, par le chemin que prendrait le programme"
    ),
    "keep a proxy's password in the keyring; it is read unseen": (
        "garder le mot de passe d'un mandataire dans le trousseau ; il est lu sans être montré"
    ),
    "the service's address": "l'adresse du service",
    "the service's address: says which proxy it is": "l'adresse du service : dit de quel mandataire il s'agit",
    "who to sign in as; default: as the policy says": "sous quel nom ; sinon celui du fichier de règles",
    "forget it instead": "l'oublier au contraire",
    "write what waits on this computer, sealed, to a file": (
        "écrire dans un fichier, scellé, ce qui attend sur ce poste"
    ),
    "take in the file of answers that came back": "prendre le fichier d'accusés revenu",
    "a file; in a folder, a name is chosen": "un fichier ; dans un dossier, un nom est choisi",
    "a workspace's folder; those beside it are of the same computer (%(default)s)": (
        "le dossier d'un espace de travail ; ceux d'à côté sont du même poste (%(default)s)"
    ),
    "what the import wrote, FILE.accuses": "ce que l'import a écrit, FICHIER.accuses",
    "Try a form out in a window of its own, fill it by a script and print every state, or say what its author should"
    " know. Nothing is stored or sent.": (
        "Essayer un formulaire dans une fenêtre à part, le remplir par un script en montrant chaque état, ou dire ce"
        " que son auteur doit savoir. Rien n'est gardé ni envoyé."
    ),
    "one of the form's languages, by its name or its code": "une langue du formulaire, par son nom ou son code",
    "of the window: fr or en; with --print: one of the form's languages, by its name or its code": (
        "de la fenêtre : fr ou en ; avec --print : une des langues du formulaire, par son nom ou son code"
    ),
    "an XLSForm workbook or an XForm document": "un classeur XLSForm ou un document XForm",
    "run a script of steps; one JSON line a state": "jouer un script d'étapes ; une ligne JSON par état",
    "write the form as PDF": "écrire le formulaire en PDF",
    "with --print: filled by these steps; otherwise blank": "avec --print : rempli par ces étapes ; sinon vierge",
    "say what the form's author should know": "dire ce que l'auteur du formulaire doit savoir",
    "what the clock says, as 2026-11-23T10:00:00+01:00; default: now": (
        "l'heure qu'il est, comme 2026-11-23T10:00:00+01:00 ; sinon maintenant"
    ),
    "as Europe/Paris; default: this computer's": "comme Europe/Paris ; sinon celui de ce poste",
    "of all randomness; default: 0": "de tout hasard ; sinon 0",
    "with --check: the report for machines": "avec --check : le rapport pour les machines",
}

SERVICE: Mapping[str, str] = {
    "The central service. Without --database it starts a private PostgreSQL by itself.": (
        "Le service central. Sans --database, il démarre lui-même un PostgreSQL privé."
    ),
    "data folder (%(default)s)": "dossier des données (%(default)s)",
    "an existing PostgreSQL, as its owner or as a service's role; without its password": (
        "un PostgreSQL existant, comme propriétaire ou avec le rôle d'un service ; sans son mot de passe"
    ),
    "a file that holds that URL, password too": "un fichier qui contient cette adresse, mot de passe compris",
    "PostgreSQL's bin folder for the private server": "le dossier bin de PostgreSQL pour le serveur privé",
    "PostgreSQL's bin folder": "le dossier bin de PostgreSQL",
    "address to listen on (%(default)s)": "adresse d'écoute (%(default)s)",
    "0 takes a free one (%(default)s)": "0 en prend un libre (%(default)s)",
    "where citizens and devices reach the service": "où les usagers et les postes joignent le service",
    "of the times shown (%(default)s)": "des heures montrées (%(default)s)",
    "folders of procedures to publish at the start": "dossiers de démarches à publier au démarrage",
    "how much is written to the log (%(default)s)": "ce qui est écrit au journal (%(default)s)",
    "reverse proxy whose X-Forwarded-For is believed; may be repeated (none)": (
        "mandataire inverse dont le X-Forwarded-For est cru ; peut être répété (aucun)"
    ),
    "also answer /metrics, /readyz and /healthz here (nowhere)": (
        "répondre aussi ici à /metrics, /readyz et /healthz (nulle part)"
    ),
    "whoever asks there must show what is in this file; needed for an address that others reach": (
        "qui y demande doit montrer ce que contient ce fichier ; nécessaire pour une adresse que d'autres joignent"
    ),
    "what a device may ask for, on average (%(default)g; 0: no limit)": (
        "ce qu'un poste peut demander par seconde, en moyenne (%(default)g ; 0 : sans limite)"
    ),
    "organisation, first start only": "organisation, au premier démarrage seulement",
    "first office, first start only": "première antenne, au premier démarrage seulement",
    "first supervisor, first start only": "premier responsable, au premier démarrage seulement",
    "first start only": "au premier démarrage seulement",
    "first agent, first start only": "premier agent, au premier démarrage seulement",
    "Bring the database to this version, as its owner; the service may be running.": (
        "Mettre la base à cette version, comme propriétaire ; le service peut tourner."
    ),
    "Publish a procedure, or check its form.": "Publier une démarche, ou vérifier son formulaire.",
    "publish to the service, running or not": "publier au service, qu'il tourne ou non",
    "what a bare form may take from the published procedure of the same identity, with commas": (
        "ce qu'un formulaire seul peut ôter à la démarche publiée de même identité, avec des virgules"
    ),
    "say whether the form can be shown, and if not why": "dire si le formulaire peut être montré, et sinon pourquoi",
    "a procedure's folder, or a bare XLSForm": "le dossier d'une démarche, ou un XLSForm seul",
    "Check that a case's chain of events is complete and unaltered.": (
        "Vérifier que la chaîne des actes d'un dossier est complète et intacte."
    ),
    "an export file, or a case's identity or tracking code": (
        "un fichier d'export, ou l'identité ou le code de suivi d'un dossier"
    ),
    "lines that 'serve root' wrote, against this service": "des lignes écrites par « serve root », face à ce service",
    "the service's public key in hexadecimal digits, for an export file": (
        "la clé publique du service en chiffres hexadécimaux, pour un fichier d'export"
    ),
    "also write the export to this file": "écrire aussi l'export dans ce fichier",
    "The organisation's offices; serve may run.": "Les antennes de l'organisation ; serve peut tourner.",
    "make an office": "faire une antenne",
    "add an agent to an office, with the enrolment code for the agent's PC": (
        "ajouter un agent à une antenne, avec le code d'inscription de son poste"
    ),
    "the offices and who works or worked there, each with the identity": (
        "les antennes et qui y travaille ou y a travaillé, chacun avec son identité"
    ),
    "the offices, each with its number of agents and its identity": (
        "les antennes, chacune avec le nombre de ses agents et son identité"
    ),
    "an agent works in another office from now on": "un agent travaille désormais dans une autre antenne",
    "an agent's mandate ends: what still comes is parked": (
        "le mandat d'un agent se termine : ce qui arrive encore est mis de côté"
    ),
    "an agent whose mandate ended goes on": "un agent dont le mandat était terminé continue",
    "at most 100 characters": "100 caractères au plus",
    "the organisation's number (the only one)": "le numéro de l'organisation (la seule)",
    "its name or its identity": "son nom ou son identité",
    "the agent's name or identity": "le nom ou l'identité de l'agent",
    "why, in your words; it is kept": "pourquoi, avec vos mots ; c'est gardé",
    "the new one's name or its identity": "le nom ou l'identité de la nouvelle",
    "Show or change how the organisation works.": "Montrer ou changer la façon dont travaille l'organisation.",
    "working days in which agents settle contested answers by themselves, before the supervisor is asked": (
        "jours ouvrés pendant lesquels les agents départagent eux-mêmes les réponses, avant que le responsable le fasse"
    ),
    "Write a backup of the whole service, running or not: database, keys, manifest.": (
        "Écrire une sauvegarde de tout le service, qu'il tourne ou non : base, clés, inventaire."
    ),
    "a folder that does not exist yet; keep it secret": "un dossier qui n'existe pas encore ; gardez-le secret",
    "Put a backup into an empty data folder.": "Remettre une sauvegarde dans un dossier de données vide.",
    "the folder that backup wrote": "le dossier que backup a écrit",
    "replace what is in the folder; it is kept beside": "remplacer ce qui est dans le dossier ; c'est gardé à côté",
    "Take in at the central service what a USB stick brought.": (
        "Prendre au service central ce qu'une clé USB a apporté."
    ),
    "where to write the answers (FILE.accuses)": "où écrire les accusés (FICHIER.accuses)",
    "Write each organisation's root of today as a signed line, to be kept where this service cannot reach it.": (
        "Écrire la racine du jour de chaque organisation, une ligne signée, à garder hors de portée de ce service."
    ),
    "append to this file instead of standard output": "ajouter à ce fichier au lieu de la sortie standard",
    "in which it is today (%(default)s)": "dans lequel on est aujourd'hui (%(default)s)",
}

WINDOW: Mapping[str, str] = {
    "The agent's window.": "La fenêtre de l'agent.",
    "folder of the workspace (default: per user)": "dossier de l'espace de travail (sinon celui de l'utilisateur)",
    "language of the screens": "langue des écrans",
    "by policy, where a computer has no keyring: keep the device secret in a file in this folder"
    " (default: %(const)s)": (
        "si les règles le veulent, sur un poste sans trousseau : garder le secret du poste dans un fichier de ce "
        "dossier (sinon : %(const)s)"
    ),
}

FRENCH: Mapping[str, str] = {**AGENT, **CLIENT, **SERVICE, **WINDOW}
TITLES: Mapping[str, str] = {"positional arguments": "arguments", "options": "options"}
