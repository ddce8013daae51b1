"""The whole world in one process, seed after seed: ``tests.simulation``, as a harness like the others."""

from __future__ import annotations

import sys

from tests import simulation
from tests.soak.report import Budget, Report, command_line


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Run world after world. Its known-bad variants are tests of its own (``tests/simulation``)."""
    report = Report("simulation", seed)
    for number in budget.seeds(report):
        for words in simulation.run(number):
            report.fail(number, words)
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, ()))
