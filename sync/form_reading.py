"""A form file read for its author: as far as it can be, with all that is to be said of it. Any thread; no Qt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cases import entities
from cases.errors import EnvironmentFault
from forms import limits
from forms.advice import advice
from forms.compile import Converted, convert_form
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused, Problem
from forms.portability import differences
from forms.repairs import CERTAIN, GUESS, LIKELY
from sync.refusal_words import Pair, problem_lines
from sync.repair_words import repair_words

_HOPELESS = frozenset(
    {"forms.cancelled", "forms.not_a_form", "forms.too_large", "forms.compile_timeout", "forms.compile_memory"}
)
"""What no leniency opens."""
_ITEMSETS = "itemsets.csv"
"""Where old forms keep the lists of ``select_one_external``; the document does not name it."""
_DATA = frozenset({".csv", ".xml", ".geojson"})
BLOCKING, UNSUPPORTED, REPAIR, NOTICE = "blocking", "unsupported", "repair", "notice"
DIFFERS, LEFT_OUT, CYCLE, WARNING = "differs", "left_out", "cycle", "warning"
SECTIONS = (BLOCKING, UNSUPPORTED, REPAIR, NOTICE, DIFFERS, LEFT_OUT, CYCLE, WARNING)
"""The parts of a report, what matters most first."""


@dataclass(frozen=True)
class ReadForm:
    """A form read as far as it can be, with what it came from.

    Attributes:
        blocking: why it would be refused, where it opened only because its author is to see it all the same.
    """

    converted: Converted
    definition: FormDefinition
    blocking: tuple[Problem, ...] = ()

    @property
    def limitations(self) -> list[Problem]:
        """What cannot be asked here, with sheet and row."""
        return [self.converted.located(one) for one in self.definition.limitations]

    @property
    def notices(self) -> list[Problem]:
        """What its author should look at, where nothing stops anybody."""
        definition = self.definition
        found = (*definition.notices, *advice(definition), *entities.notices(definition))
        return [self.converted.located(one) for one in found]

    @property
    def left_out(self) -> list[Problem]:
        """What a desk does without."""
        return [self.converted.located(one) for one in self.definition.left_out]

    @property
    def portability(self) -> list[Problem]:
        """What ODK Collect reads differently; what nobody can read is told elsewhere."""
        unread = {one.details.get("expression") for one in self.definition.limitations}
        found = differences(self.definition.formulas)
        return [self.converted.located(one) for one in found if one.details.get("expression") not in unread]

    @property
    def publishable(self) -> bool:
        """Whether it could be published as it is."""
        return not self.blocking and not self.definition.limitations


def read_form(
    path: Path,
    *,
    for_author: bool = False,
    timeout_s: float = 20,
    cancelled: Callable[[], bool] | None = None,
) -> ReadForm:
    """Read the form, whatever screens could not show of it.

    Args:
        for_author: also open what its author must mend; ``blocking`` says what that is.
        cancelled: asked while the worker runs; true ends it.

    Raises:
        FormRefused: with sheet and row where they are known; ``forms.cancelled``.
        EnvironmentFault: ``form.unreadable``.
    """
    content = content_of(path)

    def opened(lenient: bool) -> ReadForm:
        converted = convert_form(content, name=path.stem, lenient=lenient, timeout_s=timeout_s, cancelled=cancelled)
        try:
            media = {**entities.NOBODY, **media_of(path, converted.xform)}
            definition = parse_form(converted.xform, media, strict=False)
        except FormRefused as refused:
            raise FormRefused(*(converted.located(problem) for problem in refused.problems)) from None
        return ReadForm(converted, definition)

    try:
        return opened(False)
    except FormRefused as refused:
        if not for_author or any(one.code in _HOPELESS for one in refused.problems):
            raise
        return _in_spite_of(refused, lambda: opened(True))


def _in_spite_of(refused: FormRefused, again: Callable[[], ReadForm]) -> ReadForm:
    """What opens when more is let pass, with why it is refused; the first refusal says it best when nothing does."""
    try:
        found = again()
    except FormRefused as still:
        if any(one.code == "forms.cancelled" for one in still.problems):
            raise
        more = [one for one in still.problems if one not in refused.problems]
        raise FormRefused(*refused.problems, *more) from None
    return ReadForm(found.converted, found.definition, refused.problems)


def content_of(path: Path) -> bytes:
    """A file's content. Raises EnvironmentFault ``form.unreadable``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise EnvironmentFault("form.unreadable", file=str(path), cause=type(error).__name__) from error


def media_of(form: Path, document: bytes) -> dict[str, bytes]:
    """The data files that the document names and that lie beside the form or in ``NAME-media``, as ODK puts them."""
    found: dict[str, bytes] = {}
    for path in data_files(form):
        named = os.fsencode(path.stem) in document or path.name == _ITEMSETS
        if named and path.stat().st_size <= limits.MEDIA_BYTES_MAX:
            found[path.name] = content_of(path)
    return found


def data_files(form: Path) -> Iterator[Path]:
    """The files that a form may name as its lists."""
    for folder in (form.parent, form.parent / f"{form.stem}-media"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix.lower() in _DATA and path != form and path.is_file():
                yield path


# --- the report, line by line


@dataclass(frozen=True)
class ReportLine:
    """One line of an author's report.

    Attributes:
        section: one of ``SECTIONS``.
        words: place and sentence, French and English, without the code.
        code: stable; "" for the converter's own words.
        sure: of a repair, as in ``forms.repairs``; "" for what is none.
        path: the question it is about, without rows; "" when it is about none.
    """

    section: str
    words: Pair
    code: str = ""
    sure: str = ""
    path: str = ""


def report_lines(form: ReadForm) -> list[ReportLine]:
    """Everything that an author should know, what matters most first."""
    rows = {row: path for row, path, _cells in form.converted.rows if path in form.definition.nodes}
    survey = _survey_sheet(form)
    order = (GUESS, LIKELY, CERTAIN)
    found = [refused_line(one, rows) for one in form.blocking]
    found += [_problem_line(UNSUPPORTED, one, rows) for one in form.limitations]
    for repair in sorted(form.converted.repairs, key=lambda one: order.index(one.sure)):
        path = rows.get(repair.row or 0, "") if repair.sheet == survey else ""
        found.append(ReportLine(REPAIR, _without_code(repair_words(repair)), repair.code, repair.sure, path))
    for section, problems in ((NOTICE, form.notices), (DIFFERS, form.portability), (LEFT_OUT, form.left_out)):
        found += [_problem_line(section, one, rows) for one in problems]
    for cycle in form.definition.cycles:
        line = " → ".join(cycle)
        found.append(ReportLine(CYCLE, (line, line), path=cycle[0] if cycle else ""))
    for warning in form.converted.warnings:
        line = " ".join(warning.split())
        found.append(ReportLine(WARNING, (line, line), path=_named_row(warning, rows)))
    return found


def refused_line(problem: Problem, rows: dict[int, str] | None = None) -> ReportLine:
    """One reason for refusing a form."""
    return _problem_line(BLOCKING, problem, rows or {})


def _problem_line(section: str, problem: Problem, rows: dict[int, str]) -> ReportLine:
    path = problem.details.get("path", "")
    if problem.sheet in (None, "survey") and path not in rows.values():
        path = rows.get(problem.row or 0, path)
    return ReportLine(section, _without_code(problem_lines(problem)), problem.code, path=path)


def _without_code(pair: Pair) -> Pair:
    french, english = (line.rpartition(" [")[0] for line in pair)
    return french, english


def _survey_sheet(form: ReadForm) -> str:
    """The name that the workbook gives to its questions' sheet."""
    named = (one.found for one in form.converted.repairs if one.code == "forms.repair.sheet_name")
    return next((name for name in named if name.casefold().startswith("survey")), "survey")


def _named_row(warning: str, rows: dict[int, str]) -> str:
    """The converter says rows as ``[row : 7]``."""
    number = warning.partition("[row : ")[2].partition("]")[0]
    return rows.get(int(number), "") if number.isascii() and number.isdigit() else ""
