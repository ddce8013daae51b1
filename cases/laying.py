"""Laying out a chunk of a snapshot: its records in the lists, in the counters and in search, by column and in bulk.

What it writes is what ``cases.projections`` writes of the same records one by one; a test compares the two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple, TypeVar

from cases import merge
from cases.events import RecordType
from cases.merge import Shown
from cases.projections import FOUNDED
from cases.snapshot import Opened
from cases.store import chunks, facts, links, projected, registers, search_index
from cases.store.engine import Connection
from cases.store.projected import CitizenColumns
from cases.store.registers import Registers
from cases.store.search_index import Vocabulary
from cases.words import date_words, phone_words, words
from cases.workflow import State

T = TypeVar("T")
_NAMES = ("family_name", "given_names", "birth_name", "commune", "postcode", "email")
"""Fields of a citizen whose words are found as they are."""
_DRAFT = State.DRAFT.value
_ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_NUMBERS = re.compile("[0-9 ]*").fullmatch
_REMEMBERED_MAX = 50_000


class Folded(dict[str, str]):
    """Text -> its folded words: names and places come again and again."""

    def __missing__(self, text: str) -> str:
        if len(self) > _REMEMBERED_MAX:
            self.clear()
        self[text] = found = " ".join(words(text))
        return found


class _Citizens(NamedTuple):
    """Of citizens by identity: their numbers, and the words of their names."""

    numbers: dict[str, int]
    names: dict[str, str]


class _Columns:
    """What a chunk's records show, by field; a row that is left out shows nothing."""

    def __init__(self, opened: Opened) -> None:
        self.count = len(opened)
        self._groups = opened.groups()
        self._shown: dict[int, Shown] = {row: merge.show(opened.record(row).state) for row in opened.whole()}
        self.contested = [0] * self.count
        for row, shown in self._shown.items():
            self.contested[row] = len(shown.contested)
        for group in self._groups:
            for name in group.names:
                # A row of a repeat that was removed may be contested by what is inside it.
                if name.endswith("]"):
                    for row, value in zip(group.rows, group.column(name), strict=True):
                        if value is None:
                            self.contested[row] = len(merge.show(opened.record(row).state).contested)

    def text(self, name: str) -> list[str]:
        """Return the field's value in each row; empty where there is none."""
        column = [""] * self.count
        for group in self._groups:
            if name in group.names:
                values = group.column(name)
                if group.rows and group.rows[-1] - group.rows[0] + 1 == len(group.rows):
                    column[group.rows[0] : group.rows[-1] + 1] = [value or "" for value in values]
                    continue
                for row, value in zip(group.rows, values, strict=True):
                    column[row] = value or ""
        for row, shown in self._shown.items():
            column[row] = shown.values.get(name) or ""
        return column


class Layer:
    """Lays chunks out. Inside a write only; ``forget`` after a rollback.

    Args:
        numbers, vocabulary: those of the projector, which remember what the store holds.
    """

    def __init__(self, numbers: Registers, vocabulary: Vocabulary) -> None:
        self._numbers = numbers
        self._vocabulary = vocabulary
        self._folded = Folded()

    def lay_out(self, connection: Connection, opened: Opened, chunk: int, first_no: int) -> list[int]:
        """Write the records of a chunk under consecutive numbers from ``first_no`` on.

        Returns:
            The rows of records that have a number here already: they are left as they were.
        """
        for agent, name in opened.names.items():
            self._numbers.agent(connection, agent, name)
        first_place = chunk * chunks.ROWS
        count = len(opened)
        numbered = range(first_no, first_no + count)
        places = range(first_place, first_place + count)
        made = registers.make_cold(connection, zip(numbered, opened.ids, opened.types, repeat(FOUNDED), places))
        known: list[int] = []
        if made != count:
            held = registers.numbers_of(connection, opened.ids)
            known = [row for row, record in enumerate(opened.ids) if held[record] != numbered[row]]
        left_out = set(known)
        columns = _Columns(opened)
        citizens, cases = (
            [row for row, kind in enumerate(opened.types) if kind == wanted and row not in left_out]
            for wanted in (RecordType.CITIZEN, RecordType.CASE)
        )
        texts = [""] * count
        met = self._lay_citizens(connection, opened, columns, citizens, numbered, texts)
        self._lay_cases(connection, opened, columns, cases, numbered, texts, met)
        search_index.add(connection, [(numbered[row], texts[row]) for row in sorted([*citizens, *cases])])
        same_as = columns.text(merge.SAME_AS)
        links.put(connection, [(numbered[row], same_as[row]) for row in (*citizens, *cases) if same_as[row]])
        self._count(connection, columns, citizens, cases)
        return known

    def _lay_citizens(
        self,
        connection: Connection,
        opened: Opened,
        columns: _Columns,
        rows: list[int],
        numbered: Sequence[int],
        texts: list[str],
    ) -> _Citizens:
        """Write citizens, and their words into ``texts``."""
        fields = {name: _at(columns.text(name), rows) for name in (*_NAMES, "birth_date", "phone")}
        family, given, births, phones = (fields[name] for name in ("family_name", "given_names", "birth_date", "phone"))
        folded = self._folded
        dates, ways = [_date(folded, text) for text in births], list(map(_typed, births))
        names = [f"{folded[a]} {folded[b]}" for a, b in zip(family, given, strict=True)]
        sorts = list(map(" ".join, zip(names, dates, strict=True)))
        mine = _at(numbered, rows)
        updated, contested = _at(opened.updated, rows), _at(columns.contested, rows)
        projected.add_citizens(
            connection,
            zip(mine, family, given, births, fields["commune"], phones, sorts, updated, repeat(0), contested),
        )
        dialled = [_phone(text) for text in phones]
        parts = [map(folded.__getitem__, fields[name]) for name in _NAMES]
        for row, said in zip(rows, map(" ".join, zip(*parts, ways, dialled, strict=True)), strict=True):
            texts[row] = said
        distinct = {text for name in _NAMES for text in fields[name]}
        found = {word for text in distinct for word in folded[text].split()}
        found.update(word for said in (*ways, *dialled) if not _NUMBERS(said) for word in said.split())
        self._vocabulary.add(connection, found)
        ids = _at(opened.ids, rows)
        return _Citizens(dict(zip(ids, mine, strict=True)), dict(zip(ids, names, strict=True)))

    def _lay_cases(
        self,
        connection: Connection,
        opened: Opened,
        columns: _Columns,
        rows: list[int],
        numbered: Sequence[int],
        texts: list[str],
        met: _Citizens,
    ) -> None:
        """Write cases, and their words into ``texts``. ``met``: the chunk's citizens; gets the others."""
        wanted = ("citizen", "procedure", "procedure_version", "tracking_code", merge.STATE)
        whose, procedures, versions, codes, states = (_at(columns.text(name), rows) for name in wanted)
        self._find_citizens(connection, set(whose) - met.numbers.keys() - {""}, met)
        agents = self._agents(connection, opened, columns, rows)
        times = (_at(column, rows) for column in (opened.created, opened.updated, opened.submitted))
        created, updated, submitted = times
        projected.add_cases(
            connection,
            zip(
                _at(numbered, rows),
                map(met.numbers.get, whose),
                procedures,
                versions,
                codes,
                (state or _DRAFT for state in states),
                agents,
                created,
                updated,
                submitted,
                repeat(0),
                _at(columns.contested, rows),
            ),
        )
        folded = self._folded
        found = set[str]()
        for row, citizen, procedure, code in zip(rows, whose, procedures, codes, strict=True):
            said = f"{met.names.get(citizen, '')} {folded[procedure]}"
            if code:
                # Each is one of its own: not worth remembering.
                said += " " + (ways := " ".join(words(f"{code} {code.replace('-', '')}")))
                found.update(ways.split())
            texts[row] = said
        found.update(word for procedure in set(procedures) for word in folded[procedure].split())
        self._vocabulary.add(connection, found)

    def _find_citizens(self, connection: Connection, wanted: set[str], met: _Citizens) -> None:
        """Add the citizens of other chunks; one that is still to come gets its number now."""
        if not wanted:
            return
        found = registers.records(connection, dict.fromkeys(sorted(wanted), RecordType.CITIZEN.value))
        rows = projected.citizens_by_no(connection, [known.no for known in found.values()])
        for record, known in found.items():
            row = rows.get(known.no)
            met.numbers[record] = known.no
            met.names[record] = "" if row is None else self._name(row)

    def _name(self, row: CitizenColumns) -> str:
        return f"{self._folded[row.family_name]} {self._folded[row.given_names]}"

    def _agents(self, connection: Connection, opened: Opened, columns: _Columns, rows: list[int]) -> list[int]:
        said = _at(columns.text("agent"), rows)
        agents = [agent or _first_agent(opened, row) for agent, row in zip(said, rows, strict=True)]
        numbers = {agent: self._numbers.agent(connection, agent) for agent in set(agents)}
        return [numbers[agent] for agent in agents]

    def _count(self, connection: Connection, columns: _Columns, citizens: list[int], cases: list[int]) -> None:
        states = columns.text(merge.STATE)
        counts: Counter[str] = Counter()
        counts["citizens"], counts["cases"] = len(citizens), len(cases)
        for row in cases:
            state = states[row] or _DRAFT
            counts[f"cases:{state}"] += 1
            if columns.contested[row]:
                counts[f"cases.contested:{state}"] += 1
        counts["records.contested"] = sum(1 for row in (*citizens, *cases) if columns.contested[row])
        facts.count(connection, counts)


def _at(column: Sequence[T], rows: list[int]) -> list[T]:
    if rows and rows[-1] - rows[0] + 1 == len(rows):
        return list(column[rows[0] : rows[-1] + 1])
    return [column[row] for row in rows]


def _date(folded: Folded, text: str) -> str:
    """Return a date's words."""
    return text.replace("-", " ") if _ISO_DATE(text) else folded[text]


def _typed(text: str) -> str:
    """Return a date's words in all the ways in which it is typed."""
    if _ISO_DATE(text):
        day, month, year = text[8:], text[5:7], text[:4]
        return f"{day} {month} {year} {day}{month}{year}"
    return " ".join(words(date_words(text)))


def _phone(text: str) -> str:
    """Return the words of a telephone number."""
    digits = text.replace(" ", "")
    # Digits are words as they are.
    return f"{text} {digits}" if digits.isdigit() and digits.isascii() else " ".join(words(phone_words(text)))


def _first_agent(opened: Opened, row: int) -> str:
    """Return who wrote the oldest thing that stands."""
    heads = (head for known in opened.record(row).state.fields.values() for head in known.heads)
    first = min(heads, key=lambda head: (head.central_seq or 0, head.event), default=None)
    return "" if first is None else first.agent
