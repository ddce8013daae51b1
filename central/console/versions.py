"""What earlier versions of its form hold of a case, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cases import versions
from cases.ids import row_id
from central.console.reading import Reader, open_reader
from central.console.visits import Visit
from central.records import CaseView
from forms.moving import Earlier, earlier_answers


@dataclass(frozen=True)
class EarlierLine:
    """An answer; ``now`` is what stands where the version of now asks for it, None where it does not."""

    label: str
    value: str
    now: str | None


def earlier_lines(visit: Visit, case: CaseView, reader: Reader) -> list[EarlierLine]:
    """Return the answers of a case that the version of its form does not show; nothing for nearly every case."""
    if reader.session is None:
        return []
    before = [each for each in _readers(visit, case) if each.session is not None]
    found = earlier_answers(
        reader.session.definition,
        case.answers,
        [each.session for each in before if each.session is not None],
        lambda earlier, later: versions.unseen(case.merged, earlier, later),
    )
    return [_line(each, reader, before) for each in found]


def _readers(visit: Visit, case: CaseView) -> Iterator[Reader]:
    for version in versions.left_behind(case.fields, case.procedure_version):
        procedure = visit.shelf.get(visit.session.tenant, case.procedure, version)
        yield open_reader(
            procedure,
            case.answers,
            now_ms=visit.now_ms,
            words=visit.words,
            new_row_id=lambda: row_id(visit.central.randomness),
        )


def _line(each: Earlier, reader: Reader, before: list[Reader]) -> EarlierLine:
    said = next((one.value(each.path, each.value) for one in before if one.knows(each.path)), each.value)
    now = None if each.to is None else reader.value(each.to, each.now)
    return EarlierLine(each.label, said, now)
