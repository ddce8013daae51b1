"""The words of a form: translations, and labels with values in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from forms.markup import plain
from forms.schema import Expression, Read, Text, TextPart
from forms.xmlreading import attribute, children, local

_MEDIA = frozenset({"image", "big-image", "audio", "video"})
CompileOutput = Callable[[str], Expression]
_ITEXT = re.compile(r"""\s*jr:itext\(\s*['"](.*)['"]\s*\)\s*""", re.DOTALL)
_NOTHING = "-"
"""What the converter writes where a translation is missing."""


@dataclass
class Translations:
    """The form's ``itext``: language -> text id -> form ("" is the plain one, "guidance") -> element."""

    languages: tuple[str, ...] = ()
    default: str = ""
    values: dict[str, dict[str, dict[str, etree._Element]]] = field(default_factory=dict)

    @classmethod
    def read(cls, itext: etree._Element | None) -> Translations:
        """Read the ``itext`` element; without one the form has one nameless language."""
        if itext is None:
            return cls(values={"": {}})
        found = cls()
        default = ""
        for translation in children(itext, "translation"):
            language = attribute(translation, "lang") or ""
            if attribute(translation, "default") is not None:
                default = language
            texts = found.values.setdefault(language, {})
            for one in children(translation, "text"):
                forms = {(attribute(value, "form") or ""): value for value in children(one, "value")}
                texts[attribute(one, "id") or ""] = forms
        names = tuple(found.values)
        named = tuple(name for name in names if name not in ("", "default"))
        found.default = default if default in names else (names[0] if names else "")
        # A form with one nameless translation has no languages to choose from.
        found.languages = names if named else ()
        return found

    def media(self) -> dict[str, list[str]]:
        """Text id -> the pictures, sounds and films that belong to it, as the form names them."""
        found: dict[str, list[str]] = {}
        for texts in self.values.values():
            for identity, forms in texts.items():
                if forms.keys().isdisjoint(_MEDIA):
                    continue
                files = [(value.text or "").strip() for form, value in forms.items() if form in _MEDIA]
                found.setdefault(identity, []).extend(file for file in files if file not in ("", _NOTHING))
        return {identity: files for identity, files in found.items() if files}

    def all_languages(self) -> tuple[str, ...]:
        """The keys of every :class:`Text` of the form."""
        return tuple(self.values) or ("",)

    def element(self, language: str, identity: str, form: str) -> etree._Element | None:
        """The words in ``language``, else in the default language."""
        for candidate in (language, self.default):
            forms = self.values.get(candidate, {}).get(identity, {})
            found = forms.get(form)
            if found is None and form == "":
                found = forms.get("long", forms.get("short"))
            if found is not None and (len(found) or (found.text or "").strip() not in ("", _NOTHING)):
                return found
        return None

    def identity(self, reference: str | None) -> str | None:
        """The text id in ``jr:itext('…')``."""
        found = _ITEXT.fullmatch(reference or "")
        return found[1] if found else None

    def text(self, identity: str, compile_output: CompileOutput, form: str = "") -> Text | None:
        """All languages of one text; None when no language has it."""
        parts: dict[str, tuple[TextPart, ...]] = {}
        for language in self.all_languages():
            element = self.element(language, identity, form)
            if element is not None:
                parts[language] = pieces(element, compile_output)
        return make_text(parts) if parts else None

    def plain(self, language: str, identity: str) -> str:
        """The words without computed pieces."""
        element = self.element(language, identity, "")
        return "" if element is None else plain("".join(str(piece) for piece in element.itertext())).strip()

    def has_outputs(self, identity: str) -> bool:
        """True when a language of this text computes a piece."""
        return any(
            len(element) > 0
            for texts in self.values.values()
            for form, element in texts.get(identity, {}).items()
            if form == ""
        )


def same_everywhere(element: etree._Element, languages: tuple[str, ...], compile_output: CompileOutput) -> Text | None:
    """A text written in place, not translated; None when it is empty."""
    found = pieces(element, compile_output)
    return make_text(dict.fromkeys(languages, found)) if found else None


def make_text(parts: Mapping[str, tuple[TextPart, ...]]) -> Text:
    """Join languages into one text with everything that it reads."""
    reads: dict[tuple[str, str], Read] = {}
    for pieces_of_language in parts.values():
        for piece in pieces_of_language:
            if isinstance(piece, Expression):
                reads.update(((read.target.ref, read.top.ref), read) for read in piece.reads)
    return Text(parts, tuple(reads.values()))


def pieces(element: etree._Element, compile_output: CompileOutput) -> tuple[TextPart, ...]:
    """Literal and computed pieces of a label, in order, blanks trimmed at both ends."""
    found = _inside(element, compile_output)
    if isinstance(found[0], str):
        found[0] = found[0].lstrip()
    if isinstance(found[-1], str):
        found[-1] = found[-1].rstrip()
    return tuple(piece for piece in found if piece != "")


def _tagged(element: etree._Element, compile_output: CompileOutput) -> list[TextPart]:
    """Formatting written as elements, as the same formatting written as text (:mod:`forms.markup`)."""
    name, style = local(element), attribute(element, "style") or ""
    begin = f'<{name} style="{style}">' if name == "span" and '"' not in style else f"<{name}>"
    return [begin, *_inside(element, compile_output), f"</{name}>"]


def _inside(element: etree._Element, compile_output: CompileOutput) -> list[TextPart]:
    found: list[TextPart] = [element.text or ""]
    for one in element:
        if isinstance(one.tag, str) and local(one) == "output":
            found.append(compile_output(attribute(one, "value") or attribute(one, "ref") or ""))
        elif isinstance(one.tag, str):
            found.extend(_tagged(one, compile_output))
        found.append(one.tail or "")
    return found
