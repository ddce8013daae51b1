"""What the same work costs in plain Python, written by hand for one form: no engine can be below it by much."""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Callable
from datetime import date, timedelta

from tests.benchmarks.forms_made import ASKED_IN_ROW, BLOCK, choices_csv
from tests.benchmarks.records import SEED


def _ms(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1e3


class Thousand:
    """The form of a thousand: who asks whom, and what is added up, known by heart."""

    def __init__(self, count: int) -> None:
        self.text = [""] * count
        self.value = [0] * count
        self.asked = [True] + [False] * (count - 1)
        self.sums = [0] * -(-count // BLOCK)
        self.total = 0

    def answer(self, place: int, text: str) -> None:
        """Set one answer and all that follows from it."""
        self.text[place] = text
        changed = {self._settle(place)}
        while place + 1 < len(self.text) and self.asked[place + 1] != (self.value[place] > 0):
            place += 1
            self.asked[place] = self.value[place - 1] > 0
            changed.add(self._settle(place))
        for block in changed:
            self.sums[block] = sum(self.value[block * BLOCK : (block + 1) * BLOCK])
        self.total = sum(self.sums)

    def _settle(self, place: int) -> int:
        text = self.text[place]
        self.value[place] = int(text) if text and self.asked[place] else 0
        return place // BLOCK


def answers(count: int) -> list[float]:
    """Milliseconds of each of the answers of ``thousand_steps``, without the repeated ones."""
    form = Thousand(count)
    return [_ms(lambda: form.answer(place, str(place % 9 + 1))) for place in range(count)]  # noqa: B023 (runs at once)


def formulas(count: int) -> float:
    """Milliseconds of the thousand formulas once, as functions of Python; the least of several."""
    x, y, many, day = 7.0, "", {"a", "c"}, date(2026, 11, 23)
    shapes: list[Callable[[int], object]] = [
        lambda n: x * n + 3,
        lambda n: "more" if x > n else "less",
        lambda n: f"n{n}-{x:g}",
        lambda n: round(x / n, 2),
        lambda n: y or x + n,
        lambda n: x % n == 1 or y == "a",
        lambda n: len(f"{x:g}{n}"),
        lambda n: (day + timedelta(days=x)).strftime("%d/%m/%Y"),
        lambda n: "c" in many and x > n,
        lambda n: max(x, n) - min(x, n),
    ]
    work = [(shapes[one % 10], one % 50 + 2) for one in range(count)]
    return min(_ms(lambda: [str(shape(number)) for shape, number in work]) for _ in range(20))


def rows(count: int) -> tuple[float, float, float]:
    """Milliseconds of adding, editing and deleting a row of ``rows_form`` when ``count`` are there."""
    held = [[1] * ASKED_IN_ROW for _ in range(count)]
    sums = [sum(row) for row in held]

    def settle() -> tuple[list[int], int, int]:
        return list(range(1, len(held) + 1)), len(held), sum(sums)

    def add() -> object:
        held.append([1] * ASKED_IN_ROW)
        sums.append(ASKED_IN_ROW)
        return settle()

    def edit() -> int:
        held[5][3] = 9
        sums[5] = sum(held[5])
        return sum(sums)

    def delete() -> object:
        held.pop(5)
        sums.pop(5)
        return settle()

    found = [[_ms(work) for work in (add, edit, delete)] for _ in range(20)]
    add_ms, edit_ms, delete_ms = (min(taken) for taken in zip(*found, strict=True))
    return add_ms, edit_ms, delete_ms


class Towns:
    """The list of towns as plain lists, an index over provinces, and folded names to search in."""

    def __init__(self, count: int) -> None:
        data = choices_csv(count).decode()
        read = [_ms(lambda: list(csv.reader(io.StringIO(data, newline="")))) for _ in range(5)]
        self.read_ms = min(read)
        self.rows = list(csv.reader(io.StringIO(data, newline="")))[1:]
        self.folded = [row[1].casefold() for row in self.rows]
        self.by_province: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            self.by_province.setdefault(row[2], []).append(number)

    def first_ms(self) -> float:
        """The first two hundred pairs."""
        return min(_ms(lambda: [(row[0], row[1]) for row in self.rows[:200]]) for _ in range(20))

    def filtered_ms(self) -> float:
        """The pairs of one province, the index being there."""
        rows = self.rows
        return min(_ms(lambda: [(rows[at][0], rows[at][1]) for at in self.by_province["p7"]]) for _ in range(20))

    def search_ms(self, typed: str) -> float:
        """The names that hold what was typed, by looking at each."""
        return min(_ms(lambda: [name for name in self.folded if typed in name][:200]) for _ in range(3))


def texts(count: int) -> float:
    """Milliseconds of looking up so many texts."""
    words = {f"/data/q{one}:label": f"La question {one} ?" for one in range(count)}
    keys = list(words)
    random.Random(SEED).shuffle(keys)
    return min(_ms(lambda: [words[key] for key in keys]) for _ in range(20))
