"""The entry: without a sub-command the agent's desktop opens; the other front doors are sub-commands."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys

FRONT_DOORS = {
    "desktop": ("desktop.application", "run_desktop", "the agent's window (the default)"),
    "agent": ("sync.commandline", "run_agent", "the same client without a window, answers in JSON lines"),
    "serve": ("central.commandline", "run_serve", "the central service"),
    "migrate": ("central.commandline", "run_migrate", "bring the service's database to this version, as its owner"),
    "form": ("desktop.authors.command", "run_form", "try a form out, fill it by a script of steps, or check it"),
    "procedure": ("central.procedure_commands", "run_procedure", "publish a procedure or check its form"),
    "network": ("sync.network", "run_network", "how this computer reaches the service; the proxy's password"),
    "bundle": ("sync.bundle", "run_bundle", "carry unsent work on a USB stick; import it with: bundle import"),
    "verify": ("central.commandline", "run_verify", "check a case's whole chain of events"),
    "office": ("central.office_commands", "run_office", "make an office, list them, add an agent to one"),
    "policy": ("central.commandline", "run_policy", "show or change how the organisation works"),
    "backup": ("central.commandline", "run_backup", "back the service up, running or not"),
    "restore": ("central.commandline", "run_restore", "put a backup of the service into an empty folder"),
    "selfcheck": ("desktop.selfcheck", "run_selfcheck", "try this installation on a throw-away workspace"),
    "demo": ("build_scripts.demo", "run_demo", "the main job from an empty machine to a decided case"),
}
FRENCH = {
    "desktop": "la fenêtre de l'agent (par défaut)",
    "agent": "le même client sans fenêtre, réponses en lignes JSON",
    "serve": "le service central",
    "migrate": "mettre la base du service à cette version, comme son propriétaire",
    "form": "essayer un formulaire, le remplir par un script, ou dire ce qui importe à son auteur",
    "procedure": "publier une démarche ou vérifier son formulaire",
    "network": "par où ce poste joint le service ; le mot de passe du mandataire",
    "bundle": "porter le travail non envoyé sur une clé USB ; la prendre : bundle import",
    "verify": "vérifier toute la chaîne des actes d'un dossier",
    "office": "faire une antenne, les lister, y ajouter un agent",
    "policy": "montrer ou changer la façon dont travaille l'organisation",
    "backup": "sauvegarder le service, qu'il tourne ou non",
    "restore": "remettre une sauvegarde du service dans un dossier vide",
    "selfcheck": "essayer cette installation sur un espace de travail jetable",
    "demo": "le travail entier, d'une machine vide à un dossier décidé",
}
"""What each is for, for who reads no English; the usage shows both."""
WINDOW = "desktop"
INNER_DOORS = {("bundle", "import"): ("central.bundles", "run_import")}
"""What a front door cannot do itself: the client's side knows nothing of the service."""
COMPILE_WORKER = "--compile-worker"
"""Hidden: the built program starts itself so to compile a workbook in a process with limits."""
PAC_WORKER = "--pac-worker"
"""Hidden, likewise: to ask a proxy configuration script."""


OURS = frozenset({"build_scripts", "cases", "central", "desktop", "forms", "sync", "tests"})
WITHOUT_ENVIRONMENT = """\
Il manque « {name} » : activez l'environnement (. .venv/bin/activate), ou faites-le : python3 build_scripts/dev.py setup
'{name}' is missing: activate the environment (. .venv/bin/activate), or make it: python3 build_scripts/dev.py setup"""


def _is_ours(module: str) -> bool:
    """Say whether a module that is missing should have been here with this program or with Python: then it is a bug."""
    top = module.partition(".")[0]
    return top in OURS or top in sys.stdlib_module_names


def front_doors() -> dict[str, tuple[str, str, str]]:
    """Return the front doors that this installation has: the built program carries neither the service nor the demo."""
    return {name: door for name, door in FRONT_DOORS.items() if importlib.util.find_spec(door[0].partition(".")[0])}


def start_quietly() -> None:
    """Take away what makes the window's start longer than its work.

    No garbage is looked for until the window is there: a start makes none, and looking takes a tenth of it. And what
    knows no Qt is imported before Qt: afterwards PySide reads the source of every module that is imported.
    """
    gc.disable()
    importlib.import_module("cases.workspace")


def usage() -> str:
    """Return the list of front doors."""
    program = "estafette" if getattr(sys, "frozen", False) else "main.py"
    lines = [f"usage: {program} [command] [options]", ""]
    for name, (_module, _function, words) in front_doors().items():
        lines += [f"  {name:10} {FRENCH[name]}", f"  {'':10} {words}"]
    said = "Chaque commande s'explique avec --help ; --version donne la version."
    return "\n".join([*lines, "", said, "Each command explains itself with --help; --version prints the version."])


def main(argv: list[str]) -> int:
    """Run the front door that ``argv`` names and return the process's exit code."""
    if argv[:1] == [COMPILE_WORKER]:
        return int(importlib.import_module("forms.compile_worker").main())
    if argv[:1] == [PAC_WORKER]:
        return int(importlib.import_module("sync.pac_worker").main())
    if argv and argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    if argv[:1] == ["--version"]:
        print(f"estafette {importlib.import_module('cases.version').VERSION}")
        return 0
    named = bool(argv) and not argv[0].startswith("-")
    name = argv[0] if named else WINDOW
    door = front_doors().get(name)
    if door is None:
        print(f"Commande inconnue / unknown command: {name}\n\n{usage()}", file=sys.stderr)
        return 2
    module, function = door[:2]
    rest = argv[1:] if named else argv
    inner = INNER_DOORS.get((name, rest[0])) if rest else None
    if inner is not None and importlib.util.find_spec(inner[0].partition(".")[0]):
        (module, function), rest = inner, rest[1:]
    try:
        if name == WINDOW:
            start_quietly()
        return int(getattr(importlib.import_module(module), function)(rest))
    except ModuleNotFoundError as missing:
        if _is_ours(missing.name or ""):
            raise
        print(WITHOUT_ENVIRONMENT.format(name=missing.name), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
