"""The words of the command line: French first, then English. Below it there are only codes."""

from __future__ import annotations

from collections.abc import Sequence

from cases.errors import EstafetteError
from cases.treelog import Checked, Finding
from cases.verify import Verified
from central.first_start import FIRST_START_FILE, FirstStart
from forms.errors import FormRefused
from sync.refusal_words import problem_lines, procedure_words, quoted

_ERRORS: dict[str, tuple[str, str]] = {
    "postgres.not_found": (
        "PostgreSQL {oldest} à {newest} est introuvable. Installez-le (Debian : apt install postgresql),"
        " ou donnez --database.",
        "No PostgreSQL {oldest} to {newest} found. Install it (Debian: apt install postgresql), or give --database.",
    ),
    "postgres.wrong_major": (
        "Ces données demandent PostgreSQL {needed} ; seul {found} est installé. Rien n'a été modifié.",
        "This data needs PostgreSQL {needed}; only {found} is installed. Nothing was changed.",
    ),
    "postgres.no_account": (
        "PostgreSQL ne tourne pas sous root, et le compte système « {account} » n'existe pas. Lancez le service sous"
        " un autre compte, ou installez le paquet postgresql.",
        "PostgreSQL does not run as root, and there is no system account '{account}'. Start the service under"
        " another account, or install the postgresql package.",
    ),
    "postgres.unreachable_directory": (
        "Le compte « {account} » ne peut pas atteindre {directory} : {closed} lui est fermé. Choisissez un autre"
        " dossier avec --data (par exemple /var/lib/estafette).",
        "The account '{account}' cannot reach {directory}: {closed} is closed to it. Choose another folder with"
        " --data (for instance /var/lib/estafette).",
    ),
    "serve.already_running": (
        "Un service tourne déjà sur {directory}. Arrêtez-le d'abord, ou donnez un autre dossier avec --data.",
        "A service runs on {directory} already. Stop it first, or give another folder with --data.",
    ),
    "postgres.in_use": (
        "Un autre service utilise déjà {directory}.",
        "Another service already uses {directory}.",
    ),
    "postgres.not_running": (
        "Le service qui utilise {directory} démarre ou s'arrête. Réessayez dans un instant.",
        "The service that uses {directory} is starting or stopping. Try again in a moment.",
    ),
    "postgres.failed": (
        "{program} a échoué ; la raison est dans {log}.",
        "{program} failed; the reason is in {log}.",
    ),
    "office.name_missing": (
        "NAME : donnez le nom de l'antenne.",
        "NAME: give the office's name.",
    ),
    "office.name_too_long": (
        "NAME : ce nom d'antenne est trop long, {limit} caractères au plus.",
        "NAME: this office's name is too long, at most {limit} characters.",
    ),
    "office.name_malformed": (
        "NAME : ce nom d'antenne contient des signes qui ne peuvent pas être affichés.",
        "NAME: this office's name holds signs that cannot be shown.",
    ),
    "office.name_taken": (
        "NAME : une antenne porte déjà ce nom. Ajoutez ce qui les distingue ; rien n'a été créé.",
        "NAME: an office has this name already. Add what tells them apart; nothing was made.",
    ),
    "office.unknown": (
        "OFFICE : aucune antenne ne porte ce nom. La commande « office list » les montre.",
        "OFFICE: no office has this name. The command 'office list' shows them.",
    ),
    "agent.name_missing": (
        "NAME : donnez le nom de l'agent.",
        "NAME: give the agent's name.",
    ),
    "agent.name_too_long": (
        "NAME : ce nom d'agent est trop long, {limit} caractères au plus.",
        "NAME: this agent's name is too long, at most {limit} characters.",
    ),
    "agent.name_malformed": (
        "NAME : ce nom d'agent contient des signes qui ne peuvent pas être affichés.",
        "NAME: this agent's name holds signs that cannot be shown.",
    ),
    "agent.name_taken": (
        "NAME : un agent de ce nom est déjà dans cette antenne. Ajoutez ce qui les distingue ; rien n'a été créé.",
        "NAME: an agent of this name is already in this office. Add what tells them apart; nothing was made.",
    ),
    "agent.unknown": (
        "AGENT : aucun agent ne porte ce nom. La commande « office list » les montre.",
        "AGENT: no agent has this name. The command 'office list' shows them.",
    ),
    "agent.several": (
        "AGENT : plusieurs agents portent ce nom. Donnez l'identité de l'un d'eux (« office list » les montre tous) :"
        " {known}",
        "AGENT: several agents have this name. Give the identity of one of them ('office list' shows all): {known}",
    ),
    "agent.mandate_ended": (
        "AGENT : le mandat de cet agent est déjà terminé ; rien n'a changé. Pour le renouveler : office renew-mandate.",
        "AGENT: this agent's mandate has ended already; nothing was changed. To renew it: office renew-mandate.",
    ),
    "agent.mandate_lasts": (
        "AGENT : le mandat de cet agent est en cours : il n'y a rien à renouveler, et rien n'a changé.",
        "AGENT: this agent's mandate lasts: there is nothing to renew, and nothing was changed.",
    ),
    "office.same": (
        "OFFICE : cet agent y travaille déjà ; rien n'a changé.",
        "OFFICE: this agent works there already; nothing was changed.",
    ),
    "case.reasons_required": (
        "--reason : dites pourquoi, en quelques mots ; rien n'a changé.",
        "--reason: say why, in a few words; nothing was changed.",
    ),
    "case.text_unstorable": (
        "--reason : ce texte contient des signes qui ne peuvent pas être gardés.",
        "--reason: this text holds signs that cannot be kept.",
    ),
    "case.text_too_long": (
        "--reason : ce texte est trop long, {limit} caractères au plus.",
        "--reason: this text is too long, at most {limit} characters.",
    ),
    "options.tenant": (
        "Ce service porte plusieurs organisations, ou pas celle-là : donnez son numéro avec --tenant ({known}).",
        "This service has several organisations, or not this one: give its number with --tenant ({known}).",
    ),
    "policy.settle_days": (
        "Ce délai est un nombre de jours ouvrés, de 0 à {limit}.",
        "This delay is a number of working days, from 0 to {limit}.",
    ),
    "database.unavailable": (
        "La base de données ne répond pas.",
        "The database does not answer.",
    ),
    "database.old_version": (
        "Cette base est d'une version plus ancienne (étape {found} sur {known}). Son propriétaire lance :"
        " main.py migrate --database URL",
        "This database is of an older version (step {found} of {known}). Its owner runs:"
        " main.py migrate --database URL",
    ),
    "database.not_owner": (
        "Cette commande se lance avec l'adresse du propriétaire de la base, non celle du service.",
        "This command needs the address of the database's owner, not that of the service.",
    ),
    "database.wrong_role": (
        "Le rôle « {role} » ne convient pas au service : il pourrait lire d'autres organisations, ou n'est pas"
        " membre de estafette_app.",
        "The role '{role}' is not fit for the service: it could read other organisations, or is no member of"
        " estafette_app.",
    ),
    "database.no_service_role": (
        "Le propriétaire de la base ne peut pas créer de rôle. L'administrateur crée celui du service, membre de"
        " estafette_app, et le service démarre avec son adresse (docs/adr).",
        "The database's owner may not make roles. The administrator makes one for the service, a member of"
        " estafette_app, and the service starts with its address (docs/adr).",
    ),
    "login.damaged": (
        "Le fichier {file} est abîmé. Supprimez-le : un autre rôle sera fait.",
        "The file {file} is damaged. Remove it: another role will be made.",
    ),
    "database.newer_version": (
        "Cette base a été écrite par une version plus récente d'Estafette. Rien n'a été modifié.",
        "This database was written by a newer version of Estafette. Nothing was changed.",
    ),
    "database.empty": (
        "Cette base ne contient pas de données d'Estafette. Donnez l'adresse de la bonne avec --database.",
        "This database holds no Estafette data. Give the address of the right one with --database.",
    ),
    "tree.damaged": (
        "Le journal des accusés est endommagé dans la base ({tile}). Le service continue ; restaurez une sauvegarde"
        " après avoir gardé une copie de la base.",
        "The log of receipts is damaged in the database ({tile}). The service goes on; restore a backup after keeping"
        " a copy of the database.",
    ),
    "root.none": ("Ce fichier ne contient aucune racine.", "This file holds no root."),
    "root.unreadable": ("Le fichier {file} ne peut pas être lu.", "The file {file} cannot be read."),
    "root.unwritable": (
        "Le fichier {file} ne peut pas être écrit ; aucune racine n'a été gardée.",
        "The file {file} cannot be written; no root was kept.",
    ),
    "database.too_old": (
        "Cette base tourne sous PostgreSQL {found} ; il faut la version 15 ou une plus récente.",
        "This database runs on PostgreSQL {found}; version 15 or newer is needed.",
    ),
    "database.migration_changed": (
        "Cette base a été faite par une autre édition d'Estafette (étape {number}). Rien n'a été modifié.",
        "This database was made by another edition of Estafette (step {number}). Nothing was changed.",
    ),
    "data.none": (
        "Il n'y a pas de données d'Estafette dans {directory}. Donnez le dossier du service avec --data.",
        "There is no Estafette data in {directory}. Give the service's folder with --data.",
    ),
    "data.unreadable": (
        "Ce compte ne peut pas lire les données de {directory}. Lancez la commande sous le compte du service.",
        "This account cannot read the data in {directory}. Run the command under the service's account.",
    ),
    "data.unwritable": (
        "Impossible d'écrire dans {directory}.",
        "Cannot write in {directory}.",
    ),
    "service.port_taken": (
        "L'adresse {host}:{port} n'est pas libre. Choisissez un autre port avec --port.",
        "The address {host}:{port} is not free. Choose another port with --port.",
    ),
    "service.bad_address": (
        "« {host} » n'est pas une adresse de cette machine. Donnez-en une avec --host.",
        "'{host}' is no address of this machine. Give one with --host.",
    ),
    "options.port": (
        "{port} n'est pas un port : donnez un nombre de 0 à 65535 avec --port (0 en prend un libre).",
        "{port} is no port: give a number from 0 to 65535 with --port (0 takes a free one).",
    ),
    "options.operator": (
        "{operator} n'est pas une adresse : donnez par exemple 127.0.0.1:9420 avec --operator.",
        "{operator} is no address: give for instance 127.0.0.1:9420 with --operator.",
    ),
    "options.database_password": (
        "Le mot de passe donné avec --database se voit dans la liste des processus. Donnez l'adresse avec"
        " --database-file, ou le mot de passe dans un fichier PGPASSFILE.",
        "The password given with --database can be seen in the list of processes. Give the URL with --database-file,"
        " or the password in a PGPASSFILE.",
    ),
    "options.operator_token": (
        "L'adresse de l'exploitant est ouverte à d'autres machines : donnez avec --operator-token-file un fichier"
        " lisible qui tient un jeton.",
        "The operator's address is open to other machines: name a readable file that holds a token with"
        " --operator-token-file.",
    ),
    "options.procedures": (
        "Ce dossier de démarches n'existe pas : {directory}. Rien n'a été créé. Vérifiez --procedures.",
        "There is no such folder of procedures: {directory}. Nothing was made. Look at --procedures.",
    ),
    "options.timezone": (
        "« {timezone} » n'est pas un fuseau horaire : donnez un nom comme Europe/Paris avec --timezone.",
        "'{timezone}' is no time zone: give a name such as Europe/Paris with --timezone.",
    ),
    "backup.exists": (
        "{directory} existe déjà. Donnez un autre nom à la sauvegarde ; rien n'a été remplacé.",
        "{directory} exists already. Give the backup another name; nothing was replaced.",
    ),
    "backup.no_folder": (
        "Le dossier {directory} n'existe pas : vérifiez le nom et que le disque est branché, ou créez ce dossier."
        " Rien n'a été sauvegardé.",
        "The folder {directory} does not exist: check its name and that the disk is there, or make that folder."
        " Nothing was backed up.",
    ),
    "backup.inside_data": (
        "{directory} est dans le dossier de données {data} : une sauvegarde s'y perdrait avec lui. Choisissez un autre"
        " endroit, de préférence un autre disque. Rien n'a été sauvegardé.",
        "{directory} is in the data folder {data}: a backup would be lost there with it. Choose another place, best on"
        " another disk. Nothing was backed up.",
    ),
    "backup.unwritable": (
        "Impossible d'écrire la sauvegarde dans {directory}. Les postes ne la croient pas faite.",
        "Cannot write the backup in {directory}. The devices do not take it for done.",
    ),
    "backup.no_program": (
        "Il manque le programme {program} dans {directory}. Installez les outils de PostgreSQL (Debian : apt install"
        " postgresql), ou donnez leur dossier avec --postgres.",
        "The program {program} is missing in {directory}. Install PostgreSQL's tools (Debian: apt install"
        " postgresql), or give their folder with --postgres.",
    ),
    "backup.failed": (
        "{program} a échoué : {said}. Rien n'a été remplacé.",
        "{program} failed: {said}. Nothing was replaced.",
    ),
    "backup.none": (
        "{directory} n'est pas une sauvegarde que cette version sait lire. Rien n'a été modifié.",
        "{directory} is no backup that this version can read. Nothing was changed.",
    ),
    "backup.damaged": (
        "La sauvegarde est abîmée : {file} n'est pas ce qui a été écrit. Prenez-en une autre ; rien n'a été modifié.",
        "The backup is damaged: {file} is not what was written. Take another one; nothing was changed.",
    ),
    "restore.not_empty": (
        "{directory} n'est pas vide. Donnez un dossier vide avec --data, ou --force : l'ancien est alors gardé à côté.",
        "{directory} is not empty. Give an empty folder with --data, or --force: the old one is then kept beside it.",
    ),
    "case.unknown": (
        "Aucun dossier ne porte cet identifiant ou ce code de suivi.",
        "No case has this identity or tracking code.",
    ),
    "keys.damaged": (
        "La clé « {name} » du service est abîmée. Restaurez le dossier des clés depuis une sauvegarde.",
        "The service's key '{name}' is damaged. Restore the folder of keys from a backup.",
    ),
}
_REASONS: dict[str, tuple[str, str]] = {
    "body": ("son contenu a été modifié", "its content was altered"),
    "chain": ("son en-tête a été modifié", "its header was altered"),
    "missing": ("il manque, ou un événement manque juste avant lui", "it is missing, or an event just before it is"),
    "signature": ("la signature du poste ne correspond pas", "the device's signature does not match"),
    "line": ("sa ligne a été modifiée", "its line was altered"),
    "log": (
        "son accusé n'est pas au journal que le service a signé",
        "its receipt is not in the log that the service signed",
    ),
    "end": ("la fin est coupée ou n'est pas signée par le service", "the end is cut off or not signed by the service"),
    "key": ("il vient d'un autre service", "it comes from another service"),
    "format": ("ce n'est pas un export de dossier", "this is no export of a case"),
}


_WAITING = {
    "postgres.waiting_for_command": (
        "Une commande (sauvegarde, publication…) tient la base de ce dossier : le service commence dès qu'elle a fini.",
        "A command (backup, publish…) holds this folder's database: the service begins as soon as it is done.",
    ),
    "postgres.waiting_for_others": (
        "Une autre commande se sert encore de la base : on l'attend avant de l'arrêter.",
        "Another command still uses the database: it is waited for before the database stops.",
    ),
}


def waiting_lines(code: str) -> list[str]:
    """Say for whom is waited, French, then English."""
    return list(_WAITING[code])


def error_lines(error: EstafetteError) -> list[str]:
    """Return an error's sentence in both languages, with its code for support."""
    known = _ERRORS.get(error.code) or procedure_words(error.code, error.details)
    if known is None:
        return [f"Erreur / Error: {error}"]
    return [*(sentence.format_map(quoted(error.details)) for sentence in known), f"[{error.code}]"]


def refusal_lines(refused: FormRefused) -> list[str]:
    """Return why a form is refused, French, then English: one line a reason, with its place in the workbook."""
    french, english = zip(*map(problem_lines, refused.problems), strict=True)
    return [
        "Ce formulaire est refusé :",
        *(f"  {line}" for line in french),
        "This form is refused:",
        *(f"  {line}" for line in english),
    ]


def verified_lines(verified: Verified) -> list[str]:
    """Return what a check found, in both languages."""
    bad = verified.bad
    if bad is None and verified.proven:
        return [
            f"complet et inaltéré : {verified.events} événements, signés par le service (clé {verified.fingerprint})",
            f"complete and unaltered: {verified.events} events, signed by the service (key {verified.fingerprint})",
            *_log_lines(verified),
        ]
    if bad is None:
        return [
            f"cohérent en soi : {verified.events} événements ; l'origine n'est pas prouvée"
            f" (clé {verified.fingerprint} : comparez-la, ou donnez --service-key)",
            f"consistent in itself: {verified.events} events; its origin is not proven"
            f" (key {verified.fingerprint}: compare it, or give --service-key)",
            *_log_lines(verified),
        ]
    french, english = _REASONS[bad.reason]
    if not bad.event:
        return [
            f"altéré ou incomplet, ligne {bad.line} : {french}",
            f"altered or incomplete, line {bad.line}: {english}",
        ]
    return [
        f"altéré ou incomplet ; premier événement en cause : {bad.event} ({french})",
        f"altered or incomplete; first bad event: {bad.event} ({english})",
    ]


def _log_lines(verified: Verified) -> list[str]:
    """Say which of the batches are shown in the service's log, and under which root; nothing when no log is shown."""
    log = verified.log
    if log is None:
        return []
    return [
        f"au journal des accusés : {verified.logged} lots sur {verified.batches}, sous la racine {log.root}"
        f" ({log.size} accusés, époque {log.epoch})",
        f"in the log of receipts: {verified.logged} of {verified.batches} batches, under the root {log.root}"
        f" ({log.size} receipts, epoch {log.epoch})",
    ]


_FINDINGS: dict[Finding, tuple[str, str]] = {
    Finding.HOLDS: ("le journal commence toujours ainsi", "the log still begins so"),
    Finding.OTHER: ("LE JOURNAL N'EST PLUS LE MÊME", "THE LOG IS NO LONGER THE SAME"),
    Finding.SHORTER: ("LE JOURNAL EST PLUS COURT QU'ALORS", "THE LOG IS SHORTER THAN IT WAS"),
    Finding.ENDED: (
        "d'avant une restauration ; ce qui suivait la sauvegarde n'y est plus",
        "from before a restore; what came after the backup is no longer there",
    ),
    Finding.UNSIGNED: ("illisible, altéré, ou d'un autre service", "unreadable, altered, or of another service"),
}


def root_lines(found: Sequence[Checked]) -> list[str]:
    """Return what kept roots turned out to be, one line each, in both languages."""
    lines: list[str] = []
    for each in found:
        said = f"{each.number}"
        if each.line is not None:
            said = f"{each.line.date}, {each.line.tenant}, {each.line.size}"
        french, english = _FINDINGS[each.finding]
        lines.append(f"{said} : {french} / {english}")
    return lines


def first_start_lines(shown: FirstStart, directory: str) -> list[str]:
    """Return what the first start made: how to sign in and how to enrol, French, then English."""
    path = f"{directory}/{FIRST_START_FILE}"
    return [
        "Premier démarrage.",
        f"  Organisation : {shown.tenant_name} ; antenne : {shown.office_name}",
        f"  Responsable : {shown.url}/console/",
        f"    nom d'utilisateur : {shown.supervisor_login}",
        f"    phrase secrète : {shown.supervisor_passphrase}",
        f"    second facteur (TOTP) : {shown.totp_secret}",
        f"    {shown.totp_uri}",
        f"  Agent : {shown.agent_name}",
        f"    serveur : {shown.url}",
        f"    code d'inscription (valable 7 jours, pour un seul poste) : {shown.enrolment_code}",
        f"  Clé publique du service, pour vérifier un dossier (verify --service-key) : {shown.service_key}",
        f"  Ces informations sont aussi dans {path} ; supprimez ce fichier après usage.",
        "",
        "First start.",
        f"  Organisation: {shown.tenant_name}; office: {shown.office_name}",
        f"  Supervisor: {shown.url}/console/",
        f"    user name: {shown.supervisor_login}",
        f"    passphrase: {shown.supervisor_passphrase}",
        f"    second factor (TOTP): {shown.totp_secret}",
        f"    {shown.totp_uri}",
        f"  Agent: {shown.agent_name}",
        f"    server: {shown.url}",
        f"    enrolment code (valid for 7 days, for one device): {shown.enrolment_code}",
        f"  Public key of the service, to check a case's record (verify --service-key): {shown.service_key}",
        f"  All this is also in {path}; delete that file once used.",
    ]
