"""``main.py agent``: the very client of the window, driven by commands, answering in JSON, one line each.

The passphrase is the first line of standard input (or asked for on a terminal), so it is never in a process list. What
a line says happened is durable: an act's identity is printed only after its commit.
"""

from __future__ import annotations

import argparse
import getpass
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cases.errors import (
    DamagedError,
    EnvironmentFault,
    EstafetteError,
    InputError,
    NetworkFault,
    NotPermittedError,
    RejectedError,
)
from cases.keys import slots
from cases.keys.device_secret import FileDeviceSecrets, KeyringDeviceSecrets, device_secret_directory
from cases.ports import Ports
from cases.workspace import Workspace
from forms.errors import FormRefused, FormsError
from sync.agent import Agent
from sync.command import Answer, Context, plain
from sync.commands import (
    COMMANDS,
    ENROL,
    SHELL,
    Parser,
    build_parser,
    explained_issue,
    split_line,
)
from sync.desk import Desk, FormIncomplete
from sync.help_words import FRENCH
from sync.transport import RequestsTransport
from sync.usage import HelpShown, UsageError, explained
from sync.words import words_for

EXIT_INPUT = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
EXIT_NETWORK = 4
EXIT_REJECTED = 5
SECRET_FILE = "--device-secret-file"

_REFUSALS = (EstafetteError, FormRefused, FormsError, UsageError)


def run_agent(argv: Sequence[str]) -> int:
    """Run ``main.py agent`` and return its exit code.

    0, or why not: 1 input, 2 usage, 3 this machine, 4 network, 5 refused by the service. In a shell it is the code of
    the first line that failed.
    """
    _take_any_bytes(sys.stdin)
    try:
        options = _client_parser().parse_args(_with_folder(argv))
        command = build_parser().parse_args(options.command)
        if options.workspace is None:
            raise explained("the following arguments are required: --workspace")
        passphrase = _passphrase(sys.stdin)
        with _opened(options, passphrase, create=command.command == ENROL) as context:
            if command.command == SHELL:
                return _shell(context, sys.stdin)
            _print(COMMANDS[command.command].run(context, command))
            return 0
    except HelpShown:
        return 0
    except _REFUSALS as error:
        return _print_error(error)
    except BrokenPipeError:
        # Whoever read the answers is gone: there is nobody to tell, and nothing printed was undone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ENVIRONMENT
    except OSError as error:
        return _print_error(EnvironmentFault("machine.refused", cause=type(error).__name__))


def _take_any_bytes(stream: TextIO) -> None:
    """Let bytes that are no UTF-8 through as half surrogates, which every act refuses by name, line by line."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _with_folder(argv: Sequence[str]) -> list[str]:
    """Write out the usual folder of the device secret where none is named: what follows may be the command."""
    found = list(argv)
    for place, word in enumerate(found):
        if word in COMMANDS:
            break
        following = found[place + 1 : place + 2]
        if word == SECRET_FILE and (not following or following[0] in COMMANDS or following[0].startswith("-")):
            found[place] = f"{SECRET_FILE}={device_secret_directory()}"
    return found


def _client_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="main.py agent",
        description="The client without a window. The passphrase is the first line of standard input.",
        epilog="commandes / commands:\n" + "\n".join(_command_lines()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="the workspace's folder (required)")
    parser.add_argument(
        SECRET_FILE,
        nargs="?",
        type=Path,
        const=device_secret_directory(),
        metavar="DIR",
        help="keep the device secret in a file instead of the keyring, in this folder (default: %(const)s); write a"
        " folder that is called as a command is ./NAME",
    )
    parser.add_argument("--language", choices=("fr", "en"), help="language of the forms")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND …")
    return parser


def _command_lines() -> list[str]:
    """Return what each command does, French first, the English beneath."""
    lines: list[str] = []
    for name, command in COMMANDS.items():
        lines += [f"  {name:14} {FRENCH[command.help]}", f"  {'':14} {command.help}"]
    return lines


def _passphrase(stream: TextIO) -> str:
    """Return the passphrase: the first line of ``stream``, or what a person types unseen on a terminal."""
    passphrase = getpass.getpass("Phrase secrète : ") if stream.isatty() else stream.readline().rstrip("\r\n")
    if not passphrase:
        raise InputError("passphrase.missing", field="passphrase")
    if not passphrase.isascii() and any("\ud800" <= letter <= "\udfff" for letter in passphrase):
        raise InputError("input.unstorable", field="passphrase")
    return passphrase


@contextmanager
def _opened(options: argparse.Namespace, passphrase: str, *, create: bool) -> Iterator[Context]:
    """Open the workspace, or make it when there is none and the device is being enrolled."""
    folder: Path | None = options.device_secret_file
    ports = Ports(device_secrets=KeyringDeviceSecrets() if folder is None else FileDeviceSecrets(folder))
    directory: Path = options.workspace
    fresh = create and not slots.exists(directory)
    opening = Workspace.create if fresh else Workspace.unlock
    try:
        workspace = opening(directory, passphrase, ports=ports)
    except EnvironmentFault as error:
        if error.code == "unlock.other_device" and folder is not None and not error.details.get("known"):
            raise EnvironmentFault(error.code, known=False, folder=str(folder)) from error
        raise
    try:
        agent = Agent(workspace, RequestsTransport, ports=ports)
        try:
            agent.take_answers()
            yield Context(workspace, agent, Desk(workspace, ports=ports, language=options.language), fresh)
        finally:
            agent.stop()
    finally:
        workspace.close()


def _shell(context: Context, stream: TextIO) -> int:
    """Run one command for each line; a line that fails is answered and the next one is read."""
    parser = build_parser()
    first_failure = 0
    for line in stream:
        if not line.strip():
            continue
        try:
            given = parser.parse_args(split_line(line))
            _print(COMMANDS[given.command].run(context, given))
        except HelpShown:
            continue
        except _REFUSALS as error:
            code = _print_error(error)
            first_failure = first_failure or code
    return first_failure


def _print(answer: Answer) -> None:
    """Write one line and push it out: whoever reads it may rely on what it says."""
    print(json.dumps(answer, ensure_ascii=False, separators=(",", ":")), flush=True)


def _print_error(error: Exception) -> int:
    code, exit_code, details = _described(error)
    words = words_for(code, exit_code, details)
    answer: Answer = {"error": code, "details": details, "message_fr": words.fr, "message_en": words.en}
    if isinstance(error, FormIncomplete):
        answer["issues"] = [explained_issue(error.session, issue) for issue in error.issues]
    if isinstance(error, FormRefused):
        answer["problems"] = plain(error.problems)
    _print(answer)
    return exit_code


def _described(error: Exception) -> tuple[str, int, dict[str, object]]:
    """Return the code, exit code and details of a refusal."""
    if isinstance(error, UsageError):
        return "usage", EXIT_USAGE, {"reason_fr": error.words.fr, "reason_en": error.words.en}
    if isinstance(error, FormRefused):
        return error.problems[0].code, EXIT_INPUT, dict(error.problems[0].details)
    if isinstance(error, FormsError):
        return error.code, EXIT_INPUT, dict(error.details)
    if isinstance(error, EstafetteError):
        return error.code, _exit_code(error), dict(error.details)
    raise error


def _exit_code(error: EstafetteError) -> int:
    if isinstance(error, EnvironmentFault | DamagedError):
        return EXIT_ENVIRONMENT
    if isinstance(error, NetworkFault):
        return EXIT_NETWORK
    if isinstance(error, RejectedError | NotPermittedError):
        return EXIT_REJECTED
    return EXIT_INPUT
