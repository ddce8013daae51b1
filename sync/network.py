"""``main.py network``: how this computer reaches the service, for those who set it up; and the proxy's password.

Answers are JSON, one line each. No line ever holds a password.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Sequence

from cases.errors import EnvironmentFault, EstafetteError, InputError, NetworkFault
from sync import network_check
from sync.proxies import Way, password_name, policy_path, this_computer
from sync.transport import checked_url
from sync.usage import SpokenParser
from sync.words import words_for

NETWORK = 4
_ABOUT = (
    "How this computer reaches the service, for those who set it up; and the proxy's password. Answers are JSON, one "
    "line each; no line ever holds a password."
)
_EXITS = ((EnvironmentFault, 3), (NetworkFault, NETWORK))


def run_network(argv: Sequence[str]) -> int:
    """Run ``main.py network``: 0, or 1 input, 3 this machine, 4 network or a service that is not well."""
    parser = SpokenParser(prog="main.py network", description=_ABOUT)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="ask a service for its health, by the way that the program would take")
    check.add_argument("url", metavar="URL", help="the service's address")
    password = commands.add_parser("password", help="keep a proxy's password in the keyring; it is read unseen")
    password.add_argument("url", metavar="URL", help="the service's address: says which proxy it is")
    password.add_argument("--user", help="who to sign in as; default: as the policy says")
    password.add_argument("--forget", action="store_true", help="forget it instead")
    options = parser.parse_args(list(argv))
    try:
        found, error = _check(options.url) if options.command == "check" else (_password(options), None)
    except EstafetteError as refusal:
        found, error = {}, refusal
    if error is None:
        print(json.dumps(found, ensure_ascii=False))
        return 0 if found.get("status", 200) == 200 else NETWORK
    exit_code = next((code for kind, code in _EXITS if isinstance(error, kind)), 1)
    words = words_for(error.code, exit_code, error.details)
    said = {"error": error.code, "details": dict(error.details), "message_fr": words.fr, "message_en": words.en}
    print(json.dumps({**said, **found}, ensure_ascii=False))
    return exit_code


def _check(url: str) -> tuple[dict[str, object], EstafetteError | None]:
    """Return what was found on the way to a service, and what ended the search. InputError: no service's address."""
    found = network_check.check(checked_url(url))
    answer: dict[str, object] = {"policy": str(policy_path()), "ways": found.ways, "findings": found.findings}
    if found.fault is None:
        answer["status"] = found.status
    return answer, found.fault


def _password(options: argparse.Namespace) -> dict[str, object]:
    from cases.keys.device_secret import KeyringDeviceSecrets

    way = next((way for way in this_computer().ways(checked_url(options.url)) if way.proxy), None)
    if way is None:
        raise InputError("proxy.none")
    named = Way(way.proxy, options.user or way.user)
    if not named.user:
        raise InputError("proxy.user_missing")
    secrets = KeyringDeviceSecrets()
    if options.forget:
        secrets.delete(password_name(named))
        return {"proxy": named.place, "user": named.user, "kept": False}
    said = getpass.getpass("Mot de passe : ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not said:
        raise InputError("proxy.password_missing")
    secrets.set(password_name(named), said.encode())
    return {"proxy": named.place, "user": named.user, "kept": True}
