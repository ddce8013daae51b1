"""``python -m tests.simulation --seeds 1-40 [--postgres] [--bad NAME] [--story]``: a world for each seed.

One line for each failure, with how to see it again; at the end ``simulation: N runs, seeds A-B, F failures``. Ends with
1 when a world failed; with ``--bad`` when none did.
"""

from __future__ import annotations

import argparse
import logging
import sys

from tests.simulation.known_bad import VARIANTS
from tests.simulation.running import run

LINES_MAX = 8


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="1-40", help="A-B or A")
    parser.add_argument("--postgres", action="store_true", help="the service is on a private PostgreSQL")
    parser.add_argument("--bad", choices=sorted(VARIANTS), help="break the product in this way")
    parser.add_argument("--often", default="", help="happenings that each world has often: clone,restore_service")
    parser.add_argument("--story", action="store_true", help="say what happened in each world")
    options = parser.parse_args(arguments)
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    # Injected faults are logged as the real ones are, thousands of them.
    logging.disable(logging.CRITICAL)
    often = [one for one in options.often.split(",") if one]
    failed = 0
    for seed in seeds:
        story: list[str] = []
        failures = run(seed, options.postgres, bad=options.bad, story=story, often=often)
        if options.story:
            print(*story, sep="\n")
        failed += bool(failures)
        for line in failures[:LINES_MAX]:
            print(f"seed {seed}: {line}")
        if failures:
            more = f"{' --postgres' * options.postgres}{f' --often {options.often}' * bool(often)}"
            more += f" --bad {options.bad}" if options.bad else ""
            print(
                f"seed {seed}: {len(failures)} failures; again: python -m tests.simulation --seeds {seed} --story{more}"
            )
            sys.stdout.flush()
    print(f"simulation: {len(seeds)} runs, seeds {seeds[0]}-{seeds[-1]}, {failed} failures")
    return int(not failed) if options.bad else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
