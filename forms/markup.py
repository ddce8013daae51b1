"""The formatting that form authors may use in their words: a safe part of Markdown, and a few tags.

What is understood: ``**bold**``, ``__bold__``, ``*italic*``, ``_italic_``, ``[words](https://…)``, ``#`` to ``######``
at the start of a line, list marks at the start of a line, ``\\`` before a sign that is meant as such, and the tags ``b
strong i em u br p`` and ``span`` with a colour. Any other tag is left out, its words stay. Nothing is ever run, fetched
or nested into something else: the result is flat pieces of text. Source: the forms documentation of ODK, "styling".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_ESCAPED = re.compile(r"([\\*_\[\]<>#+-])")
FORMATTED_CHARS_MAX = 20_000
"""Longer words are shown as they are: a label with a whole essay for an answer within it is nobody's layout."""
_TOKEN = re.compile(
    r"""(?P<escape>\\[\\`*_{}\[\]()#+\-.!<>|~])
      | (?P<mark>\*{1,3}|_{1,3})
      | (?P<link>\[(?P<words>[^\[\]\n]{1,500})\]\((?P<target>(?:https?://|mailto:)[^\s()<>"']{1,2000})\))
      | (?P<tag></?[A-Za-z][A-Za-z0-9]{0,10}(?:\s[^<>]{0,500})?/?>)""",
    re.VERBOSE,
)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]")
_ITEM = re.compile(r"([ \t]{0,20})[-*+][ \t]")
_SIGNS = re.compile(r"[\\*_\[<#+-]")
_COLOUR = re.compile(r"""color\s*:\s*(#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?|[A-Za-z]{3,20})\s*(?=[;"'/>]|$)""")
_NOTHING = "\ue000"
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")
_LEFT_OUT = frozenset(
    [
        "a",
        "abbr",
        "article",
        "audio",
        "body",
        "button",
        "center",
        "code",
        "div",
        "dl",
        "dd",
        "dt",
        "font",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "img",
        "input",
        "label",
        "li",
        "link",
        "main",
        "meta",
        "object",
        "ol",
        "pre",
        "s",
        "script",
        "section",
        "select",
        "small",
        "strike",
        "style",
        "sub",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "textarea",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
    ]
)
"""Tags that mean nothing here; what looks like a tag and is none of these stays as it was typed."""
_STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underlined"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of words in one dress.

    Attributes:
        colour: ``#rgb``, ``#rrggbb`` or a colour's English name, "" for none; whoever shows it sees to the contrast.
        link: an address (http, https or mailto), "" for none.
        heading: 1 to 6, 0 for running text.
    """

    text: str
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    colour: str = ""
    link: str = ""
    heading: int = 0


def escaped(text: str) -> str:
    """Return ``text`` so that it reads as it is: an answer within an author's words is no formatting.

    An answer that is not there leaves a sign that nobody sees, so that the marks around it do not meet.
    """
    return _ESCAPED.sub(r"\\\1", text) or _NOTHING


def plain(text: str) -> str:
    """Return the words without their formatting."""
    if not _SIGNS.search(text):  # nearly every label of a long list
        return text.replace(_NOTHING, "")
    return "".join(segment.text for segment in segments(text))


def is_formatted(parts: tuple[Segment, ...]) -> bool:
    """Say whether any piece is more than plain words."""
    return any(part != Segment(part.text) for part in parts)


@lru_cache(maxsize=4096)
def segments(text: str) -> tuple[Segment, ...]:
    """Return the pieces of ``text`` in order, neighbours of one dress joined."""
    if len(text) > FORMATTED_CHARS_MAX or not _SIGNS.search(text):
        text = _ESCAPE.sub(r"\1", text).replace(_NOTHING, "")
        return (Segment(text),) if text else ()
    found: list[Segment] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            found.append(Segment("\n"))
        found.extend(_line(line))
    return tuple(_joined(found))


def _line(line: str) -> Iterator[Segment]:
    heading = _HEADING.match(line)
    if heading is not None:
        level, words = len(heading[1]), line[heading.end() :].strip(" \t").rstrip("#").rstrip(" \t")
        yield from (replace(one, heading=level) for one in _inline(words))
        return
    item = _ITEM.match(line)
    if item is not None:
        yield Segment(f"{item[1]}\N{BULLET} ")
        yield from _inline(line[item.end() :].lstrip(" \t"))
        return
    yield from _inline(line)


def _joined(parts: list[Segment]) -> Iterator[Segment]:
    held: Segment | None = None
    for part in parts:
        if held is not None and replace(part, text=held.text) == held:
            held = replace(held, text=held.text + part.text)
        else:
            if held is not None and held.text:
                yield held
            held = part
    if held is not None and held.text:
        yield held


@dataclass
class _Piece:
    """A token of a line; a mark becomes text again when nothing closes it."""

    text: str
    kind: str = "text"
    link: str = ""
    opens: bool = False
    closes: bool = False
    style: str = ""
    begins: bool = False


def _inline(line: str) -> list[Segment]:
    pieces = _tokens(line)
    _pair(pieces)
    found: list[Segment] = []
    now = Segment("")
    colours: list[str] = []
    depth = {"bold": 0, "italic": 0, "underlined": 0}
    for piece in pieces:
        if piece.kind == "text":
            found.append(replace(now, text=piece.text.replace(_NOTHING, ""), link=piece.link))
        elif piece.kind == "colour":
            if piece.begins:
                colours.append(piece.style)
            elif colours:
                colours.pop()
            now = replace(now, colour=colours[-1] if colours else "")
        else:
            for style in piece.style.split():
                depth[style] = max(0, depth[style] + (1 if piece.begins else -1))
            now = replace(now, bold=depth["bold"] > 0, italic=depth["italic"] > 0, underlined=depth["underlined"] > 0)
    return found


def _tokens(line: str) -> list[_Piece]:
    found: list[_Piece] = []
    at = 0
    for match in _TOKEN.finditer(line):
        if match.start() > at:
            found.append(_Piece(line[at : match.start()]))
        at = match.end()
        if match["escape"]:
            found.append(_Piece(match[0][1:]))
        elif match["link"]:
            found.append(_Piece(plain(match["words"]), link=match["target"]))
        elif match["tag"]:
            found.extend(_tag(match[0]))
        else:
            found.append(_mark(match, line))
    found.append(_Piece(line[at:]))
    return found


def _mark(match: re.Match[str], line: str) -> _Piece:
    before = line[match.start() - 1] if match.start() else " "
    after = line[match.end()] if match.end() < len(line) else " "
    opens, closes = not after.isspace(), not before.isspace()
    if match[0][0] == "_":
        # Inside a word it is a sign like another: names such as nom_de_famille.
        opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
    return _Piece(match[0], "mark", opens=opens, closes=closes)


def _tag(text: str) -> list[_Piece]:
    name = text.strip("</>").split()[0].rstrip("/").lower()
    if name not in _LEFT_OUT and name not in _STYLES and name not in ("br", "p", "span"):
        return [_Piece(text)]
    begins = not text.startswith("</")
    if name in ("br", "p"):
        return [_Piece("\n")] if name == "br" or not begins else []
    if name in _STYLES:
        return [_Piece("", "style", style=_STYLES[name], begins=begins)]
    if name == "span":
        colour = _COLOUR.search(text)
        return [_Piece("", "colour", style=colour[1] if colour and begins else "", begins=begins)]
    return []


def _pair(pieces: list[_Piece]) -> None:
    """Turn marks that open and close something into styles, from the inside out; the others are text."""
    waiting: list[_Piece] = []
    for piece in pieces:
        if piece.kind != "mark":
            continue
        partner = next((one for one in reversed(waiting) if one.text == piece.text), None) if piece.closes else None
        if partner is not None:
            del waiting[waiting.index(partner) :]
            style = {1: "italic", 2: "bold", 3: "bold italic"}[len(piece.text)]
            for one, begins in ((partner, True), (piece, False)):
                one.kind, one.style, one.begins = "style", style, begins
        elif piece.opens:
            waiting.append(piece)
    for piece in pieces:
        if piece.kind == "mark":
            piece.kind = "text"
