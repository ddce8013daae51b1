"""A case's form on paper: blank to be filled by hand, or as it stands."""

from __future__ import annotations

from pathlib import Path

from cases.errors import EnvironmentFault, InputError
from cases.keys.files import write_file
from cases.paper import PaperData, form_language, paper_of, paper_pdf
from cases.procedures import in_language
from cases.receipt_words import short_language
from forms.languages import language_tag
from sync.desk import Desk, OpenForm

_PDF = b"%PDF"


def case_paper(desk: Desk, form: OpenForm, *, now_ms: int, blank: bool = False, language: str = "") -> PaperData:
    """Return the form of an open case as it is printed. On the thread of the acts.

    Args:
        now_ms: the day that is printed.
        language: one of the form's languages, by name or code; "" for the one that it speaks now.

    Raises:
        InputError: ``print.unknown_language`` (details ``language``, ``languages``).
    """
    names = form.session.definition.languages
    spoken = known_language(names, language) if language else form.session.language
    session = desk.session(form.procedure, {} if blank else form.session.answers())
    if spoken:
        session.set_language(spoken)
    identity = desk.identity()
    frame = short_language(language_tag(spoken) or desk.language or "fr")
    return paper_of(
        session,
        blank=blank,
        title=in_language(form.procedure.title, frame),
        printed_ms=now_ms,
        tz=desk.zone,
        language=desk.language or "fr",
        tenant_name=identity.tenant_name,
        office_name=identity.office_name,
        citizen_name="" if blank else form.view.citizen_name,
        tracking_code="" if blank else form.view.tracking_code or "",
    )


def known_language(names: tuple[str, ...], wanted: str) -> str:
    """Return the form's own name of a language. Raises InputError ``print.unknown_language``."""
    found = form_language(names, wanted)
    if found is None:
        raise InputError("print.unknown_language", field="language", language=wanted, languages=", ".join(names) or "-")
    return found


def write_paper(data: PaperData, path: Path) -> Path:
    """Write the PDF, whole or not at all. An older PDF of that name is replaced, any other file is left alone.

    Raises:
        InputError: ``print.not_a_pdf`` (details ``file``), ``print.too_long`` (details ``pages``, ``most``).
        EnvironmentFault: ``file.unwritable`` (details ``file``, ``reason``).
    """
    check_paper_place(path)
    try:
        write_file(path, paper_pdf(data))
    except EnvironmentFault as error:
        raise EnvironmentFault("file.unwritable", file=str(path), reason=error.code) from error
    return path


def check_paper_place(path: Path) -> None:
    """See that nothing but a PDF would be replaced: a slip of the pen must not cost an author the workbook.

    Raises:
        InputError: ``print.not_a_pdf`` (details ``file``).
        EnvironmentFault: ``file.unwritable`` (details ``file``, ``reason``): what is there cannot be read.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(len(_PDF))
    except FileNotFoundError:
        return
    except OSError as error:
        raise EnvironmentFault("file.unwritable", file=str(path), reason=type(error).__name__) from error
    if begins and begins != _PDF:
        raise InputError("print.not_a_pdf", field="file", file=path.name)
