"""``main.py procedure``: what agents can offer citizens, published by a command of IT; the service may run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cases.procedures import Procedure
from central import publishing
from central.commandline import DONE, add_database, guarded, opened
from sync.refusal_words import problem_lines
from sync.repair_words import repair_lines
from sync.usage import SpokenParser


def run_procedure(argv: list[str]) -> int:
    """Publish or check a procedure; 1 when its form is refused, or when a bare form would take rules away."""
    parser = SpokenParser(prog="main.py procedure", description="Publish a procedure, or check its form.")
    commands = parser.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish", help="publish to the service, running or not")
    check = commands.add_parser("check", help="say whether the form can be shown, and if not why")
    for command in (publish, check):
        command.add_argument("path", type=Path, metavar="FILE_OR_DIR", help="a procedure's folder, or a bare XLSForm")
    publish.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="KEYS",
        help="what a bare form may take from the published procedure of the same identity, with commas",
    )
    add_database(publish)
    options = parser.parse_args(argv)
    return guarded(lambda: _publish(options) if options.command == "publish" else _check(options.path))


def _check(path: Path) -> int:
    procedure = publishing.load(path)
    print(f"{_named(procedure)} : conforme / fine")
    _say_repairs(procedure)
    return DONE


def _publish(options: argparse.Namespace) -> int:
    procedure = publishing.load(options.path)
    given_up = frozenset(key.strip() for keys in options.drop for key in keys.split(",") if key.strip())
    bare = None if options.path.is_dir() else options.path
    with opened(options) as central:
        changed = publishing.publish(central, procedure, bare=bare, given_up=given_up)
    print(f"{_named(procedure)} : {'publiée / published' if changed else 'déjà publiée / already published'}")
    if bare is not None:
        _say_defaults(procedure)
    _say_repairs(procedure)
    return DONE


def _say_defaults(procedure: Procedure) -> None:
    """A form alone says nothing of delays: what then holds for citizens is said to who publishes it."""
    days, months = procedure.delay_days, procedure.retention_months
    print(
        f"un formulaire seul ne dit pas de délai : réponse due sous {days} jours, silence sans effet annoncé, dossiers "
        f"gardés {months} mois ; un dossier avec procedure.toml en dit d'autres",
        file=sys.stderr,
    )
    print(
        f"a form alone says no delay: an answer is due within {days} days, silence has no stated meaning, cases are "
        f"kept {months} months; a folder with procedure.toml says others",
        file=sys.stderr,
    )


def _say_repairs(procedure: Procedure) -> None:
    """What was changed in the workbook, and what an author should look at, is said on the error stream: the outcome
    itself stays one line."""
    if procedure.repairs:
        print("\n".join(repair_lines(procedure.repairs)), file=sys.stderr)
    for problem in procedure.remarks:
        path = problem.details.get("path", "")
        print("\n".join(f"{path} : {line}" for line in problem_lines(problem)), file=sys.stderr)
    for cycle in publishing.cycles(procedure):
        print(f"formules qui se mordent la queue, un lien est ignoré : {cycle}", file=sys.stderr)
        print(f"formulas that need each other, one link is ignored: {cycle}", file=sys.stderr)


def _named(procedure: Procedure) -> str:
    """Say which procedure it is: not every file is called as its procedure."""
    return f"{procedure.id} (« {procedure.title['fr']} »), version {publishing.version_of(procedure)}"
