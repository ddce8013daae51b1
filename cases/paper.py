"""A form on paper: blank to be filled by hand, or filled to be read and signed. A tagged, accessible PDF.

The template is layout only. Every value goes to it as data, so that nothing that an author wrote or a person typed is
ever read as markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import msgspec
import typst

from cases import clock, paper_words, receipt_words, resources
from cases.errors import InputError
from cases.paper_items import Printed, Printing
from cases.receipt import PDF_STANDARDS, PNG_PPI, STANDARD_NOT_MET, fonts
from forms.languages import language_tag, matching_language
from forms.session import Session

PAGES_MOST = 200
"""More are not laid out in one go: it is done in the program's own memory, where that many take half a gigabyte and two
to four seconds."""
_LETTERS_A_PAGE = 3_000
_ITEM_LETTERS, _CELL_LETTERS = 80, 40
"""What a question, and a cell of a table or a choice, take beside their words."""


@dataclass(frozen=True)
class PaperData:
    """What a printed form says.

    Attributes:
        language: of the words around the form, ``fr`` or ``en``; form_language: the tag of the form's own words.
        title: of the procedure or the form.
        items: see ``paper_items``.
        printed_ms: when it is printed, milliseconds since the Unix epoch; tz: the office's zone.
        citizen_name, tracking_code: of a filled one, "" when there is none.
    """

    language: str
    form_language: str
    title: str
    blank: bool
    items: tuple[Printed, ...]
    printed_ms: int
    tz: tzinfo
    tenant_name: str = ""
    office_name: str = ""
    citizen_name: str = ""
    tracking_code: str = ""


def paper_of(
    session: Session,
    *,
    blank: bool,
    title: str,
    printed_ms: int,
    tz: tzinfo,
    language: str = "fr",
    tenant_name: str = "",
    office_name: str = "",
    citizen_name: str = "",
    tracking_code: str = "",
) -> PaperData:
    """Return a form as it stands in ``session``, in the language spoken there, ready to be printed.

    Args:
        session: for a blank form a fresh one that nobody keeps: empty repeats get a row in it.
        language: of the words around the form where the form's own is neither French nor English.
    """
    spoken = session.language
    tag = language_tag(spoken) or language
    primary = tag.partition("-")[0]
    frame = primary if primary in ("fr", "en") else receipt_words.short_language(language)
    quoted = paper_words.words(frame)["quoted"].format

    printing = Printing(
        session,
        session.definition.nodes,
        lambda path, aspect, *, own: session.explain(path, aspect, quoted=lambda text: quoted(label=text), own=own),
        frame,
        primary,
        blank,
    )
    return PaperData(
        language=frame,
        form_language=primary,
        title=title,
        blank=blank,
        items=printing.items(),
        printed_ms=printed_ms,
        tz=tz,
        tenant_name=tenant_name,
        office_name=office_name,
        citizen_name=citizen_name,
        tracking_code=tracking_code,
    )


def form_language(names: tuple[str, ...], wanted: str) -> str | None:
    """Return the one of a form's languages that ``wanted`` names, by its own name or by its code; None for none."""
    return wanted if wanted in names else matching_language(names, wanted)


def paper_pdf(data: PaperData) -> bytes:
    """Return the form as PDF/A-2a and PDF/UA-1; the same data gives the same bytes.

    Words that no bundled font can write are printed all the same, without the claim to the standards.

    Raises:
        InputError: ``print.too_long`` (details ``pages``, ``most``).
    """
    timestamp = int(clock.moment(data.printed_ms, data.tz).timestamp())
    try:
        made = _compiler(data).compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=timestamp)
    except typst.TypstError as fault:
        if not str(fault).startswith(STANDARD_NOT_MET):
            raise
        made = _compiler(data).compile(format="pdf", timestamp=timestamp)
    return bytes(made)


def paper_pages(data: PaperData) -> list[bytes]:
    """Return all pages as PNG pictures, for a preview.

    Raises:
        InputError: ``print.too_long`` (details ``pages``, ``most``).
    """
    pictures = _compiler(data).compile(format="png", ppi=PNG_PPI)
    return list(pictures) if isinstance(pictures, list) else [bytes(pictures)]


def pages_about(data: PaperData) -> int:
    """Return about how many pages the form takes, from its words alone."""
    return 1 + sum(_ITEM_LETTERS + _letters(one) for one in data.items) // _LETTERS_A_PAGE


def _letters(part: object) -> int:
    """The letters of what is printed, with those that the place for each takes."""
    if isinstance(part, str):
        return len(part) + _CELL_LETTERS * part.count("\n")
    if isinstance(part, dict):
        return sum(_letters(value) for name, value in part.items() if name not in _UNPRINTED)
    if isinstance(part, (list, tuple)):
        return sum(_letters(value) + (0 if _is_piece(value) else _CELL_LETTERS) for value in part)
    return 0


_UNPRINTED = frozenset({"what", "path", "shape", "link"})


def _is_piece(part: object) -> bool:
    """Whether this is a piece of a text or a whole row, which has no place of its own."""
    return isinstance(part, (list, tuple)) or (isinstance(part, dict) and "bold" in part)


def _compiler(data: PaperData) -> Any:
    pages = pages_about(data)
    if pages > PAGES_MOST:
        raise InputError("print.too_long", field="form", pages=pages, most=PAGES_MOST)
    folder = resources.directory("paper")
    content = msgspec.json.encode(_content(data)).decode()
    return typst.Compiler(
        input=str(folder / "form.typ"), root=str(folder), font_paths=fonts(), sys_inputs={"data": content}
    )


def _content(data: PaperData) -> dict[str, object]:
    """Return the values that ``form.typ`` names."""
    known = paper_words.words(data.language)
    moment = clock.moment(data.printed_ms, data.tz)
    title = receipt_words.typographic(data.title.strip() or known["blank" if data.blank else "filled"], data.language)
    what = known["blank"] if data.blank else data.tracking_code or known["draft"]
    return {
        "language": data.language,
        "form_language": data.form_language,
        "words": {name: receipt_words.typographic(text, data.language) for name, text in known.items()},
        "document_title": known["document_title"].format(title=title, what=what),
        "document_date": {"year": moment.year, "month": moment.month, "day": moment.day},
        "title": title,
        "what": what,
        "blank": data.blank,
        "kind": known["blank" if data.blank else "filled"],
        "tenant_name": data.tenant_name,
        "office_name": data.office_name,
        "printed": receipt_words.day_in_words(moment.date(), data.language),
        "citizen_name": data.citizen_name,
        "tracking_code": data.tracking_code,
        "items": data.items,
    }
