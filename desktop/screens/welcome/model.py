"""What the enrolment screen checks before anything is sent or created. Pure values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from cases.errors import InputError
from cases.keys.passphrase import check_new

translate = QCoreApplication.translate
CODE_LENGTH_MIN = 6


@dataclass(frozen=True)
class Entries:
    """What was typed, as it was typed."""

    server: str
    code: str
    device: str
    passphrase: str
    again: str

    @property
    def server_url(self) -> str:
        """The address with its scheme and without a trailing slash; https unless something else was typed."""
        text = self.server.strip().rstrip("/")
        return text if "://" in text else f"https://{text}"

    @property
    def plain_code(self) -> str:
        """The one-time code as the wire wants it: upper case, without spaces or dashes."""
        return re.sub(r"[\s\-–—.]", "", self.code).upper()


def problems(entries: Entries, *, with_passphrase: bool = True) -> dict[str, str]:
    """Return field -> what is wrong with it, in words, in the order of the screen."""
    found = {
        "server": _server(entries),
        "code": "" if len(entries.plain_code) >= CODE_LENGTH_MIN else _code(entries),
        "device": "" if entries.device.strip() else translate("Welcome", "Give this computer a name."),
    }
    if with_passphrase:
        found |= {"passphrase": _passphrase(entries.passphrase), "again": _again(entries)}
    return {field: words for field, words in found.items() if words}


def passphrase_hint(passphrase: str) -> str:
    """Return the rule while nothing is typed, then what is still missing."""
    if not passphrase:
        return translate(
            "Welcome",
            "Five words that have nothing in common, or at least 12 characters with letters and digits or signs.",
        )
    return _passphrase(passphrase) or translate("Welcome", "This passphrase is good.")


def _server(entries: Entries) -> str:
    if not entries.server.strip():
        return translate("Welcome", "Enter the address of the central service.")
    try:
        parts = urlsplit(entries.server_url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if not host or parts.scheme not in ("https", "http"):
        return translate("Welcome", "This is not an address. It looks like https://estafette.example.fr")
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        return translate("Welcome", "This address is not protected. Use the one that begins with https://")
    return ""


def _code(entries: Entries) -> str:
    if not entries.plain_code:
        return translate("Welcome", "Enter the enrolment code that your supervisor gave you.")
    return translate("Welcome", "This code is too short: some characters are missing.")


def _passphrase(passphrase: str) -> str:
    if not passphrase:
        return translate("Welcome", "Choose a passphrase.")
    try:
        check_new(passphrase)
    except InputError as error:
        if error.code == "passphrase.too_long":
            return translate("Welcome", "This passphrase is too long.")
        if error.code == "passphrase.too_plain":
            return translate("Welcome", "Too easy to guess: add a digit or a sign, or use five words.")
        return translate("Welcome", "Still too short: use 12 characters, or five words.")
    return ""


def _again(entries: Entries) -> str:
    if entries.passphrase and entries.again != entries.passphrase:
        return translate("Welcome", "The two passphrases are not the same.")
    return ""
