"""The commands of ``main.py agent``: each takes the open client and its arguments, and returns one JSON object."""

from __future__ import annotations

import argparse
import shlex
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from cases.errors import EnvironmentFault, EstafetteError, InputError
from cases.procedures import in_language
from cases.receipt import receipt_pdf
from cases.views import CITIZEN_FIELDS, CaseView
from cases.workflow import State
from forms.session import Session
from forms.views import Issue, Item, QuestionView
from sync.command import Answer, Command, Context, as_object, event_of, pairs, plain, said, takes
from sync.issues import issue_words
from sync.log_command import LOG
from sync.print_command import PRINT
from sync.problems import surely_not_done
from sync.remedy_commands import REMEDIES
from sync.usage import BilingualParser, HelpShown, UsageError, explained
from sync.version_commands import VERSIONS, told_earlier
from sync.words import Words

LIST_LIMIT = 256

_NO_PROCEDURES = Words(
    "Aucune démarche sur ce poste : elles arrivent à la première synchronisation (sync).",
    "No procedure on this device yet: they come with the first synchronisation (sync).",
)


class Parser(BilingualParser):
    """A parser that raises instead of ending the process: in a shell a wrong line is only a wrong line."""

    def error(self, message: str) -> NoReturn:
        raise explained(message)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise HelpShown


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of one command with its arguments; raises UsageError."""
    parser = Parser(prog="main.py agent", add_help=False)
    names = parser.add_subparsers(dest="command", required=True, parser_class=Parser, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.arguments(names.add_parser(name, help=command.help, description=command.help))
    return parser


def split_line(line: str) -> list[str]:
    """Return the words of one line of the shell, quoted as in a POSIX shell. Raises UsageError."""
    try:
        return shlex.split(line)
    except ValueError as error:
        words = Words("un guillemet n'est pas refermé.", "a quotation mark is not closed.")
        raise UsageError(words) from error


# --- who, and sync ---------------------------------------------------------------------------------------------------


def _enrol(context: Context, given: argparse.Namespace) -> Answer:
    """Enrol. A workspace made for an enrolment that surely did not happen goes again, its passphrase with it."""
    first = context.workspace.identity is None
    try:
        return {"identity": plain(context.agent.enrol(given.server, given.code, given.device))}
    except EstafetteError as error:
        if not first:
            raise
        left = "open"
        if surely_not_done(error):
            left = "undone" if context.fresh else "kept"
        if left == "undone":
            context.agent.stop()
            context.workspace.discard()
        raise type(error)(error.code, **{**error.details, "enrolment": left}) from error


def _unlock(context: Context, _given: argparse.Namespace) -> Answer:
    return {"identity": plain(context.workspace.identity)}


def _sync(context: Context, given: argparse.Namespace) -> Answer:
    if given.audit:
        context.agent.audit_soon()
    outcome = context.agent.sync_once()
    return {"sync": plain(outcome), "status": plain(context.agent.status())}


def _findings(context: Context, _given: argparse.Namespace) -> Answer:
    """List what audits found, newest first, with the words for it."""
    return {"findings": [{**as_object(one._asdict()), **said(one.code)} for one in context.workspace.findings()]}


def _status(context: Context, _given: argparse.Namespace) -> Answer:
    """Show where things stand; ``state`` is how the last round ended, be it of an earlier run of the program."""
    status = context.agent.status()
    return {"status": {**as_object(status), "state": status.last_state}}


# --- citizens --------------------------------------------------------------------------------------------------------


def _citizens(context: Context, given: argparse.Namespace) -> Answer:
    if given.search is None:
        return {"citizens": plain(context.workspace.citizens(limit=given.limit))}
    hits = context.workspace.search(given.search, given.limit)
    found = [hit.record_id for hit in hits if hit.record_type == "citizen"]
    return {"citizens": plain(context.workspace.citizen_rows(found))}


def _citizen_new(context: Context, given: argparse.Namespace) -> Answer:
    act = context.workspace.create_citizen({name: value or "" for name, value in pairs(given.fields).items()})
    return {"citizen": act.record, "event": str(act.event)}


def _citizen_edit(context: Context, given: argparse.Namespace) -> Answer:
    """Correct what is known, knowing what stands here now; only what differs is recorded, as in the window."""
    view = context.workspace.citizen(given.citizen)
    wanted = pairs(given.fields)
    changed = {
        name: value
        for name, value in wanted.items()
        if name not in CITIZEN_FIELDS or (value or None) != (view.fields.get(name) or None)
    }
    act = context.workspace.edit_citizen(view.id, changed, base=view.base) if changed else None
    fields = context.workspace.citizen(view.id).fields
    shown = {name: fields.get(name) for name in CITIZEN_FIELDS if fields.get(name)}
    return {"citizen": view.id, **event_of(act), "changed": sorted(changed), "fields": shown}


# --- cases -----------------------------------------------------------------------------------------------------------


def _procedures(context: Context, _given: argparse.Namespace) -> Answer:
    listed = []
    for name, version in context.workspace.procedures():
        title = context.desk.procedure(name, version).title
        listed.append({"id": name, "version": version, "title": in_language(title, context.desk.language or "fr")})
    if listed:
        return {"procedures": listed}
    return {"procedures": [], "message_fr": _NO_PROCEDURES.fr, "message_en": _NO_PROCEDURES.en}


def _cases(context: Context, given: argparse.Namespace) -> Answer:
    """List cases; with each its citizen's date of birth and commune, which tell namesakes apart."""
    rows = context.workspace.cases(state=given.state, limit=given.limit)
    people = {one.id: one for one in context.workspace.citizen_rows(list({row.citizen for row in rows}))}
    listed = []
    for row in rows:
        person = people.get(row.citizen)
        told = ("", "") if person is None else (person.birth_date, person.commune)
        listed.append({**as_object(row), "citizen_birth_date": told[0], "citizen_commune": told[1]})
    return {"cases": listed}


def _new(context: Context, given: argparse.Namespace) -> Answer:
    context.form = context.desk.new_case(given.procedure, given.citizen)
    return {"case": context.form.case_id, **event_of(context.form.act)}


def _answer(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.answer(given.path, given.value or None)
    question = form.session.question(given.path)
    problem = question.problem
    if not question.relevant:
        # Kept, and said: it counts for nothing until the form asks for it.
        event = event_of(form.act)["event"]
        raise InputError("answer.not_asked", field=given.path, case=form.case_id, event=str(event))
    return {
        "case": form.case_id,
        "path": given.path,
        **event_of(form.act),
        "stored": plain(changes.answers),
        "problem": None if problem is None else explained_issue(form.session, problem),
    }


def _choices(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    offered = form.session.choices(given.path, given.search, given.limit)
    return {"case": form.case_id, "path": given.path, "choices": plain(offered)}


def explained_issue(session: Session, issue: Issue) -> Answer:
    """Return an issue with what to type instead, in both languages."""
    words = issue_words(session, issue)
    return {**as_object(issue), "message_fr": words.fr, "message_en": words.en}


def _add_row(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.add_row(given.repeat)
    row = f"{given.repeat}[{changes.added_row}]"
    return {"case": form.case_id, "row": row, **event_of(form.act), "stored": plain(changes.answers)}


def _remove_row(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    changes = form.remove_row(given.row)
    return {"case": form.case_id, "row": given.row, **event_of(form.act), "stored": plain(changes.answers)}


def _submit(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    submitted = form.submit()
    answer: Answer = {"case": form.case_id, **event_of(submitted.act), "tracking_code": submitted.tracking_code}
    if given.receipt is not None:
        answer |= _receipt(context, given)
    return answer


def _receipt(context: Context, given: argparse.Namespace) -> Answer:
    document = receipt_pdf(context.desk.receipt(context.case_id(given.case), context.desk.language or "fr"))
    try:
        given.receipt.write_bytes(document)
    except OSError as error:
        if not given.receipt.absolute().parent.is_dir():
            raise EnvironmentFault("receipt.no_folder", place=str(given.receipt.absolute().parent)) from error
        raise EnvironmentFault("receipt.not_written", file=str(given.receipt), reason=type(error).__name__) from error
    return {"receipt": str(given.receipt)}


def _note(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    return {"case": form.case_id, **event_of(form.note(given.text))}


def _status_change(context: Context, given: argparse.Namespace) -> Answer:
    view = context.open(given.case).view
    act = context.workspace.change_status(
        view.id, given.state, base=view.base, message=given.message, reasons=given.reasons
    )
    return {"case": view.id, **event_of(act)}


def _show(context: Context, given: argparse.Namespace) -> Answer:
    view = context.workspace.case(context.case_id(given.case))
    history = plain(context.workspace.history(view.id))
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
        "issues": [explained_issue(session, issue) for issue in session.validate()],
        "summary": plain(session.summary()),
        "earlier_answers": told_earlier(context, view.id),
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


# --- the table -------------------------------------------------------------------------------------------------------


def _enrol_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, metavar="URL", help="address of the central service")
    parser.add_argument("--code", required=True, help="the enrolment code that a supervisor made; it works once")
    parser.add_argument(
        "--device", default=socket.gethostname(), metavar="NAME", help="how people call this computer (%(default)s)"
    )


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=LIST_LIMIT, help="at most so many (%(default)s)")


def _citizens_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", metavar="TEXT", help="name, birth date, commune…; typing errors are forgiven")
    _list_arguments(parser)


def _citizen_new_arguments(parser: argparse.ArgumentParser) -> None:
    known = ", ".join(CITIZEN_FIELDS)
    parser.add_argument("fields", nargs="+", metavar="FIELD=VALUE", help=f"fields: {known}; birth_date as 2024-03-31")


def _citizen_edit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("citizen", metavar="CITIZEN", help="identity, as `citizens` lists it")
    known = ", ".join(CITIZEN_FIELDS)
    words = f"only what changes; FIELD= clears it. Fields: {known}; birth_date as 2024-03-31"
    parser.add_argument("fields", nargs="+", metavar="FIELD=VALUE", help=words)


def _cases_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", choices=[state.value for state in State], help="only cases in this state")
    _list_arguments(parser)


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("procedure", help="identity of the procedure, as `procedures` lists it")
    parser.add_argument("--citizen", required=True, metavar="ID", help="identity, as `citizens` lists it")


def _choices_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case", "path")(parser)
    parser.add_argument("--search", default="", metavar="TEXT", help="only choices whose label contains this")
    _list_arguments(parser)


def _sync_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audit", action="store_true", help="compare what both ends hold now, not only when it is due")


def _submit_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("--receipt", type=Path, metavar="FILE", help="write the receipt (PDF) there too")


def _receipt_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("receipt", type=Path, metavar="FILE", help="where the receipt (PDF) is written")


def _status_change_arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("state", choices=[state.value for state in State], help="the state to move to")
    parser.add_argument("--message", default="", help="to whoever has the case next")
    parser.add_argument("--reasons", default="", help="why, for a decision")


def _no_command(_context: Context, _given: argparse.Namespace) -> Answer:
    raise UsageError(Words("on est déjà dans un shell.", "this is a shell already."))


SHELL = "shell"
ENROL = "enrol"

COMMANDS: Mapping[str, Command] = {
    ENROL: Command("enrol this device with a one-time code", _enrol, _enrol_arguments),
    "unlock": Command("check the passphrase, show who this workspace acts for", _unlock),
    "citizens": Command("list or search citizens", _citizens, _citizens_arguments),
    "citizen-new": Command("record a citizen: FIELD=VALUE…", _citizen_new, _citizen_new_arguments),
    "citizen-edit": Command(
        "correct what is known of a citizen: CITIZEN FIELD=VALUE…", _citizen_edit, _citizen_edit_arguments
    ),
    "cases": Command("list cases, newest activity first", _cases, _cases_arguments),
    "procedures": Command("list the procedures on this device", _procedures),
    "new": Command("open a case: PROCEDURE --citizen ID", _new, _new_arguments),
    "answer": Command("answer a question (an empty VALUE clears it)", _answer, takes("case", "path", "value")),
    "choices": Command("list what a question offers to choose from", _choices, _choices_arguments),
    "add-row": Command("add a row to a repeat", _add_row, takes("case", "repeat")),
    "remove-row": Command("remove a row: /repeat[row]", _remove_row, takes("case", "row")),
    "submit": Command("hand a case in", _submit, _submit_arguments),
    "receipt": Command("write the receipt of a case handed in", _receipt, _receipt_arguments),
    **PRINT,
    "note": Command("add a remark to a case", _note, takes("case", "text")),
    "status-change": Command("move a case to another state", _status_change, _status_change_arguments),
    "show": Command("show a case: answers, form, history", _show, takes("case")),
    **VERSIONS,
    **REMEDIES,
    "sync": Command("make one round with the central service", _sync, _sync_arguments),
    "findings": Command("list what audits found and mended", _findings),
    "status": Command("show where this workspace stands", _status),
    **LOG,
    SHELL: Command("read such commands from standard input, one a line", _no_command),
}
