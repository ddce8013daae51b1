"""SC6: lines that break and heal while clients work by themselves; every queue is empty within 60 s after.

Several clients with their background threads, each on a line of its own with partitions, standstills, refusals and
429/503 answers. One run is one client's queue. ``--bad tired`` (a client that tries once and then waits to be asked)
must be found. Stopped processes are those of ``stopped``, slow lines those of ``far``.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from contextlib import ExitStack

from sync.schedule import Schedule
from tests.soak.connections import INSTEAD
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch
from tests.soak.town_hall import Post, disagreements, town_hall
from tests.support.proxy import FaultProxy

BADS = ("tired",)
CLIENTS = 8
TROUBLE_S = 6.0
HEALED_WITHIN_S = 60.0
TIRED_WITHIN_S = 5.0
"""Long enough to find the known-bad client, which never tries again."""


def trouble(proxy: FaultProxy, rng: random.Random, over: threading.Event, until_s: float) -> None:
    """Let one fault after the other hold for a moment each."""
    while time.monotonic() < until_s and not over.wait(rng.uniform(0.05, 1.0)):
        proxy.heal()
        match rng.randrange(5):
            case 0:
                proxy.stall(up=True)
            case 1:
                proxy.stall(down=True)
            case 2:
                proxy.refused = True
                proxy.reset()
            case 3:
                proxy.instead = rng.choice(INSTEAD)
                proxy.reset()
            case 4:
                proxy.cut(down=rng.randrange(800))
    proxy.reset()
    proxy.heal()


def storm(posts: list[Post], lines: list[FaultProxy], seed: int, within_s: float) -> list[str]:
    """Break every line for a while, with work going on; return whose queue did not drain."""
    rng = random.Random(seed)
    over = threading.Event()
    until_s = time.monotonic() + TROUBLE_S
    threads = [
        threading.Thread(target=trouble, args=(line, random.Random(rng.getrandbits(64)), over, until_s))
        for line in lines
    ]
    for thread in threads:
        thread.start()
    number = 0
    while time.monotonic() < until_s:
        number += 1
        for post in posts:
            post.act(f"{seed}-{number}")
        over.wait(0.3)
    for thread in threads:
        thread.join()
    return drained(posts, within_s)


def drained(posts: list[Post], within_s: float) -> list[str]:
    """Wait until every queue is empty; return whose is not."""
    settled = threading.Event()
    ends = [post.workspace.listen(lambda _: settled.set()) for post in posts]
    until_s = time.monotonic() + within_s
    try:
        while any(post.workspace.status().pending for post in posts):
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                break
            settled.wait(left_s)
            settled.clear()
    finally:
        for end in ends:
            end()
    stuck = [post for post in posts if post.workspace.status().pending]
    return [f"{post.path}: not drained within {within_s:.0f} s, state {post.agent.status().state}" for post in stuck]


def tired() -> None:
    """The known-bad client: after a failure it makes no further try by itself."""
    sound = Schedule.failed
    Schedule.failed = lambda schedule, wait_s: sound(schedule, None)  # type: ignore[method-assign,assignment]


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Storm after storm."""
    report = Report("partitions heal", seed)
    with scratch() as directory, town_hall(directory) as hall, ExitStack() as ends:
        if bad:
            tired()
        lines = [ends.enter_context(FaultProxy()) for _ in range(CLIENTS)]
        posts = [hall.post_over(line) for line in lines]
        for post in posts:
            post.agent.start()
        slowest_s = 0.0
        while budget.left(report.runs):
            first = seed + report.runs
            begun_s = time.monotonic()
            found = storm(posts, lines, first, TIRED_WITHIN_S if bad else HEALED_WITHIN_S)
            slowest_s = max(slowest_s, time.monotonic() - begun_s - TROUBLE_S)
            report.runs += CLIENTS
            for words in found:
                report.fail(first, words)
            if found and bad:
                return report
        for post in posts:
            post.agent.stop()
        found = [f"stuck: {code}" for post in posts if (code := hall.reopened_round(post))]
        for words in [*found, *disagreements(posts)]:
            report.fail(seed, words)
        report.note = f"{CLIENTS} clients at once, the slowest queue was empty {slowest_s:.1f} s after the line healed"
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
