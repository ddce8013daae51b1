"""``python -m tests.differential [--seed N] [--steps N] [--engine webforms|javarosa] [FORM…]``: compare with a
reference engine over the public corpus. Each engine is installed once: see README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from forms.compile import convert_form
from forms.definition import parse_form
from forms.errors import FormRefused
from forms.replay import Step, open_session
from tests.differential.compare import Difference, differences
from tests.differential.engines import ENGINES
from tests.differential.walk import Walk
from tests.support.forms import CORPUS, corpus_forms, corpus_media

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
_SHOWN = 12


def main(argv: Sequence[str]) -> int:
    """Return 0 when every form that both engines open gives equal states."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("forms", nargs="*", type=Path, help="default: the public corpus")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="webforms")
    parser.add_argument("--json", type=Path, help="write every difference to this file")
    options = parser.parse_args(list(argv))
    print(f"seed {options.seed}, {options.steps} steps, {options.engine}")
    equal, differing, skipped = [], {}, {}
    for path in options.forms or corpus_forms():
        try:
            found = run(path, options)
        except (FormRefused, EngineFailed) as refused:
            skipped[path.name] = f"{type(refused).__name__} {str(refused)[:150]}"
            continue
        if found:
            differing[path.name] = found
            _show(path.name, found)
        else:
            equal.append(path.name)
    for name, reason in skipped.items():
        print(f"-- {name}: {reason}")
    print(f"{len(equal)} equal, {len(differing)} differ, {len(skipped)} not compared")
    if options.json is not None:
        every = {name: [[number, asdict(one)] for number, one in found] for name, found in differing.items()}
        options.json.write_text(json.dumps(every, ensure_ascii=False, indent=1), "utf-8")
    return 1 if differing else 0


class EngineFailed(Exception):
    """The reference engine did not open the form or stopped on the way; the last words it said."""


def run(path: Path, options: argparse.Namespace) -> list[tuple[int, Difference]]:
    """Fill one form in both engines: the differences that each step brought, with its number (0: loading)."""
    xform = convert_form(path.read_bytes(), name=path.stem).xform
    definition = parse_form(xform, corpus_media(), strict=False)
    session = open_session(definition, now=NOW, zone=UTC, seed=options.seed)
    steps, ours = Walk(session, UTC, random.Random(f"{options.seed} {path.name}")).run(options.steps)
    theirs = _reference(options.engine, xform, steps)
    found: list[tuple[int, Difference]] = []
    known: set[Difference] = set()
    for number, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        now = {one: None for one in map(_hashable, differences(mine, other))}
        found.extend((number, one) for one in now if one not in known)
        known = set(now)
    return found


def _hashable(one: Difference) -> Difference:
    return Difference(one.part, one.reference, _frozen(one.ours), _frozen(one.theirs))


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _as_json(step: Step) -> dict[str, str]:
    return {step.act: step.on} | ({"with": step.value} if step.act == "answer" else {})


def _reference(engine: str, xform: bytes, steps: Sequence[Step]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        form, script = Path(folder, "form.xml"), Path(folder, "steps.json")
        form.write_bytes(xform)
        script.write_text(json.dumps([_as_json(step) for step in steps]), "utf-8")
        lines = [f"{step.act}\t{step.on}\t{step.value}\n" for step in steps]
        script.with_name("steps.json.lines").write_text("".join(lines), "utf-8")
        done = subprocess.run(
            [*ENGINES[engine](), str(form), str(script), NOW.isoformat(), str(CORPUS)],
            capture_output=True,
            check=False,
            timeout=300,
            env={**os.environ, "TZ": "UTC"},
        )
    states = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
    if done.returncode or len(states) != len(steps) + 1:
        words = [line for line in done.stderr.decode().splitlines() if "Error" in line or "Exception" in line]
        raise EngineFailed(f"after {len(states)} states: {' '.join(words[:2]) or done.stderr.decode()[-300:]}")
    return states


def _show(name: str, found: Sequence[tuple[int, Difference]]) -> None:
    parts = Counter(one.part for _number, one in found)
    print(f"== {name}: " + ", ".join(f"{part} {count}" for part, count in parts.most_common()))
    for number, one in found[:_SHOWN]:
        print(f"   step {number} {one.part} {one.reference}: {str(one.ours)[:120]!r} / {str(one.theirs)[:120]!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
