"""The words of the command line: French first, then English. Below it there are only codes."""

from __future__ import annotations

from cases.errors import EstafetteError
from cases.verify import Verified
from central.starting import FIRST_START_FILE, FirstStart
from forms.errors import FormRefused, Problem

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
    "postgres.in_use": (
        "Un autre service utilise déjà {directory}.",
        "Another service already uses {directory}.",
    ),
    "postgres.failed": (
        "{program} a échoué ; la raison est dans {log}.",
        "{program} failed; the reason is in {log}.",
    ),
    "database.unavailable": (
        "La base de données ne répond pas.",
        "The database does not answer.",
    ),
    "database.newer_version": (
        "Cette base a été écrite par une version plus récente d'Estafette. Rien n'a été modifié.",
        "This database was written by a newer version of Estafette. Nothing was changed.",
    ),
    "data.unwritable": (
        "Impossible d'écrire dans {directory}.",
        "Cannot write in {directory}.",
    ),
    "service.port_taken": (
        "L'adresse {host}:{port} n'est pas libre. Choisissez un autre port avec --port.",
        "The address {host}:{port} is not free. Choose another port with --port.",
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
    "end": ("la fin est coupée ou n'est pas signée par le service", "the end is cut off or not signed by the service"),
    "key": ("il vient d'un autre service", "it comes from another service"),
    "format": ("ce n'est pas un export de dossier", "this is no export of a case"),
}


def error_lines(error: EstafetteError) -> list[str]:
    """Return an error's sentence in both languages, with its code for support."""
    known = _ERRORS.get(error.code)
    if known is None:
        return [f"Erreur / Error: {error}"]
    return [*(sentence.format_map(error.details) for sentence in known), f"[{error.code}]"]


def refusal_lines(refused: FormRefused) -> list[str]:
    """Return why a form is refused: one line a reason, each with sheet, row and feature."""
    return [
        "Ce formulaire est refusé. / This form is refused.",
        *(problem_line(problem) for problem in refused.problems),
    ]


def problem_line(problem: Problem) -> str:
    """Return one reason: where in the workbook, and what."""
    place = [
        f"feuille/sheet {problem.sheet}" if problem.sheet else "",
        f"ligne/row {problem.row}" if problem.row else "",
        f"colonne/column {problem.column}" if problem.column else "",
    ]
    details = ", ".join(f"{name}={value}" for name, value in problem.details.items())
    return f"  {', '.join(part for part in place if part) or '-'} : {problem.code} ({details})"


def verified_lines(verified: Verified) -> list[str]:
    """Return what a check found, in both languages."""
    bad = verified.bad
    if bad is None:
        return [
            f"complet et inaltéré : {verified.events} événements",
            f"complete and unaltered: {verified.events} events",
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


def first_start_lines(shown: FirstStart, directory: str) -> list[str]:
    """Return what the first start made: how to sign in and how to enrol, French, then English."""
    path = f"{directory}/{FIRST_START_FILE}"
    return [
        "Premier démarrage.",
        f"  Organisation : {shown.tenant_name} ; antenne : {shown.office_name}",
        f"  Responsable : {shown.url}/console/",
        f"    identifiant : {shown.supervisor_login}",
        f"    phrase secrète : {shown.supervisor_passphrase}",
        f"    second facteur (TOTP) : {shown.totp_secret}",
        f"    {shown.totp_uri}",
        f"  Agent : {shown.agent_name}",
        f"    serveur : {shown.url}",
        f"    code d'enrôlement (7 jours, un seul poste) : {shown.enrolment_code}",
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
        f"    enrolment code (7 days, one device): {shown.enrolment_code}",
        f"  All this is also in {path}; delete that file once used.",
    ]
