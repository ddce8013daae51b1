"""``main.py agent print``: a case's form as PDF."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from cases.clock import SystemClock
from sync.command import Answer, Command, Context, takes
from sync.printing import case_paper, write_paper


def _print(context: Context, given: argparse.Namespace) -> Answer:
    form = context.open(given.case)
    data = case_paper(
        context.desk, form, now_ms=SystemClock().now_ms(), blank=given.blank, language=given.language or ""
    )
    return {"case": form.case_id, "printed": str(write_paper(data, given.paper))}


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("paper", type=Path, metavar="FILE", help="where the form (PDF) is written")
    parser.add_argument("--blank", action="store_true", help="without answers, to be filled by hand")
    parser.add_argument("--language", metavar="L", help="one of the form's languages, by its name or its code")


PRINT: Mapping[str, Command] = {
    "print": Command("write a case's form (PDF), filled or blank", _print, _arguments),
}
