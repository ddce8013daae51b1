"""The commands of ``main.py agent``: each takes the open client and its arguments, and returns one JSON object."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cases.errors import EnvironmentFault, InputError
from cases.events import EventId
from cases.procedures import in_language
from cases.receipt import receipt_pdf
from cases.views import Act, CaseView
from cases.workflow import State
from cases.workspace import Workspace
from forms.views import Item, QuestionView
from sync.agent import Agent
from sync.desk import Desk, OpenForm

LIST_LIMIT = 256

Answer = dict[str, object]


class UsageError(Exception):
    """A command line that cannot be read; the text says why, in the parser's English."""


@dataclass
class Context:
    """The open client. ``form`` is the case that the last command worked on, kept open as a screen would."""

    workspace: Workspace
    agent: Agent
    desk: Desk
    form: OpenForm | None = None

    def open(self, case: str) -> OpenForm:
        """Return the case's form as it stands now: looking at it is what a command does first."""
        if self.form is None or self.form.case_id != case:
            self.form = self.desk.open(case)
        else:
            self.form.refresh()
        return self.form


Run = Callable[[Context, argparse.Namespace], Answer]


@dataclass(frozen=True)
class Command:
    """``arguments`` declares what follows the name."""

    help: str
    run: Run
    arguments: Callable[[argparse.ArgumentParser], object] = lambda parser: None


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process: in a shell a wrong line is only a wrong line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of one command with its arguments; raises UsageError."""
    parser = _Parser(prog="main.py agent", add_help=False)
    names = parser.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.arguments(names.add_parser(name, help=command.help, description=command.help))
    return parser


def split_line(line: str) -> list[str]:
    """Return the words of one line of the shell, quoted as in a POSIX shell. Raises UsageError."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(str(error)) from error


def plain(value: object) -> object:
    """Return a value as JSON can hold it: frozen dataclasses as objects, identities of events as text."""
    if isinstance(value, EventId):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


# --- who, and sync ---------------------------------------------------------------------------------------------------


def _enrol(context: Context, given: argparse.Namespace) -> Answer:
    return {"identity": plain(context.agent.enrol(given.server, given.code, given.device))}


def _unlock(context: Context, _given: argparse.Namespace) -> Answer:
    return {"identity": plain(context.workspace.identity)}


def _sync(context: Context, _given: argparse.Namespace) -> Answer:
    outcome = context.agent.sync_once()
    return {"sync": plain(outcome), "status": plain(context.agent.status())}


def _status(context: Context, _given: argparse.Namespace) -> Answer:
    return {"status": plain(context.agent.status())}


# --- citizens --------------------------------------------------------------------------------------------------------


def _citizens(context: Context, given: argparse.Namespace) -> Answer:
    if given.search is None:
        return {"citizens": plain(context.workspace.citizens(limit=given.limit))}
    hits = context.workspace.search(given.search, given.limit)
    return {"citizens": [plain(hit) for hit in hits if hit.record_type == "citizen"]}


def _citizen_new(context: Context, given: argparse.Namespace) -> Answer:
    fields: dict[str, str] = {}
    for pair in given.fields:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"expected FIELD=VALUE, not {pair!r}")
        fields[name] = value
    act = context.workspace.create_citizen(fields)
    return {"citizen": act.record, "event": str(act.event)}


# --- cases -----------------------------------------------------------------------------------------------------------


def _procedures(context: Context, _given: argparse.Namespace) -> Answer:
    listed = []
    for name, version in context.workspace.procedures():
        title = context.desk.procedure(name, version).title
        listed.append({"id": name, "version": version, "title": in_language(title, context.desk.language or "fr")})
    return {"procedures": listed}


def _cases(context: Context, given: argparse.Namespace) -> Answer:
    return {"cases": plain(context.workspace.cases(state=given.state, limit=given.limit))}


def _new(context: Context, given: argparse.Namespace) -> Answer:
    context.form = context.desk.new_case(given.procedure, given.citizen)
    return {"case": context.form.case_id, **_event(context.form.act)}


def _answer(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.answer(given.path, given.value or None)
    problem = form.session.question(given.path).problem
    return {
        "case": form.case_id,
        "path": given.path,
        **_event(form.act),
        "stored": plain(changes.answers),
        "problem": plain(problem),
    }


def _add_row(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.add_row(given.repeat)
    row = f"{given.repeat}[{changes.added_row}]"
    return {"case": form.case_id, "row": row, **_event(form.act), "stored": plain(changes.answers)}


def _remove_row(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.remove_row(given.row)
    return {"case": form.case_id, "row": given.row, **_event(form.act), "stored": plain(changes.answers)}


def _submit(context: Context, given: argparse.Namespace) -> Answer:
    submitted = context.open(given.case).submit()
    answer: Answer = {"case": given.case, **_event(submitted.act), "tracking_code": submitted.tracking_code}
    if given.receipt is not None:
        answer |= _receipt(context, given)
    return answer


def _receipt(context: Context, given: argparse.Namespace) -> Answer:
    document = receipt_pdf(context.desk.receipt(given.case, context.desk.language or "fr"))
    try:
        given.receipt.write_bytes(document)
    except OSError as error:
        raise EnvironmentFault("receipt.not_written", reason=type(error).__name__) from error
    return {"receipt": str(given.receipt)}


def _note(context: Context, given: argparse.Namespace) -> Answer:
    return {"case": given.case, **_event(context.open(given.case).note(given.text))}


def _status_change(context: Context, given: argparse.Namespace) -> Answer:
    view = context.open(given.case).view
    act = context.workspace.change_status(
        given.case, given.state, base=view.base, message=given.message, reasons=given.reasons
    )
    return {"case": given.case, **_event(act)}


def _show(context: Context, given: argparse.Namespace) -> Answer:
    view = context.workspace.case(given.case)
    history = plain(context.workspace.history(given.case))
    return {"case": plain(view), "history": history, **_form(context, view)}


def _form(context: Context, view: CaseView) -> Answer:
    """Return the questions and issues of the case's form; nothing when its procedure is not on this device yet."""
    try:
        session = context.open(view.id).session
    except InputError as error:
        return {"form": None, "form_error": error.code}
    questions = [question for page in session.pages() for question in _questions(page.items)]
    return {
        "form": [plain(question) for question in questions],
        "issues": plain(session.validate()),
        "summary": plain(session.summary()),
    }


def _questions(items: Sequence[Item]) -> list[QuestionView]:
    found: list[QuestionView] = []
    for item in items:
        if isinstance(item, QuestionView):
            found.append(item)
        elif hasattr(item, "rows"):
            found += [question for row in item.rows for question in _questions(row.items)]
        else:
            found += _questions(item.items)
    return found


def _event(act: Act | None) -> Answer:
    return {"event": str(act.event) if act is not None else None}


# --- the table -------------------------------------------------------------------------------------------------------


def _takes(*names: str) -> Callable[[argparse.ArgumentParser], None]:
    def declare(parser: argparse.ArgumentParser) -> None:
        for name in names:
            parser.add_argument(name)

    return declare


def _enrol_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, metavar="URL")
    parser.add_argument("--code", required=True)
    parser.add_argument("--device", default=socket.gethostname(), metavar="NAME")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=LIST_LIMIT)


def _citizens_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", metavar="TEXT")
    _list_arguments(parser)


def _cases_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=[state.value for state in State])
    _list_arguments(parser)


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("procedure")
    parser.add_argument("--citizen", required=True, metavar="ID")


def _submit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case")
    parser.add_argument("--receipt", type=Path, metavar="FILE")


def _receipt_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case")
    parser.add_argument("receipt", type=Path, metavar="FILE")


def _status_change_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case")
    parser.add_argument("state", choices=[state.value for state in State])
    parser.add_argument("--message", default="")
    parser.add_argument("--reasons", default="")


def _no_command(_context: Context, _given: argparse.Namespace) -> Answer:
    raise UsageError("shell within shell")


SHELL = "shell"
ENROL = "enrol"

COMMANDS: Mapping[str, Command] = {
    ENROL: Command("enrol this device with a one-time code", _enrol, _enrol_arguments),
    "unlock": Command("check the passphrase, show who this workspace acts for", _unlock),
    "citizens": Command("list or search citizens", _citizens, _citizens_arguments),
    "citizen-new": Command(
        "record a citizen: FIELD=VALUE…",
        _citizen_new,
        lambda parser: parser.add_argument("fields", nargs="+", metavar="FIELD=VALUE"),
    ),
    "cases": Command("list cases, newest activity first", _cases, _cases_arguments),
    "procedures": Command("list the procedures on this device", _procedures),
    "new": Command("open a case: PROCEDURE --citizen ID", _new, _new_arguments),
    "answer": Command("answer a question (an empty VALUE clears it)", _answer, _takes("case", "path", "value")),
    "add-row": Command("add a row to a repeat", _add_row, _takes("case", "repeat")),
    "remove-row": Command("remove a row: /repeat[row]", _remove_row, _takes("case", "row")),
    "submit": Command("hand a case in", _submit, _submit_arguments),
    "receipt": Command("write the receipt of a case handed in", _receipt, _receipt_arguments),
    "note": Command("add a remark to a case", _note, _takes("case", "text")),
    "status-change": Command("move a case to another state", _status_change, _status_change_arguments),
    "show": Command("show a case: answers, form, history", _show, _takes("case")),
    "sync": Command("make one round with the central service", _sync),
    "status": Command("show where this workspace stands", _status),
    SHELL: Command("read such commands from standard input, one a line", _no_command),
}
