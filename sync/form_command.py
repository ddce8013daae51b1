"""``main.py form FILE``: fill a form by a script and tell every state, print it, or say what its author should know."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cases.clock import SystemClock, believable, moment
from cases.errors import EnvironmentFault, InputError
from forms.errors import FormRefused, FormsError, Problem
from forms.repairs import as_json
from forms.replay import StepsError, is_known, open_session, read_steps, replay
from sync.form_reading import ReadForm, content_of, read_form
from sync.refusal_words import problem_lines
from sync.repair_words import repair_lines
from sync.usage import SpokenParser
from sync.words import Words, words_for

EXIT_INPUT = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
_SCREENS = ("fr", "en")

_STEPS: dict[str, Words] = {
    "not_json": Words("ce n'est pas du JSON lisible ({detail})", "this is no readable JSON ({detail})"),
    "not_a_list": Words("il faut une liste d'étapes", "a list of steps is needed"),
    "too_long": Words("au plus {detail} étapes", "at most {detail} steps"),
    "not_a_step": Words(
        "une étape est un objet avec answer, add_row, remove_row ou language",
        "a step is an object with answer, add_row, remove_row or language",
    ),
    "two_acts": Words("une étape ne fait qu'une chose, pas {detail}", "a step does one thing, not {detail}"),
    "unknown_key": Words(
        "clé inconnue et, entre parenthèses, celles qui le sont : {detail}", "unknown key, and the known ones: {detail}"
    ),
    "not_text": Words("« {detail} » attend un texte", "“{detail}” takes a text"),
    "refused": Words("« {detail} » est refusé", "“{detail}” is refused"),
    "unknown": Words("le formulaire n'a pas de « {detail} »", "the form has no “{detail}”"),
    "no_value": Words("il manque « {detail} »", "“{detail}” is missing"),
}


Window = Callable[[argparse.Namespace, datetime | None, tzinfo], int]
"""Opens the authors' bench: the options, what the clock says (None: the computer's), and the time zone."""


def run_form(argv: Sequence[str], window: Window | None = None) -> int:
    """Run ``main.py form``: 0, or 1 the form could not be published, 2 usage or a wrong script, 3 this machine.

    Args:
        window: shows the form when nothing else is asked of it; None where there are no windows.
    """
    options = _options(argv, windows=window is not None)
    try:
        if options.paper is not None:
            return _print(options)
        if options.check:
            return _check(options)
        if options.replay is not None or window is None:
            return _replay(options)
        return _show(options, window)
    except StepsError as error:
        return _said(steps_words(error, options.replay or options.answers), EXIT_USAGE)
    except FormRefused as refused:
        if options.json:
            print(json.dumps({"opens": False, "problems": [_as_json(one) for one in refused.problems]}))
            return EXIT_INPUT
        french, english = zip(*map(problem_lines, refused.problems), strict=True)
        words = Words(
            "\n  ".join(["Ce formulaire est refusé :", *french]), "\n  ".join(["This form is refused:", *english])
        )
        return _said(words, EXIT_INPUT)
    except FormsError as error:
        return _said(words_for(error.code, EXIT_INPUT, error.details), EXIT_INPUT)
    except InputError as error:
        return _said(words_for(error.code, EXIT_USAGE, error.details), EXIT_USAGE)
    except EnvironmentFault as error:
        return _said(words_for(error.code, EXIT_ENVIRONMENT, error.details), EXIT_ENVIRONMENT)


_ABOUT = (
    "Try a form out in a window of its own, fill it by a script and print every state, or say what its author should"
    " know. Nothing is stored or sent."
)


def _options(argv: Sequence[str], *, windows: bool) -> argparse.Namespace:
    parser = _parser(windows=windows)
    options = parser.parse_args(list(argv))
    if options.json and not options.check:
        parser.error("argument --json: not allowed without --check")
    if options.answers is not None and options.paper is None:
        parser.error("argument --answers: not allowed without --print")
    if options.paper is not None:
        return options
    if options.check or options.replay is not None:
        if options.language is not None:
            parser.error("argument --language: not allowed without --print")
        return options
    if options.language not in (None, *_SCREENS):
        parser.error(f"argument --language: invalid choice: '{options.language}' (choose from {', '.join(_SCREENS)})")
    return options


def _parser(*, windows: bool) -> SpokenParser:
    parser = SpokenParser(prog="main.py form", description=_ABOUT)
    parser.add_argument("file", type=Path, metavar="FILE", help="an XLSForm workbook or an XForm document")
    ways = parser.add_mutually_exclusive_group(required=not windows)
    ways.add_argument("--replay", type=Path, metavar="STEPS.json", help="run a script of steps; one JSON line a state")
    ways.add_argument("--check", action="store_true", help="say what the form's author should know")
    ways.add_argument("--print", dest="paper", type=Path, metavar="OUT.pdf", help="write the form as PDF")
    parser.add_argument(
        "--answers", type=Path, metavar="STEPS.json", help="with --print: filled by these steps; otherwise blank"
    )
    parser.add_argument(
        "--language",
        metavar="L",
        help="of the window: fr or en; with --print: one of the form's languages, by its name or its code",
    )
    parser.add_argument("--now", metavar="TIME", help="what the clock says, as 2026-11-23T10:00:00+01:00; default: now")
    parser.add_argument("--timezone", metavar="ZONE", help="as Europe/Paris; default: this computer's")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of all randomness; default: 0")
    parser.add_argument("--json", action="store_true", help="with --check: the report for machines")
    return parser


def _said(words: Words, exit_code: int) -> int:
    print(f"{words.fr}\n{words.en}", file=sys.stderr)
    return exit_code


def steps_words(error: StepsError, script: Path) -> Words:
    """Say what is wrong with a script of steps."""
    known = _STEPS[error.reason]
    french = f"étape {error.step} : " if error.step else ""
    english = f"step {error.step}: " if error.step else ""
    return Words(
        f"{script.name}, {french}{known.fr.format(detail=error.detail)}",
        f"{script.name}, {english}{known.en.format(detail=error.detail)}",
    )


# --- window


def _show(options: argparse.Namespace, window: Window) -> int:
    zone = _zone(options.timezone)
    now = None if options.now is None else _now(options.now, zone)
    if not options.file.is_file():
        content_of(options.file)  # says why it cannot be read
    return window(options, now, zone)


# --- replay


def _replay(options: argparse.Namespace) -> int:
    zone = _zone(options.timezone)
    now = _now(options.now, zone)
    steps = read_steps(content_of(options.replay))
    opened = read_form(options.file)
    for number, step in enumerate(steps, 1):
        if not is_known(opened.definition, step):
            _said(steps_words(StepsError("unknown", number, step.on), options.replay), EXIT_INPUT)
    session = open_session(opened.definition, now=now, zone=zone, seed=options.seed)
    for state in replay(session, steps, zone):
        print(json.dumps(state, ensure_ascii=False), flush=True)
    return 0


def _print(options: argparse.Namespace) -> int:
    """Write the form as PDF, blank or filled by a script."""
    # It brings the store along, which nothing else here needs.
    from cases.paper import paper_of
    from sync.printing import check_paper_place, known_language, write_paper

    zone = _zone(options.timezone)
    now = _now(options.now, zone)
    steps = read_steps(content_of(options.answers)) if options.answers is not None else ()
    check_paper_place(options.paper)
    definition = read_form(options.file).definition
    session = open_session(definition, now=now, zone=zone, seed=options.seed)
    refused = 0
    for number, state in enumerate(replay(session, steps, zone)):
        if state["refused"]:
            refused += 1
            _said(steps_words(StepsError("refused", number, steps[number - 1].on), options.answers), EXIT_INPUT)
    if options.language:
        session.set_language(known_language(definition.languages, options.language))
    blank = options.answers is None
    data = paper_of(session, blank=blank, title=definition.title, printed_ms=round(now.timestamp() * 1000), tz=zone)
    write_paper(data, options.paper)
    return EXIT_INPUT if refused else 0


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return moment(SystemClock().now_ms(), None).tzinfo or UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError("form.unknown_zone", field="timezone", zone=name) from error


def _now(text: str | None, zone: tzinfo) -> datetime:
    if text is None:
        return moment(SystemClock().now_ms(), zone)
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        if not believable(int(found.timestamp() * 1000)):
            raise ValueError("out of range")
    except (ValueError, OverflowError) as error:
        raise InputError("form.bad_time", text=text) from error
    return found


# --- report


def _check(options: argparse.Namespace) -> int:
    opened = read_form(options.file)
    definition = opened.definition
    limitations, notices, portability = opened.limitations, opened.notices, opened.portability
    if options.json:
        found = {
            "opens": True,
            "publishable": not limitations,
            "form_id": definition.form_id,
            "version": definition.version,
            "title": definition.title,
            "languages": list(definition.languages),
            "questions": len(definition.questions),
            "formulas": len(definition.formulas),
            "repairs": [as_json(one) for one in opened.converted.repairs],
            "warnings": list(opened.converted.warnings),
            "unsupported": [_as_json(one) for one in limitations],
            "notices": [_as_json(one) for one in notices],
            "left_out": [_as_json(one) for one in opened.left_out],
            "differs": [_as_json(one) for one in portability],
            "cycles": [list(cycle) for cycle in definition.cycles],
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        print("\n".join(_report(opened, limitations, notices, portability)))
    return EXIT_INPUT if limitations else 0


def _as_json(problem: Problem) -> dict[str, object]:
    words = problem_lines(problem)
    return {
        "code": problem.code,
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "details": dict(problem.details),
        "message_fr": words[0],
        "message_en": words[1],
    }


def _report(
    opened: ReadForm, limitations: Sequence[Problem], notices: Sequence[Problem], portability: Sequence[Problem]
) -> Iterator[str]:
    definition = opened.definition
    counts = len(definition.questions), len(definition.formulas)
    yield f"{definition.title} ({definition.form_id}, version {definition.version or '-'})"
    yield "  {} questions, {} formules / formulas".format(*counts)
    if opened.converted.repairs:
        yield from repair_lines(opened.converted.repairs)
    yield from _listed("Le convertisseur remarque", "The converter remarks", opened.converted.warnings)
    yield from _listed_problems("Ce qui ne peut pas encore être posé ici", "What cannot be asked here yet", limitations)
    yield from _listed_problems("À regarder", "Worth a look", notices)
    yield from _listed_problems("Ce dont un guichet se passe", "What a desk does without", opened.left_out)
    yield from _listed_problems(
        "Ce qu'ODK Collect lira autrement", "What ODK Collect will read differently", portability
    )
    cycles = [" → ".join(cycle) for cycle in definition.cycles]
    yield from _listed("Formules qui se mordent la queue", "Formulas that need each other", cycles)
    if limitations:
        yield "Ce formulaire ne peut pas être publié tel quel. / This form cannot be published as it is."


def _listed(french: str, english: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{french} / {english} :"
        yield from (f"  {' '.join(line.split())}" for line in lines)


def _listed_problems(french: str, english: str, problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        pairs = [problem_lines(problem) for problem in problems]
        yield f"{french} :"
        yield from (f"  {pair[0]}" for pair in pairs)
        yield f"{english}:"
        yield from (f"  {pair[1]}" for pair in pairs)
