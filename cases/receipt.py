"""The receipt that a citizen leaves with: a tagged, archivable PDF, made with or without a network.

The template is layout only. Every value goes to it as data, so that nothing a person typed is ever read as markup.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Protocol

import msgspec
import segno
import typst

from cases import clock, receipt_words, resources
from cases.errors import InputError
from forms.views import QuestionView, SummaryItem

PDF_STANDARDS = ["a-2a", "ua-1"]
"""Archivable and accessible: text can be read aloud, copied and searched in thirty years."""
PNG_PPI = 110
TEXT_LENGTH_MAX = 20_000
"""Of one label or answer on the receipt; a longer one is cut with an ellipsis, the case keeps it whole."""
TEXT_LENGTH_WHOLE = 1_500
LINES_WHOLE = 30
"""An answer longer than this may be split between pages: kept whole it would not fit on one."""
THOUSANDS = "thousands-sep"
"""The appearance by which XLSForm says that a number is read with its thousands apart."""
STANDARD_NOT_MET = "PDF/"
"""How the compiler's message begins when the text, not the template, breaks a rule of the standards."""


@dataclass(frozen=True)
class ReceiptAnswer:
    """One line of the list of answers; ``kind`` is ``group``, ``row`` or ``answer``; ``depth`` starts at 0."""

    depth: int
    kind: str
    label: str
    value: str


@dataclass(frozen=True)
class ReceiptData:
    """What a receipt says. All texts are plain and in ``language`` (``fr`` or ``en``).

    Attributes:
        submitted_ms: when the request was received at the desk, milliseconds since the Unix epoch.
        tz: the office's time zone, in which dates are written.
        tracking_url: opened by the QR code.
        required_documents: labels of the documents to provide.
        notices: the procedure's notice about personal data, one paragraph per line.
        provisional: the central service has not received it yet.
        delay_days: days to answer, None when none is promised; ``delay_months`` wins where the law counts in months.
        silence: what no answer by then means: ``acceptance``, ``refusal`` or ``unspecified``.
        service: the service in charge of the case with its address; the tenant and office when empty.
    """

    language: str
    tenant_name: str
    office_name: str
    agent_name: str
    procedure_title: str
    citizen_name: str
    submitted_ms: int
    tz: tzinfo
    answers: tuple[ReceiptAnswer, ...]
    tracking_code: str
    tracking_url: str
    required_documents: tuple[str, ...] = ()
    notices: str = ""
    provisional: bool = True
    delay_days: int | None = None
    delay_months: int | None = None
    silence: str = "unspecified"
    legal_basis: tuple[str, ...] = ()
    service: str = ""


class FilledForm(Protocol):
    """The part of ``forms.session.Session`` that the list of answers needs."""

    def summary(self) -> tuple[SummaryItem, ...]: ...

    def question(self, path: str) -> QuestionView: ...

    def choice_label(self, path: str, value: str) -> str: ...


def receipt_answers(form: FilledForm, language: str) -> tuple[ReceiptAnswer, ...]:
    """Return the answers of a filled form as the receipt lists them.

    Questions without an answer are left out, and so are groups and rows in which nothing was answered.
    """
    lines: list[ReceiptAnswer] = []
    for item in form.summary():
        value = _readable(item, form, language) if item.kind == "answer" else ""
        if item.kind != "answer" or value:
            lines.append(ReceiptAnswer(item.depth, item.kind, item.label, value))
    return tuple(_without_empty_headings(lines))


def receipt_pdf(data: ReceiptData) -> bytes:
    """Return the receipt as PDF/A-2a and PDF/UA-1; the same data gives the same bytes.

    A text that the standards do not allow (letters that no bundled font has, private characters) is printed all the
    same, without the claim to them: nobody leaves the desk without a receipt.

    A time that no act can have is printed as an unknown date, and no delay is counted from it.
    """
    timestamp = int(clock.moment(data.submitted_ms, data.tz).timestamp())
    try:
        pages = _compiler(data).compile(format="pdf", pdf_standards=PDF_STANDARDS, timestamp=timestamp)
    except typst.TypstError as fault:
        if not str(fault).startswith(STANDARD_NOT_MET):
            raise
        pages = _compiler(data).compile(format="pdf", timestamp=timestamp)
    return bytes(pages)


def receipt_png(data: ReceiptData, page: int = 1) -> bytes:
    """Return one page of the receipt as a picture for the preview; pages count from 1.

    Raises:
        InputError: ``receipt.no_such_page`` (details ``page``, ``pages``).
    """
    pages = receipt_pages(data)
    if not 1 <= page <= len(pages):
        raise InputError("receipt.no_such_page", field="page", page=page, pages=len(pages))
    return pages[page - 1]


def receipt_pages(data: ReceiptData) -> list[bytes]:
    """Return all pages as PNG pictures."""
    pictures = _compiler(data).compile(format="png", ppi=PNG_PPI)
    return list(pictures) if isinstance(pictures, list) else [bytes(pictures)]


@lru_cache(maxsize=1)
def fonts() -> Any:
    """Return the program's own fonts."""
    # Never the system's fonts: the same receipt must come out of every computer. The compiler's own fonts stay as a
    # last resort, for a name in Greek or Cyrillic letters.
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(resources.directory("fonts"))]
    )


def _compiler(data: ReceiptData) -> Any:
    folder = resources.directory("receipt")
    content = msgspec.json.encode(_content(data)).decode()
    return typst.Compiler(
        input=str(folder / "receipt.typ"), root=str(folder), font_paths=fonts(), sys_inputs={"data": content}
    )


def _content(data: ReceiptData) -> dict[str, object]:
    """Return the values that ``receipt.typ`` names."""
    words = receipt_words.words(data.language)
    moment, known = clock.moment(data.submitted_ms, data.tz), clock.believable(data.submitted_ms)
    office = ", ".join(name for name in (data.agent_name, data.office_name) if name)

    def printed(texts: Iterable[str]) -> list[str]:
        return [receipt_words.typographic(_cut(text), data.language) for text in texts]

    return {
        "language": receipt_words.short_language(data.language),
        "words": dict(zip(words, printed(words.values()), strict=True)),
        "document_title": words["document_title"].format(code=data.tracking_code, procedure=data.procedure_title),
        "document_date": {"year": moment.year, "month": moment.month, "day": moment.day},
        "footer": words["footer"].format(code=data.tracking_code),
        "tenant_name": data.tenant_name,
        "office_name": data.office_name,
        "date_short": receipt_words.day_in_words(moment.date(), data.language) if known else words["unknown_date"],
        "procedure_title": _cut(data.procedure_title).strip() or words["receipt"],
        "citizen_name": _cut(data.citizen_name),
        "received": receipt_words.moment_in_words(moment, data.language) if known else words["unknown_date"],
        "by": office,
        "tracking_code": data.tracking_code,
        "tracking_url": data.tracking_url,
        "qr": _qr(data.tracking_url),
        "qr_alt": words["qr_alt"].format(url=data.tracking_url),
        "provisional": data.provisional,
        "required_documents": printed(data.required_documents),
        "next": printed(_next(data, moment if known else None, words)),
        "answers": _lines(data),
        "notices": printed(line.strip() for line in data.notices.splitlines() if line.strip()),
        "legal_basis": printed(data.legal_basis),
    }


def _next(data: ReceiptData, moment: datetime | None, words: Mapping[str, str]) -> list[str]:
    """Return the acknowledgement's mentions (CRPA R112-5): service, delay and date, meaning of silence."""
    service = data.service or ", ".join(name for name in (data.tenant_name, data.office_name) if name)
    sentences = [words["service"].format(service=service.rstrip("."))]
    if moment is not None and (data.delay_days or data.delay_months) and data.silence in ("acceptance", "refusal"):
        length, until = receipt_words.delay_in_words(
            moment.date(), data.language, days=data.delay_days or 0, months=data.delay_months or 0
        )
        sentences.append(f"{words['delay'].format(length=length, until=until)} {words[data.silence]}")
    return [*sentences, words["complete"], words["acknowledgement"]]


def _qr(url: str) -> str:
    """Return the QR code as SVG; level M still reads with a fold or a stain across it."""
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="svg", border=2, dark="#17202A", light="#FFFFFF")
    return picture.getvalue().decode()


def _readable(item: SummaryItem, form: FilledForm, language: str) -> str:
    text = item.value_text.strip()
    question = form.question(item.path)
    if not text or question.kind == "note":
        return ""
    return answer_in_words(question, text, lambda value: form.choice_label(item.path, value), language)


def answer_in_words(question: QuestionView, text: str, label: Callable[[str], str], language: str) -> str:
    """Return an answer as it is read on paper.

    Args:
        text: what is stored; of one choice its label.
        label: gives the label of a chosen value.
    """
    if question.kind == "acknowledge":
        return receipt_words.words(language)["yes"]
    if question.kind in ("integer", "decimal"):
        # A year is a number too: only the form's author knows which numbers are amounts.
        amount = THOUSANDS in question.appearance
        return receipt_words.number_in_words(text, language, amount=amount)
    if question.kind in ("date", "datetime"):
        return _date_words(text, question.kind, language)
    if question.kind == "select_multiple" and question.value:
        labels = [label(value) for value in question.value.split()]
        return receipt_words.typographic("\n".join(labels), language)  # one a line: a label may hold a comma
    if question.kind == "select_one":
        return receipt_words.typographic(text, language)
    return text


def _date_words(text: str, kind: str, language: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text  # what was typed is no date: it is kept and shown as it is
    if kind == "date":
        return receipt_words.day_in_words(moment.date(), language)
    return receipt_words.moment_in_words(moment, language)


def _without_empty_headings(lines: Iterable[ReceiptAnswer]) -> list[ReceiptAnswer]:
    """Drop groups and rows that hold no answer, looking from the end: a heading is kept by what follows deeper."""
    kept: list[ReceiptAnswer] = []
    depth_below = -1
    for line in reversed(list(lines)):
        if line.kind == "answer":
            depth_below = line.depth
        elif line.depth >= depth_below or not line.label:
            continue
        else:
            depth_below = line.depth
        kept.append(line)
    return kept[::-1]


def _lines(data: ReceiptData) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    depth_before = 0
    for item in data.answers:
        if item.kind != "answer" and not item.label.strip():
            continue  # a heading without words would be read aloud as nothing
        value = _cut(item.value)
        lines.append(
            {
                "depth": item.depth,
                "kind": item.kind,
                "label": receipt_words.typographic(_cut(item.label), data.language),
                "value": value,
                "long": len(value) > TEXT_LENGTH_WHOLE or value.count("\n") > LINES_WHOLE,
                "back": item.kind == "answer" and item.depth < depth_before,
            }
        )
        depth_before = item.depth
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH_MAX else text[: TEXT_LENGTH_MAX - 1] + "…"
