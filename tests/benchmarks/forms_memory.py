"""What a form with a long list holds in memory, in a process of its own; prints MiB.

``python -m tests.benchmarks.forms_memory ours|plain FORM.xml``: the form opened, its first page shown and its list
searched; or the list alone as plain tuples.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import sys
from pathlib import Path

from tests.benchmarks import forms_engines
from tests.benchmarks.forms_made import choices_csv, choices_form

OURS, PLAIN = "ours", "plain"


def resident_mib() -> float:
    """What of this process stands in memory (Linux)."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    which, file = sys.argv[1], Path(sys.argv[2])
    forms_engines.open_session(choices_form(10)).pages()  # everything is imported
    before = resident_mib()
    kept: object
    if which == OURS:
        session = forms_engines.open_session(file.read_bytes())
        kept = session, session.pages()[0], session.choices("/anywhere", "a")
    else:
        kept = tuple(tuple(row) for row in csv.reader(io.StringIO(choices_csv(int(sys.argv[3])).decode())))
    print(f"{resident_mib() - before:.1f}", flush=True)
    del kept


if __name__ == "__main__":
    main()
