"""A script of steps over a session, without a window: the same form and the same steps give the same states."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from forms import datatypes
from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.languages import matching_language
from forms.session import Session
from forms.tree import Node, Repeat
from forms.values import coerce
from forms.wholestate import WholeState

ANSWER, ADD_ROW, REMOVE_ROW, MOVE_ROW, LANGUAGE = "answer", "add_row", "remove_row", "move_row", "language"
UP, DOWN = "up", "down"
_ACTS = (ANSWER, ADD_ROW, REMOVE_ROW, MOVE_ROW, LANGUAGE)
_WITH = frozenset({ANSWER, MOVE_ROW})
"""Acts that need a second word."""
_STEPS_MAX = 100_000


class StepsError(Exception):
    """A script that cannot be read.

    Attributes:
        reason: ``not_json``, ``not_a_list``, ``too_long``, ``not_a_step``, ``two_acts``, ``unknown_key``,
            ``not_text``, ``no_value``.
        step: which step it is, from 1; 0 where it is the script as a whole.
        detail: the word or the place that is wrong, "" when there is none.
    """

    def __init__(self, reason: str, step: int = 0, detail: str = "") -> None:
        super().__init__(f"{reason} in step {step}: {detail}")
        self.reason = reason
        self.step = step
        self.detail = detail


class Replayed(WholeState):
    """The state after a step; ``refused`` when the step was not allowed and changed nothing."""

    refused: bool


@dataclass(frozen=True, slots=True)
class Step:
    """``act`` on what ``on`` names (a reference, or a language); ``value``: an answer's text, ``up`` or ``down``."""

    act: str
    on: str
    value: str = ""


def read_steps(script: bytes) -> tuple[Step, ...]:
    """Read a JSON list of steps.

    Raises:
        StepsError: the first thing that is wrong.
    """
    try:
        found = json.loads(script)
    except (ValueError, RecursionError) as error:
        place = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise StepsError("not_json", detail=place) from None
    if not isinstance(found, list):
        raise StepsError("not_a_list")
    if len(found) > _STEPS_MAX:
        raise StepsError("too_long", detail=str(_STEPS_MAX))
    return tuple(_step(number, given) for number, given in enumerate(found, 1))


def _step(number: int, given: object) -> Step:
    if not isinstance(given, Mapping):
        raise StepsError("not_a_step", number)
    acts = [act for act in _ACTS if act in given]
    if len(acts) != 1:
        raise StepsError("two_acts" if acts else "not_a_step", number, ", ".join(acts))
    act = acts[0]
    known = {act, "with"} if act in _WITH else {act}
    for key in given:
        if key not in known:
            raise StepsError("unknown_key", number, f"{key} ({', '.join(sorted(known))})")
    if act in _WITH and "with" not in given:
        raise StepsError("no_value", number, "with")
    value = given.get("with")
    for key, text in ((act, given[act]), ("with", "" if value is None else value)):
        if not isinstance(text, str) or not _is_text(text):
            raise StepsError("not_text", number, key)
    return Step(act, given[act], value or "")


def _is_text(text: str) -> bool:
    """Half a letter (a lone surrogate) is no text: it could be neither stored nor printed."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_known(definition: FormDefinition, step: Step) -> bool:
    """Whether the form has what the step names, whatever rows there are; what it has not, a step is refused for."""
    if step.act == LANGUAGE:
        return step.on in definition.languages or matching_language(definition.languages, step.on) is not None
    names = [name.partition("[")[0] for name in step.on.strip().split("/") if name]
    return (
        bool(names)
        and names[0] == definition.root.name
        and "".join(f"/{name}" for name in names[1:]) in definition.nodes
    )


def open_session(definition: FormDefinition, *, now: datetime, zone: tzinfo, seed: int) -> Session:
    """A session in which the clock stands still at ``now`` (with a zone) and all randomness comes from ``seed``."""
    identities = random.Random(f"rows {seed}")
    return Session(
        definition,
        today=now.astimezone(zone).date(),
        now_ms=round(now.timestamp() * 1000),
        tz=zone,
        new_row_id=lambda: f"{identities.getrandbits(64):016x}",
        seed=seed,
    )


def replay(session: Session, steps: Sequence[Step], zone: tzinfo) -> Iterator[Replayed]:
    """Yield the state before the first step and after each."""
    yield Replayed(**session.state(), refused=False)
    for step in steps:
        try:
            done = do_step(session, step, zone)
        except FormsError:
            done = False
        yield Replayed(**session.state(), refused=not done)


def do_step(session: Session, step: Step, zone: tzinfo) -> bool:
    """Make one step; False when it is not allowed. May raise a FormsError, and has changed nothing then either."""
    acts: Mapping[str, Callable[[Session, Step, tzinfo], bool]] = {
        ANSWER: _answer,
        ADD_ROW: _add_row,
        REMOVE_ROW: _remove_row,
        MOVE_ROW: _move_row,
        LANGUAGE: _set_language,
    }
    return acts[step.act](session, step, zone)


def _answer(session: Session, step: Step, zone: tzinfo) -> bool:
    """Store as a widget of the question's type would: what is of another type becomes empty, 10.1 becomes the int 10.

    A choice that is not offered cannot be chosen, nor one be ranked twice; several are stored in the order of the
    list, a ranking in its own.
    """
    node = session.locate(step.on)
    if not isinstance(node, Node) or not node.schema.is_leaf:
        return False
    control = node.schema.control
    if control is not None and control.choices is not None:
        offered = session.offered(node.path)
        chosen = [step.value] if control.kind == "select_one" and step.value else step.value.split()
        if any(value not in offered for value in chosen):
            return False
        if control.kind == "rank" and len(set(chosen)) < len(chosen):
            return False
        if control.kind == "select_multiple":
            chosen = [value for value in offered if value in chosen]
        session.answer(node.path, " ".join(chosen))
    else:
        stored = _stored(step.value, node.schema.data_type, zone)
        if stored and control is not None and control.bounds is not None and not control.bounds.hold(stored):
            stored = ""  # a slider cannot be set there
        session.answer(node.path, stored)
    return True


def _stored(text: str, data_type: str, zone: tzinfo) -> str:
    if data_type in ("int", "decimal") and datatypes.is_day(text):
        return ""  # a formula may count with a day as a number; a person who types one means no number
    stored = coerce(text, data_type, zone)
    return stored if datatypes.fits(stored, data_type, zone) else ""


def _add_row(session: Session, step: Step, _zone: tzinfo) -> bool:
    repeat = session.locate(step.on)
    if not isinstance(repeat, Repeat):
        return False
    session.add_row(repeat.path)
    return True


def _remove_row(session: Session, step: Step, _zone: tzinfo) -> bool:
    row = session.locate(step.on)
    if not isinstance(row, Node) or row.container is None:
        return False
    session.remove_row(row.path)
    return True


def _move_row(session: Session, step: Step, _zone: tzinfo) -> bool:
    row = session.locate(step.on)
    if not isinstance(row, Node) or row.container is None or step.value not in (UP, DOWN):
        return False
    return bool(session.move_row(row.path, -1 if step.value == UP else 1).answers)


def _set_language(session: Session, step: Step, _zone: tzinfo) -> bool:
    names = session.definition.languages
    session.set_language(step.on if step.on in names else matching_language(names, step.on) or step.on)
    return True
