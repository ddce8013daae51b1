"""A form filled by random acts, as a person who tries everything would; what must hold of any form is looked at."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from forms.definition import FormDefinition
from forms.session import Session
from forms.views import ChangeSet, Item, Page, QuestionView, RepeatView, Section
from tests.support.forms import row_ids, start

ROWS_MAX = 6
LOOK_EVERY = 60
ODD = (
    "",
    "x" * 50,
    "-1",
    "0",
    "3",
    "17.5",
    "1e9",
    "2026-02-30",
    "2026-05-01",
    "12:30",
    "Éloïse",
    "'\"<&>",
    "a b c",
    "48.1 -1.6",
)
_TYPICAL: Mapping[str, Callable[[random.Random], str]] = {
    "integer": lambda dice: str(dice.randint(0, 9)),
    "decimal": lambda dice: f"{dice.random() * 10:.2f}",
    "range": lambda dice: str(dice.randint(0, 9)),
    "date": lambda dice: f"20{dice.randint(10, 26)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}",
    "time": lambda dice: f"{dice.randint(10, 23)}:{dice.randint(10, 59)}:00.000",
    "datetime": lambda dice: f"2026-05-01T{dice.randint(10, 23)}:00:00.000+00:00",
    "acknowledge": lambda dice: "OK",
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_UNASKED = frozenset({"note", "calculate", "file"})


@dataclass
class Walk:
    """One filling of ``definition``.

    Attributes:
        stored: what the acts said to store, each as it came: enough to come back after a crash.
        counts: how often each kind of act was made.
        faults: what did not hold, in words.
        deaf: the known-bad variant: what an act taken back says to store is not stored.
    """

    definition: FormDefinition
    dice: random.Random
    deaf: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session: Session = start(self.definition)
        self.stored = self.session.answers()
        self._questions: list[QuestionView] = []
        self._repeats: list[RepeatView] = []
        self._stale = True

    def run(self, steps: int) -> list[str]:
        """Make so many acts, then look whether what was stored gives the same form again; returns the faults."""
        for number in range(steps):
            self._step()
            if number % LOOK_EVERY == 0:
                self._look()
        self._look()
        self._reload()
        return self.faults

    def _step(self) -> None:
        chance = self.dice.random()
        if self._stale:
            self._questions, self._repeats = spread(self.session.pages())
            self._stale = False
        if chance < 0.14 and self._repeats:
            self._rows(self.dice.choice(self._repeats))
        elif chance < 0.18 and self.definition.languages:
            self._took("language", self.session.set_language(self.dice.choice(self.definition.languages)))
        elif chance < 0.28:
            self._took("undo", self.session.undo(), keep=not self.deaf)
        elif chance < 0.34:
            self._took("redo", self.session.redo())
        elif chance < 0.37:
            self._there_and_back()
        else:
            self._answer()

    def _took(self, act: str, changes: ChangeSet, *, keep: bool = True) -> None:
        self.counts[act] = self.counts.get(act, 0) + 1
        if keep:
            self.stored.update(changes.answers)
        self._stale = self._stale or changes.structure or bool(changes.rows)

    def _answer(self) -> bool:
        if not self._questions:
            return False
        view = self.session.question(self.dice.choice(self._questions).path)
        if view.readonly or view.computed or view.kind in _UNASKED:
            return False
        self._took("answer", self.session.answer(view.path, self._text(view)))
        return True

    def _text(self, view: QuestionView) -> str | None:
        dice = self.dice
        if view.choice_count and dice.random() < 0.9:
            offered = [choice.value for choice in self.session.choices(view.path, limit=30)]
            most = {"select_one": 1, "rank": len(offered)}.get(view.kind, dice.randint(1, 3))
            return " ".join(dice.sample(offered, min(len(offered), most)))
        typical = _TYPICAL.get(view.kind)
        return typical(dice) if typical is not None and dice.random() < 0.7 else dice.choice(ODD)

    def _rows(self, repeat: RepeatView) -> None:
        chance = self.dice.random()
        if repeat.can_add and len(repeat.rows) < ROWS_MAX and chance < 0.6:
            self._took("add", self.session.add_row(repeat.path))
        elif repeat.can_remove and repeat.rows and chance < 0.85:
            self._took("remove", self.session.remove_row(self.dice.choice(repeat.rows).path))
        elif repeat.can_remove and repeat.rows:
            row = self.dice.choice(repeat.rows).path
            self._took("move", self.session.move_row(row, self.dice.choice((-1, 1))))

    def _there_and_back(self) -> None:
        """An answer taken back leaves what was before; made again, what was after."""
        before = self.session.state()["values"]
        known = self.counts.get("answer", 0)
        if not self._answer() or not self.session.can_undo or self.counts["answer"] == known:
            return
        after = self.session.state()["values"]
        if after == before:
            return
        self._took("undo", self.session.undo(), keep=not self.deaf)
        self._same("taken back", before)
        self._took("redo", self.session.redo())
        self._same("made again", after)

    def _same(self, what: str, wanted: Mapping[str, str]) -> None:
        now = self.session.state()["values"]
        for reference in sorted(set(wanted) | set(now)):
            if _without_chance(wanted.get(reference)) != _without_chance(now.get(reference)):
                words = f"{what}: {reference} is {now.get(reference)!r}, was {wanted.get(reference)!r}"
                self.faults.append(words)
                return

    def _look(self) -> None:
        """Read all that a screen reads; a formula without a value is told, never silent."""
        issues = self.session.validate()
        told = {issue.code for issue in issues}
        unknown = self.session.state()["uncomputed"]
        if unknown and "uncomputed" not in told:
            self.faults.append(f"not computed and not told: {unknown[:3]}")
        self.session.summary()
        self.session.computed()
        for view in self.dice.sample(self._questions, min(3, len(self._questions))):
            for aspect in ("relevant", "calculation", "constraint", "required"):
                if not self._stale:
                    self.session.explain(view.path, aspect)

    def _reload(self) -> None:
        spoken = self.session.language or None  # a calculation may quote a label: the language is part of the state
        whole, kept = self.session.submission(), self.session.answers()
        in_cycles = bool(self.definition.plan.cycles)  # which of two answers counts depends on what came first
        again = start(self.definition, kept, new_row_id=row_ids("again"), language=spoken)
        acts = start(self.definition, self.stored, new_row_id=row_ids("acts"), language=spoken)
        for what, session in (("reloaded", again), ("from its acts", acts)):
            now = session.submission()
            wrong = [path for path in sorted(set(now) | set(whole)) if now.get(path) != whole.get(path)]
            if wrong and not in_cycles:
                path = wrong[0]
                self.faults.append(f"{what}: {len(wrong)} differ, {path} {now.get(path)!r}, was {whole.get(path)!r}")
        if again.answers() != kept:
            self.faults.append("reloaded: stores something else")


def _without_chance(text: str | None) -> str | None:
    """A text in which ``uuid()`` counts as the same each time."""
    return text and _UUID.sub("(id)", text)


def spread(pages: tuple[Page, ...]) -> tuple[list[QuestionView], list[RepeatView]]:
    """Every question and every repeat that is shown."""
    return _spread(tuple(item for page in pages for item in page.items))


def _spread(items: tuple[Item, ...]) -> tuple[list[QuestionView], list[RepeatView]]:
    questions: list[QuestionView] = []
    repeats: list[RepeatView] = []
    for item in items:
        if isinstance(item, QuestionView):
            questions.append(item)
            continue
        if isinstance(item, RepeatView):
            repeats.append(item)
        for inner in [item.items] if isinstance(item, Section) else [row.items for row in item.rows]:
            more, deeper = _spread(inner)
            questions += more
            repeats += deeper
    return questions, repeats
