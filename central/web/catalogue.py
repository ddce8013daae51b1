"""Words in the reader's language: gettext catalogues, read once.

Source strings are English; ``locale/<language>/estafette.po`` holds the others. A ``.mo`` is never committed: ``build``
writes them when the service is installed, and without one the ``.po`` is compiled in memory on first use (a checkout).
"""

from __future__ import annotations

import ast
import gettext
import io
import re
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

SOURCE_LANGUAGE = "en"
LANGUAGES = {"fr": "Français", "en": "English"}
"""Code and name, the default first."""
DEFAULT_LANGUAGE = next(iter(LANGUAGES))

_WEB = Path(__file__).parent
_LOCALE = _WEB / "locale"
_CENTRAL = _WEB.parent
_DOMAIN = "estafette"
_MAGIC = 0x950412DE
_HEADER_BYTES = 28
_PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]")
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "plural": (1, 2)}
_METHODS = [("web/templates/**.html", "jinja2"), ("**.py", "python")]


class _Key(NamedTuple):
    singular: str
    plural: str


def N_(message: str) -> str:
    """Mark a message for the catalogue where it is written in a table; it is translated where it is shown."""
    return message


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the words of one of ``LANGUAGES``; any thread."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    source = _LOCALE / language / f"{_DOMAIN}.po"
    built = source.with_suffix(".mo")
    if built.exists() and built.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return gettext.GNUTranslations(io.BytesIO(built.read_bytes()))
    return gettext.GNUTranslations(io.BytesIO(_compile(source)))


def build() -> list[Path]:
    """Compile every catalogue beside its source and return the files written; for the installation."""
    written = []
    for source in sorted(_LOCALE.glob(f"*/{_DOMAIN}.po")):
        built = source.with_suffix(".mo")
        built.write_bytes(_compile(source))
        written.append(built)
    return written


def check() -> list[str]:
    """Say where catalogues and code disagree: missing, fuzzy, obsolete, other placeholders. Empty when all is well."""
    wanted = set(_messages_in_code())
    complaints: list[str] = []
    for language in LANGUAGES:
        if language != SOURCE_LANGUAGE:
            complaints += [f"{language}: {complaint}" for complaint in _complaints(_read(language), wanted)]
    return complaints


def _compile(source: Path) -> bytes:
    """Return a catalogue's source as the GNU format that ``gettext`` reads.

    Done here in a few lines and not by babel, which an installed service does not have.
    """
    entries = sorted(_entries(source.read_text("utf-8").splitlines()))
    keys, values = [key for key, _ in entries], [value for _, value in entries]
    table = _HEADER_BYTES + 16 * len(entries)
    head = struct.pack("<7I", _MAGIC, 0, len(entries), _HEADER_BYTES, _HEADER_BYTES + 8 * len(entries), 0, 0)
    places, texts = b"", b""
    for text in (*keys, *values):
        places += struct.pack("<2I", len(text), table + len(texts))
        texts += text + b"\0"
    return head + places + texts


def _entries(lines: Iterable[str]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each message of a ``.po`` file with its translation, plural forms joined as ``.mo`` files want them."""
    parts: dict[str, str] = {}
    current = ""
    for line in (*lines, 'msgid ""'):
        keyword, quote, rest = line.partition('"')
        if line.startswith("#") or not quote:
            continue
        if keyword.strip():
            if keyword.strip() == "msgid" and parts:
                yield _entry(parts)
                parts = {}
            current = keyword.strip()
        parts[current] = parts.get(current, "") + ast.literal_eval(quote + rest)


def _entry(parts: dict[str, str]) -> tuple[bytes, bytes]:
    ids = [parts[name] for name in ("msgid", "msgid_plural") if name in parts]
    strings = [text for name, text in sorted(parts.items()) if name.startswith("msgstr")]
    return "\0".join(ids).encode(), "\0".join(strings).encode()


def _read(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    with (_LOCALE / language / f"{_DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language)


def _messages_in_code() -> Iterator[_Key]:
    from babel.messages.extract import extract_from_dir

    options = {"web/templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
    found = extract_from_dir(_CENTRAL, _METHODS, options_map=options, keywords=_KEYWORDS)
    for _name, _line, message, _comments, _context in found:
        yield _Key(*message[:2]) if isinstance(message, tuple) else _Key(message, "")


def _key(message: Message) -> _Key:
    return _Key(*message.id[:2]) if isinstance(message.id, tuple | list) else _Key(message.id, "")


def _complaints(catalog: Catalog, wanted: set[_Key]) -> Iterator[str]:
    held = {_key(message): message for message in catalog if message.id}
    for key in sorted(wanted - held.keys()):
        yield f"missing: {key.singular!r}"
    for key in sorted(held.keys() - wanted):
        yield f"not in the code any more: {key.singular!r}"
    for key in sorted(held.keys() & wanted):
        message = held[key]
        said = message.string if isinstance(message.string, tuple | list) else [message.string]
        words = [text or "" for text in said]
        if not all(words):
            yield f"not translated: {key.singular!r}"
        elif message.fuzzy:
            yield f"fuzzy: {key.singular!r}"
        elif not _placeholders_fit(key, words):
            yield f"other placeholders: {key.singular!r}"


def _placeholders_fit(key: _Key, words: list[str]) -> bool:
    """Say whether each form names what the source names; only the form for one may leave the number out."""
    whole = _placeholders(key.plural or key.singular)
    return _placeholders(words[0]) in (whole, _placeholders(key.singular)) and all(
        _placeholders(text) == whole for text in words[1:]
    )


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))
