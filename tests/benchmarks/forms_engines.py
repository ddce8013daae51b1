"""The same script of steps on the same document in our engine and in the reference engines, each step timed.

Every engine opens the form anew ``rounds`` times in one process and runs the whole script each time; of each step the
least time counts. So a virtual machine has compiled what it compiles, and what other programs took does not count.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date
from pathlib import Path
from typing import Any

from forms.definition import parse_form
from forms.session import Session
from forms.views import Item, QuestionView
from tests.benchmarks.forms_made import Step
from tests.benchmarks.measure import percentile
from tests.differential.engines import javarosa, webforms

LONGEST_S = 240.0
JAVAROSA, WEB_FORMS = "JavaRosa", "ODK Web Forms"
WEB_FORMS_FOLDER = Path(__file__).parents[1] / "differential" / "webforms"


@dataclass(frozen=True)
class Timed:
    """Milliseconds: of wall time in the reference engines, of CPU in ours.

    Attributes:
        load: the document parsed and the session at rest, each round.
        steps: tag -> for each step the time of each round.
        heap_mb: what is held after loading more than before, in the engine's own heap; 0 where not looked at.
    """

    load: list[float]
    steps: dict[str, list[list[float]]] = field(default_factory=dict)
    heap_mb: float = 0.0

    @property
    def load_ms(self) -> float:
        """The least."""
        return min(self.load)

    def least(self, tag: str) -> list[float]:
        """For each step its least time."""
        return [min(rounds) for rounds in self.steps[tag]]

    def median(self, tag: str) -> float:
        """The middle one of the steps."""
        return percentile(self.least(tag), 0.5)

    def p95(self, tag: str) -> float:
        """What 95 % of the steps stay below."""
        return percentile(self.least(tag), 0.95)

    def worst(self, tag: str) -> float:
        """The longest step."""
        return max(self.least(tag))


def open_session(xform: bytes) -> Session:
    """A session at rest."""
    numbers = itertools.count()
    return Session(
        parse_form(xform),
        today=date(2026, 11, 23),
        now_ms=1_795_428_000_000,
        tz=UTC,
        new_row_id=lambda: f"r{next(numbers)}",
    )


def ours(xform: bytes, steps: Sequence[Step], rounds: int) -> Timed:
    """Run the script in this process; CPU of this thread, which is what a calm machine takes by the clock."""
    load: list[float] = []
    taken: list[list[float]] = [[] for _ in steps]
    for _ in range(rounds):
        begun = time.thread_time()
        session = open_session(xform)
        load.append((time.thread_time() - begun) * 1e3)
        for number, step in enumerate(steps):
            act = _prepared(session, step)
            begun = time.thread_time()
            act()
            taken[number].append((time.thread_time() - begun) * 1e3)
    return Timed(load, _by_tag(steps, taken))


def _by_tag(steps: Sequence[Step], taken: list[list[float]]) -> dict[str, list[list[float]]]:
    found: dict[str, list[list[float]]] = {}
    for step, rounds in zip(steps, taken, strict=True):
        found.setdefault(step.tag, []).append(rounds)
    return found


def _prepared(session: Session, step: Step) -> Callable[[], object]:
    if step.act == "language":
        return lambda: _said_in(session, step.on)
    thing = session.locate(step.on)
    assert thing is not None, step.on
    path = thing.path
    acts: dict[str, Callable[[], object]] = {
        "answer": lambda: session.answer(path, step.value),
        "add_row": lambda: session.add_row(path),
        "remove_row": lambda: session.remove_row(path),
        "choices": lambda: session.choices(path, limit=1_000_000),
    }
    return acts[step.act]


def _said_in(session: Session, language: str) -> list[tuple[str, str]]:
    session.set_language(language)
    return [words for page in session.pages() for item in page.items for words in _words(item)]


def _words(item: Item) -> list[tuple[str, str]]:
    return [(item.label, item.hint)] if isinstance(item, QuestionView) else [(item.label, "")]


def reference_engines() -> dict[str, Callable[[bytes, Sequence[Step], int], Timed]]:
    """The engines that this machine can run, by name; installs nothing but ODK Web Forms' locked packages."""
    found: dict[str, Callable[[bytes, Sequence[Step], int], Timed]] = {}
    if shutil.which("java"):
        found[JAVAROSA] = _in_javarosa
    if shutil.which("node") and shutil.which("npm"):
        if not (WEB_FORMS_FOLDER / "node_modules").exists():
            subprocess.run(["npm", "ci", "--prefix", str(WEB_FORMS_FOLDER)], check=True, stdout=subprocess.DEVNULL)
        found[WEB_FORMS] = _in_web_forms
    return found


def _in_javarosa(xform: bytes, steps: Sequence[Step], rounds: int) -> Timed:
    lines = "".join(f"{step.tag}\t{step.act}\t{step.on}\t{step.value}\n" for step in steps)
    *command, runner = javarosa()
    return _run([*command, str(Path(runner).with_name("Bench.java"))], xform, lines, rounds)


def _in_web_forms(xform: bytes, steps: Sequence[Step], rounds: int) -> Timed:
    node, runner = webforms()
    command = [node, "--expose-gc", "--max-old-space-size=3000", str(Path(runner).with_name("bench.mjs"))]
    return _run(command, xform, json.dumps([asdict(step) for step in steps]), rounds)


def _run(command: list[str], xform: bytes, script: str, rounds: int) -> Timed:
    with tempfile.TemporaryDirectory() as folder:
        form, steps = Path(folder, "form.xml"), Path(folder, "steps")
        form.write_bytes(xform)
        steps.write_text(script, "utf-8")
        done = subprocess.run(
            [*command, str(form), str(steps), str(rounds)],
            capture_output=True, check=False, timeout=LONGEST_S,
        )  # fmt: skip
    lines = [line for line in done.stdout.decode().splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise RuntimeError(f"{command[0]} stopped: {done.stderr.decode()[-500:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return Timed(found["load"], found["steps"], found["heap_mb"])
