"""Every valid form of the public corpus filled by a thousand random acts each: answers, rows, languages, acts taken
back and made again; then saved and reloaded equal.

``python -m tests.soak.forms_walk [--count N | --minutes M] [--seed S]``: run number i walks through the form whose
turn it is, so ``--count 38`` meets each once.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

from forms import compile_worker
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused
from forms.reader import XML, kind_of
from tests.soak.report import Budget, Report, command_line, told
from tests.support.form_walks import Walk
from tests.support.forms import corpus_forms, corpus_media

STEPS = 1_000
BADS = ("deaf",)


@cache
def valid_forms() -> list[Path]:
    """The forms that are read; two are broken on purpose."""
    return [path for path in corpus_forms() if isinstance(opened(path), FormDefinition)]


@cache
def opened(path: Path) -> FormDefinition | FormRefused:
    """A form with all that can be computed of it, or why it cannot be read at all."""
    data = path.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl speaks of styles that forms do not use
            document = data if kind_of(data) == XML else compile_worker.convert(data, path.stem).xform
        return parse_form(document, corpus_media(), strict=False)
    except FormRefused as refused:
        return refused


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Walk through one form after the other."""
    report = Report("forms walked", seed)
    forms = valid_forms()
    if not forms:
        report.note = "the public corpus is not beside this repository"
        return report
    acts: Counter[str] = Counter()
    walked: set[str] = set()
    for one in budget.seeds(report):
        path = forms[one % len(forms)]
        definition = opened(path)
        assert isinstance(definition, FormDefinition)
        walk = Walk(definition, random.Random(f"{one} {path.name}"), deaf=bad == "deaf")
        words = told(lambda: walk.run(STEPS))  # noqa: B023 (runs at once)
        for fault in [*walk.faults, *([words] if words else [])]:
            report.fail(one, f"{path.name}: {fault}")
        acts.update(walk.counts)
        walked.add(path.name)
    made = ", ".join(f"{count:,} {act}" for act, count in acts.most_common())
    report.note = f"{len(walked)} of {len(forms)} forms, {STEPS:,} steps each: {made}"
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
