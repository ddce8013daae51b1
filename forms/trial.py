"""A form tried out by its author: a filling that is nothing but the steps that made it, so that a changed form takes
them over, and anyone can make them again (``main.py form FILE --replay``). Values only; nothing is kept or sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.replay import ADD_ROW, ANSWER, DOWN, LANGUAGE, MOVE_ROW, REMOVE_ROW, UP, Step, do_step, open_session
from forms.tree import Node, Repeat
from forms.views import ChangeSet

_ROW = re.compile(r"\[(\d+)\]$")


class Trial:
    """An open form without a store (the contract of ``desktop.forms.ports.OpenForm``). One thread at a time.

    Args:
        now: what the clock says, with a zone; it stands still.
        steps: made at once, in order. What the form no longer has is looked for under its name; see ``dropped``.
        as_script: the steps are a script's: answers are stored as a widget of their type would store them. Else they
            are what a session stored, kept as they are, right or wrong.

    Attributes:
        dropped: the steps that could not be made; of several answers to one question, the last.
        unfit: answers that are kept, but that their list no longer offers.
    """

    def __init__(
        self,
        definition: FormDefinition,
        *,
        now: datetime,
        zone: tzinfo,
        seed: int = 0,
        steps: Iterable[Step] = (),
        as_script: bool = False,
    ) -> None:
        self.session = open_session(definition, now=now, zone=zone, seed=seed)
        self._zone = zone
        self._steps: list[Step] = []
        self._undone: list[Step] = []
        dropped: dict[tuple[str, str], Step] = {}
        for step in steps:
            if not self._make(step, as_script):
                dropped[(step.act, step.on)] = step
        self.dropped = tuple(step for step in dropped.values() if step.act != ANSWER or step.value)
        self.unfit = tuple(self._unfit())

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done and not taken back."""
        return tuple(self._steps)

    # --- acts, as a form's screen makes them

    def answer(self, path: str, value: str | None) -> ChangeSet:
        """See ``Session.answer``."""
        step = Step(ANSWER, self.session.reference(path), value or "")
        return self._did(step, self.session.answer(path, value))

    def add_row(self, repeat: str) -> ChangeSet:
        """See ``Session.add_row``."""
        step = Step(ADD_ROW, self.session.reference(repeat))
        return self._did(step, self.session.add_row(repeat))

    def remove_row(self, row: str) -> ChangeSet:
        """See ``Session.remove_row``."""
        step = Step(REMOVE_ROW, self.session.reference(row))
        return self._did(step, self.session.remove_row(row))

    def move_row(self, row: str, by: int) -> ChangeSet:
        """See ``Session.move_row``."""
        step = Step(MOVE_ROW, self.session.reference(row), UP if by < 0 else DOWN)
        return self._did(step, self.session.move_row(row, by))

    def set_language(self, language: str) -> ChangeSet:
        """See ``Session.set_language``."""
        changes = self.session.set_language(language)
        self._steps.append(Step(LANGUAGE, language))
        return changes

    def undo(self) -> ChangeSet:
        """See ``Session.undo``; the step is as if it had never been made. Languages stay."""
        if not self.session.can_undo:
            return ChangeSet({})
        changes = self.session.undo()
        place = max(place for place, step in enumerate(self._steps) if step.act != LANGUAGE)
        self._undone.append(self._steps.pop(place))
        return changes

    def redo(self) -> ChangeSet:
        """See ``Session.redo``."""
        if not self._undone:
            return ChangeSet({})
        changes = self.session.redo()
        self._steps.append(self._undone.pop())
        return changes

    def save(self) -> None:
        """Nothing is kept."""

    def _did(self, step: Step, changes: ChangeSet) -> ChangeSet:
        if changes.answers:
            self._steps.append(step)
            self._undone.clear()
        return changes

    # --- steps made before

    def _make(self, step: Step, as_script: bool) -> bool:
        if step.act != LANGUAGE:
            found = self._now_called(step)
            if found is None:
                return False
            step = found
        try:
            if as_script or step.act == LANGUAGE:
                return self._make_as_script(step)
            thing = self.session.locate(step.on)
            assert thing is not None
            if step.act == ANSWER:
                self.answer(thing.path, step.value)
            elif step.act == ADD_ROW:
                self.add_row(thing.path)
            elif step.act == MOVE_ROW:
                self.move_row(thing.path, -1 if step.value == UP else 1)
            else:
                self.remove_row(thing.path)
        except FormsError:
            return False
        return True

    def _make_as_script(self, step: Step) -> bool:
        thing = self.session.locate(step.on) if step.act == ANSWER else None
        before = (thing.text, thing.touched) if isinstance(thing, Node) else None
        if not do_step(self.session, step, self._zone):
            return False
        if isinstance(thing, Node):
            if before == (thing.text, thing.touched):
                return True  # there is nothing to take back
            step = Step(ANSWER, step.on, thing.text or "")
        self._steps.append(step)
        return True

    def _now_called(self, step: Step) -> Step | None:
        """The step on what it means now: a question that moved to another group is still the one of that name."""
        if self._suits(step.act, self.session.locate(step.on)):
            return step
        names = [part for part in step.on.split("/") if part]
        numbers = {_ROW.sub("", part): found[0] for part in names if (found := _ROW.search(part))}
        wanted = _ROW.sub("", names[-1]) if names else ""
        alike = [node for node in self.session.definition.nodes.values() if node.name == wanted]
        if len(alike) != 1:
            return None
        parts = [node.name + (numbers.get(node.name, "") if node.is_repeat else "") for node in alike[0].chain()]
        moved = Step(step.act, "/" + "/".join(parts), step.value)
        return moved if self._suits(step.act, self.session.locate(moved.on)) else None

    def _suits(self, act: str, thing: Node | Repeat | None) -> bool:
        if act == ANSWER:
            return isinstance(thing, Node) and thing.schema.is_leaf
        if act == ADD_ROW:
            return isinstance(thing, Repeat)
        return isinstance(thing, Node) and thing.container is not None

    def _unfit(self) -> Iterable[Step]:
        last = {step.on: step for step in self._steps if step.act == ANSWER and step.value}
        for step in last.values():
            node = self.session.locate(step.on)
            control = node.schema.control if isinstance(node, Node) and node.relevant and node.text else None
            if node is None or control is None or control.choices is None:
                continue
            offered = self.session.offered(node.path)
            chosen = [step.value] if control.kind == "select_one" else step.value.split()
            if any(value not in offered for value in chosen):
                yield step


def as_script(steps: Iterable[Step]) -> list[dict[str, str]]:
    """The steps as ``--replay`` reads them."""
    return [{step.act: step.on} | ({"with": step.value} if step.act in (ANSWER, MOVE_ROW) else {}) for step in steps]
