"""SC13, SC14: offices at the end of the world. One run is one of three, in turn:

- a satellite line of 23 kbit/s, two seconds there and back, a fifth of all segments lost: everything arrives, and at
  most a tenth of the bytes is sent again;
- a line that breaks after every 24 KiB: what got through stays, so that it ends all the same;
- 90 days without a line: thousands of events (5,000 in a soak), meanwhile work elsewhere and a new version of the
  procedure; all goes out and comes in by itself, in a process of at most 500 MiB.

``--bad whole`` (a client that always sends everything it has at once) must be found.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator

from central.database import procedures as published
from sync.backoff import BatchSize
from sync.messages import bundle_version
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch
from tests.soak.town_hall import Post, TownHall, disagreements, town_hall
from tests.support.clients import PROCEDURE, bundle
from tests.support.memory import most_memory
from tests.support.proxy import FaultProxy

BADS = ("whole",)
BYTES_PER_S = 23_000 / 8
LATENCY_S = 1.0
LOSS = 0.2
RESENT_MAX = 0.10
CRUMB_BYTES = 24 * 1024
DAYS_MS = 90 * 86_400_000
RSS_BYTES_MAX = 500 * 1024 * 1024
ANSWERS_OF_A_CASE = 50
WITHIN_S = 240.0
BAD_WITHIN_S = 20.0


def entries(rng: random.Random, post: Post, count: int, size: int) -> None:
    """Answer that often, with text that does not compress, one case after the other."""
    for number in range(count):
        if number and not number % ANSWERS_OF_A_CASE:
            post.next_case()
        post.act(f"{number}-{rng.randbytes(size // 2).hex()}")


def drained(post: Post, within_s: float) -> str:
    """Let the client work by itself until nothing waits; return what is wrong, empty for nothing."""
    changed = threading.Event()
    unlisten = post.workspace.listen(lambda _: changed.set())
    post.agent.start()
    until_s = time.monotonic() + within_s
    while (pending := post.workspace.status().pending) and (left_s := until_s - time.monotonic()) > 0:
        changed.wait(left_s)
        changed.clear()
    unlisten()
    return f"{pending} pending after {within_s:.0f} s, {post.agent.status().fault}" if pending else ""


def satellite(hall: TownHall, seed: int, within_s: float) -> Iterator[str]:
    """Send the same over a sound line and over a bad one, and compare what each took."""
    carried = []
    for bad in (False, True):
        with FaultProxy() as line:
            post = hall.post_over(line)
            post.sync()
            entries(random.Random(seed), post, 80, 400)
            line.chance = random.Random(seed)
            if bad:
                for way in (line.up, line.down):
                    way.latency_s, way.bytes_per_s, way.loss = LATENCY_S, BYTES_PER_S, LOSS
            before = line.up.carried
            if words := drained(post, within_s):
                yield words
            carried.append(line.up.carried - before)
            post.agent.stop()
    if carried[1] > carried[0] * (1 + RESENT_MAX):
        yield f"{carried[1]} bytes went up instead of {carried[0]}"


def crumbling(hall: TownHall, seed: int, within_s: float) -> Iterator[str]:
    """Let no connection carry more than a little."""
    with FaultProxy() as line:
        post = hall.post_over(line)
        post.sync()
        entries(random.Random(seed), post, 200, 800)
        line.up.cut_every = CRUMB_BYTES
        line.reset()
        if words := drained(post, within_s):
            yield words
        if not line.cuts:
            yield "the line never broke"
        post.agent.stop()


def months(hall: TownHall, seed: int, within_s: float, events: int) -> Iterator[str]:
    """Work for 90 days far from any line, then come back."""
    rng = random.Random(seed)
    with FaultProxy() as line:
        line.serve(hall.port)
        post = hall.post_over(line)
        elsewhere = hall.post()
        for one in (post, elsewhere):
            one.sync()
        hall.service.clock.moved_ms += DAYS_MS
        line.refused = True
        line.reset()
        entries(rng, post, events, 40)
        entries(rng, elsewhere, 50, 40)
        if code := elsewhere.settle():
            yield f"elsewhere: {code}"
        data = bundle(f"Version {seed}")
        with hall.service.central.transaction(hall.service.tenant) as connection:
            published.publish(
                connection, hall.service.tenant, PROCEDURE, bundle_version(data), data, {"fr": "Essai"}, 2
            )
        line.refused = False
        over = threading.Event()
        breaking = threading.Thread(target=_break_now_and_then, args=(line, rng, over))
        breaking.start()
        words = drained(post, within_s)
        over.set()
        breaking.join()
        post.agent.stop()
        yield from [words] if words else []
        for one in (post, elsewhere):
            if code := hall.reopened_round(one):
                yield f"{one.path}: {code}"
        yield from disagreements([post, elsewhere])
    used = most_memory()
    if used > RSS_BYTES_MAX:
        yield f"{used // 1024 // 1024} MiB of memory, with the service in the same process"


def _break_now_and_then(line: FaultProxy, rng: random.Random, over: threading.Event) -> None:
    for _ in range(5):
        if over.wait(rng.uniform(0.2, 1.5)):
            return
        line.reset()


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """One of the three after the other."""
    report = Report("at the end of the world", seed)
    within_s = BAD_WITHIN_S if bad else WITHIN_S
    if bad:
        BatchSize.failed = lambda _size: True  # type: ignore[method-assign]
        sound = BatchSize.__init__
        BatchSize.__init__ = lambda size, *_: sound(size, 20_000)  # type: ignore[method-assign]
    with scratch() as directory:
        for number in budget.seeds(report):
            place = directory / str(number)
            place.mkdir()
            place.chmod(0o711)
            with town_hall(place) as hall:
                kind = (number - seed) % 3 if not bad else 1
                if kind == 0:
                    found = list(satellite(hall, number, within_s))
                elif kind == 1:
                    found = list(crumbling(hall, number, within_s))
                else:
                    found = list(months(hall, number, within_s, 5_000 if budget.by_time else 1_000))
            for words in found:
                report.fail(number, words)
    report.note = f"{most_memory() // 1024 // 1024} MiB at most, the service in the same process"
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
