"""Random steps for a form, made while filling it here, so that they reach what answers open."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import tzinfo

from forms.replay import Replayed, Step, replay
from forms.session import Session
from forms.tree import Node

ODD = ("", "x", "-1", "0", "3", "17.5", "Éloïse", "a b c", "2026-05-01", "'\"<&>")
_TYPICAL = {
    "integer": ("0", "1", "2", "5", "17", "42", "-3", "100"),
    "decimal": ("0", "1.5", "2", "17.25", "-3.75"),
    "date": ("2026-05-01", "2000-02-29", "1990-12-31", "2026-11-23"),
    "time": ("08:30:00.000", "23:59:00.000"),
    "datetime": ("2026-05-01T08:30:00.000+00:00",),
    "acknowledge": ("OK",),
    "range": ("1", "2", "3"),
    "text": ("x", "Éloïse", "a b c", "12", "0612345678"),
}
_UNASKED = frozenset({"note", "calculate", "file", "group", "repeat"})


@dataclass
class Walk:
    """Makes steps with ``dice`` and keeps the states that they gave."""

    session: Session
    zone: tzinfo
    dice: random.Random

    def run(self, count: int) -> tuple[list[Step], list[Replayed]]:
        """Return ``count`` steps and the states before, between and after them."""
        steps: list[Step] = []
        states = list(replay(self.session, (), self.zone))
        while len(steps) < count:
            step = self._step(states[-1])
            if step is None:
                break
            steps.append(step)
            states.append(list(replay(self.session, (step,), self.zone))[1])
        return steps, states

    def _step(self, state: Replayed) -> Step | None:
        chance = self.dice.random()
        if state["rows"] and chance < 0.12:
            return self._rows(state)
        languages = self.session.definition.languages
        if languages and chance > 0.97:
            return Step("language", self.dice.choice(languages))
        open_questions = [reference for reference in state["values"] if self._asks(reference, state)]
        if not open_questions:
            return self._rows(state) if state["rows"] else None
        reference = self.dice.choice(open_questions)
        return Step("answer", reference, self._text(reference, state))

    def _rows(self, state: Replayed) -> Step:
        repeat, count = self.dice.choice(sorted(state["rows"].items()))
        if count and (count > 3 or self.dice.random() < 0.3):
            return Step("remove_row", f"{repeat}[{self.dice.randint(1, count)}]")
        return Step("add_row", repeat)

    def _node(self, reference: str) -> Node:
        node = self.session.locate(reference)
        assert isinstance(node, Node)
        return node

    def _asks(self, reference: str, state: Replayed) -> bool:
        node = self._node(reference)
        control = node.schema.control
        asked = control is not None and control.kind not in _UNASKED and not node.schema.computed
        return asked and node.relevant and reference not in state["readonly"]

    def _text(self, reference: str, state: Replayed) -> str:
        if self.dice.random() < 0.08:
            return ""
        if reference in state["choices"]:
            offered = [value for value, _label in state["choices"][reference]]
            control = self._node(reference).schema.control
            many = 1 if control is not None and control.kind == "select_one" else self.dice.randint(1, 3)
            if control is not None and control.kind == "rank":
                many = len(offered)
            return " ".join(self.dice.sample(offered, min(len(offered), many)))
        control = self._node(reference).schema.control
        kind = "text" if control is None else control.kind
        if control is not None and "geopoint" in control.appearance:
            return "48.1 -1.6 30 5"
        odd = kind in ("text", "integer", "decimal") and self.dice.random() < 0.15
        return self.dice.choice(ODD if odd else _TYPICAL.get(kind, ODD))
