"""What can be wrong with a form or with a call on its session: codes with details, never sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One reason why a form is refused.

    Attributes:
        code: stable identifier: ``forms.unsupported`` (details ``feature``, ``value``), ``forms.expression`` (details
            ``expression``, ``position``, ``reason``, ``name``), ``forms.not_a_form``, ``forms.too_large`` (details
            ``limit``, ``found``, ``allowed``), ``forms.media_missing`` (details ``file``), ``forms.data_column``
            (details ``file``, ``name``, ``columns``), ``forms.notice`` (details ``reason``), ``forms.author`` (details
            ``reason``: the converter's English words), ``forms.compile_timeout``, ``forms.compile_memory``,
            ``forms.compile_failed``, ``forms.cancelled``, and those of the repair pass, with ``cell`` and, where
            there are any, ``nearest`` names: ``forms.dialect`` (``dialect``),
            ``forms.column_missing`` (``name``, ``found``), ``forms.type_missing``,
            ``forms.calculation_missing``, ``forms.list_missing``, ``forms.dangling`` (``name``).
        sheet: the workbook's sheet, or None when the form did not come from a workbook.
        row: the row in that sheet as a spreadsheet program shows it (the header is row 1), or None.
        column: the column's heading, or None.
        details: named facts for the sentence; ``path`` is the question's path where there is one.
    """

    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


class FormRefused(Exception):
    """The form cannot be shown whole, so it is not shown at all; every known reason is listed."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems: tuple[Problem, ...] = problems

    def __str__(self) -> str:
        return "; ".join(
            f"{problem.code} sheet={problem.sheet} row={problem.row} {dict(problem.details)}"
            for problem in self.problems
        )


class FormsError(Exception):
    """A call on a session that cannot be done: ``forms.unknown_path``, ``forms.read_only``, ``forms.not_a_repeat``,
    ``forms.row_limit``, ``forms.unknown_language``; ``details['path']`` names what was asked for."""

    def __init__(self, code: str, /, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, str] = details

    def __str__(self) -> str:
        return f"{self.code} {dict(self.details)}"


class ExpressionError(Exception):
    """An expression cannot be read: where in its text, and why.

    Attributes:
        reason: ``syntax``, ``unknown_function``, ``argument_count``, ``unknown_path``, ``unknown_instance``,
            ``unsupported``, ``pattern``, ``data_file`` (``name`` cannot be read: it says itself why).
        name: the offending piece of text.
        position: offset of that piece in the expression, from 0.
    """

    def __init__(self, reason: str, name: str, position: int) -> None:
        super().__init__(f"{reason}: {name!r} at {position}")
        self.reason = reason
        self.name = name
        self.position = position
