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
from sync.proxies import Way, password_name, policy_path, this_computer
from sync.transport import RequestsTransport, checked_url
from sync.usage import SpokenParser
from sync.words import words_for

_EXITS = ((EnvironmentFault, 3), (NetworkFault, 4))


def run_network(argv: Sequence[str]) -> int:
    """Run ``main.py network``: 0, or 1 input, 3 this machine, 4 network."""
    parser = SpokenParser(prog="main.py network", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="ask a service for its health, by the way that the program would take")
    check.add_argument("url", metavar="URL", help="the service's address")
    password = commands.add_parser("password", help="keep a proxy's password in the keyring; it is read unseen")
    password.add_argument("url", metavar="URL", help="the service's address: says which proxy it is")
    password.add_argument("--user", help="who to sign in as; default: as the policy says")
    password.add_argument("--forget", action="store_true", help="forget it instead")
    options = parser.parse_args(list(argv))
    try:
        found = _check(options.url) if options.command == "check" else _password(options)
    except EstafetteError as error:
        exit_code = next((code for kind, code in _EXITS if isinstance(error, kind)), 1)
        words = words_for(error.code, exit_code, error.details)
        found = {"error": error.code, "details": dict(error.details), "message_fr": words.fr, "message_en": words.en}
        print(json.dumps(found, ensure_ascii=False))
        return exit_code
    print(json.dumps(found, ensure_ascii=False))
    return 0


def _check(url: str) -> dict[str, object]:
    root = checked_url(url)
    straight = root.startswith("http:")
    ways = () if straight else this_computer().ways(root)
    transport = RequestsTransport(root)
    try:
        status = transport.request("HEAD", "/healthz", b"", {}).status
    finally:
        transport.close()
    return {
        "policy": str(policy_path()),
        "ways": [way.place or "direct" for way in ways] or ["direct"],
        "status": status,
    }


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
