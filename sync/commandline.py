"""``main.py agent``: the very client of the window, driven by commands, answering in JSON, one line each.

The passphrase is the first line of standard input (or asked for on a terminal), so it is never in a process list. What
a line says happened is durable: an act's identity is printed only after its commit.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cases.errors import (
    DamagedError,
    EnvironmentFault,
    EstafetteError,
    InputError,
    NetworkFault,
    NotPermittedError,
    RejectedError,
)
from cases.keys.device_secret import FileDeviceSecrets, KeyringDeviceSecrets
from cases.ports import DeviceSecrets, Ports
from cases.workspace import Workspace
from forms.errors import FormRefused, FormsError
from sync.agent import Agent
from sync.commands import COMMANDS, ENROL, SHELL, Answer, Context, UsageError, build_parser, plain, split_line
from sync.desk import Desk, FormIncomplete
from sync.transport import RequestsTransport
from sync.words import words_for

EXIT_INPUT = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3
EXIT_NETWORK = 4
EXIT_REJECTED = 5
DEFAULT_ZONE = "Europe/Paris"

_REFUSALS = (EstafetteError, FormRefused, FormsError, UsageError)


def run_agent(argv: Sequence[str]) -> int:
    """Run ``main.py agent`` and return its exit code.

    0, or why not: 1 input, 2 usage, 3 this machine, 4 network, 5 refused by the service. In a shell it is the code of
    the first line that failed.
    """
    try:
        options = _client_parser().parse_args(argv)
        command = build_parser().parse_args(options.command)
        passphrase = _passphrase(sys.stdin)
        with _opened(options, passphrase, create=command.command == ENROL) as context:
            if command.command == SHELL:
                return _shell(context, sys.stdin)
            _print(COMMANDS[command.command].run(context, command))
            return 0
    except _REFUSALS as error:
        return _print_error(error)


class _ClientParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def _client_parser() -> argparse.ArgumentParser:
    parser = _ClientParser(
        prog="main.py agent",
        description="The client without a window. The passphrase is the first line of standard input.",
        epilog="commands:\n" + "\n".join(f"  {name:14} {command.help}" for name, command in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--workspace", required=True, type=Path, metavar="DIR", help="the workspace's folder")
    parser.add_argument(
        "--device-secret-file", action="store_true", help="keep the device secret in a file instead of the keyring"
    )
    parser.add_argument("--language", choices=("fr", "en"), help="language of the forms")
    parser.add_argument("--zone", default=DEFAULT_ZONE, help="time zone of the office")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND …")
    return parser


def _passphrase(stream: TextIO) -> str:
    """Return the passphrase: the first line of ``stream``, or what a person types unseen on a terminal."""
    passphrase = getpass.getpass("Phrase secrète : ") if stream.isatty() else stream.readline().rstrip("\r\n")
    if not passphrase:
        raise InputError("passphrase.missing", field="passphrase")
    return passphrase


@contextmanager
def _opened(options: argparse.Namespace, passphrase: str, *, create: bool) -> Iterator[Context]:
    """Open the workspace, or make it when there is none and the device is being enrolled."""
    try:
        zone = ZoneInfo(options.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f"unknown time zone {options.zone!r}") from error
    ports = Ports(device_secrets=_device_secrets(in_file=options.device_secret_file))
    directory: Path = options.workspace
    missing = not directory.exists() or not any(directory.iterdir())
    opening = Workspace.create if create and missing else Workspace.unlock
    workspace = opening(directory, passphrase, ports=ports)
    try:
        agent = Agent(workspace, RequestsTransport, ports=ports)
        try:
            yield Context(workspace, agent, Desk(workspace, ports=ports, zone=zone, language=options.language))
        finally:
            agent.stop()
    finally:
        workspace.close()


def _device_secrets(*, in_file: bool) -> DeviceSecrets:
    return FileDeviceSecrets(device_secret_directory()) if in_file else KeyringDeviceSecrets()


def device_secret_directory() -> Path:
    """Return where a device secret lives when policy wants a file: in the account's own state, never in a workspace."""
    if os.name == "nt":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        root = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return root / "estafette" / "device-secrets"


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
        answer["issues"] = plain(error.issues)
    if isinstance(error, FormRefused):
        answer["problems"] = plain(error.problems)
    _print(answer)
    return exit_code


def _described(error: Exception) -> tuple[str, int, dict[str, object]]:
    """Return the code, exit code and details of a refusal."""
    if isinstance(error, UsageError):
        return "usage", EXIT_USAGE, {"reason": str(error)}
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
