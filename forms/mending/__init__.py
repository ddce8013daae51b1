"""The repair pass: what real workbooks say -> what the reference converter accepts, each change listed.

Each step takes the :class:`forms.mending.bench.Bench` and changes its tables; the order matters, for later steps rely
on what earlier ones made sure of.
"""

from __future__ import annotations

from forms.errors import FormRefused
from forms.grids import Workbook
from forms.mending import choices, columns, contents, names, nesting, others, references, types
from forms.mending.bench import Bench


def mend(book: Workbook, *, lenient: bool = False) -> Bench:
    """Repair a workbook's sheets for the converter.

    Args:
        lenient: also open what an author must mend before others use the form: a select whose list is missing becomes
            a text, a calculation that is missing stays empty. Each is listed as a guess.

    Returns:
        The tables, and every repair in the order of the sheets' rows.

    Raises:
        FormRefused: everything found that cannot be repaired, with sheet, row and the nearest names.
    """
    bench = Bench.of(book, lenient=lenient)
    columns.mend(bench)
    if bench.problems:
        raise FormRefused(*bench.problems)
    contents.skip_disabled(bench)
    contents.say_yes(bench)
    types.mend(bench)
    nesting.mend(bench)
    names.mend(bench)
    choices.mend(bench)
    references.mend(bench)
    contents.mend(bench)
    others.read_labels_in_filters(bench)
    others.write_out(bench)
    if bench.problems:
        raise FormRefused(*bench.problems)
    return bench
