"""SC1, SC2, SC4, SC5, SC19: the line fails at any byte and in every way, then heals; nothing lost, nothing twice.

Real clients, a real service on PostgreSQL, a TCP proxy between them (``tests.support.proxy``). First each answer and
each request of sample exchanges is cut at every byte, then faults come by chance. ``--bad forgetful`` (a client
that takes what it sent for accepted though the answer never came) must be found.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from cases.workspace import Workspace
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import scratch
from tests.soak.town_hall import Post, TownHall, disagreements, doubles, town_hall

BADS = ("forgetful",)
STEP = 200
"""In a small run every so many bytes of a sample are enough: it has to get through all of them."""
SHORT_S = 0.4
"""How long a line stands still: what matters is that the client meets it, not how long."""
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 33\r\n\r\n<html>Bienvenue, cliquez</html>\r\n"
INSTEAD = (
    HTML,
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://portail.example/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 9\r\n\r\nnot zstd!",
)


Sample = Literal["one", "many", "news"]
SAMPLES: Mapping[Sample, tuple[int, int]] = {"one": (1, 1), "many": (40, 40), "news": (0, 40)}
"""What is cut at every byte: how many acts go out, and how many come in."""


class Cut(NamedTuple):
    """Where a sample's round is cut: on the way up, or on the way down."""

    sample: Sample
    up: bool
    at: int


class Exchange:
    """One round in which something goes wrong between two posts and the service, then one that must put it right."""

    def __init__(self, hall: TownHall, here: Post, there: Post) -> None:
        self._proxy = hall.proxy
        self._here = here
        self._there = there

    def prepare(self, token: str, sample: Sample = "one") -> None:
        """Leave something to send here, and something to fetch from there, as much as the sample says."""
        here, there = SAMPLES[sample]
        for number in range(there):
            self._there.act(f"{token}-there-{number}")
        if code := self._there.settle():
            raise RuntimeError(f"on a sound line: {code}")
        for number in range(here):
            self._here.act(f"{token}-here-{number}")

    def measured(self, token: str, sample: Sample) -> tuple[int, int]:
        """Return how many bytes a sound round sends and gets."""
        self.prepare(token, sample)
        up, down = self._proxy.up.carried, self._proxy.down.carried
        self._here.settle()
        return self._proxy.up.carried - up, self._proxy.down.carried - down

    def cut(self, token: str, cut: Cut) -> list[str]:
        """Cut at that byte."""
        self.prepare(token, cut.sample)
        self._proxy.cut(up=cut.at if cut.up else None, down=None if cut.up else cut.at)
        self._here.sync()
        return self._healed()

    def chance(self, token: str, rng: random.Random) -> list[str]:
        """Let something go wrong by chance."""
        self.prepare(token)
        proxy = self._proxy
        proxy.reset()
        match rng.randrange(6):
            case 0:
                proxy.instead = rng.choice(INSTEAD)
            case 1:
                proxy.refused = True
            case 2:
                proxy.twice = True
            case 3:
                up = rng.random() < 0.5
                proxy.stall(up=up, down=not up or rng.random() < 0.3)
                threading.Timer(SHORT_S, proxy.reset if rng.random() < 0.5 else proxy.heal).start()
            case 4:
                proxy.down.bytes_per_s, proxy.up.latency_s = rng.choice([3e3, 3e4]), rng.choice([0.0, 0.05])
            case 5:
                proxy.cut(up=rng.randrange(3000))
        pending = self._here.workspace.status().pending
        code = self._here.sync()
        found = []
        if proxy.instead is not None and (not code or self._here.workspace.status().pending < pending):
            found = [f"something else answered and was believed ({code})"]
        return found + self._healed()

    def two_loops(self, token: str) -> list[str]:
        """Make two rounds at once over one workspace."""
        self.prepare(token)
        threads = [threading.Thread(target=self._here.sync) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._healed()

    def _healed(self) -> list[str]:
        self._proxy.heal()
        found = [f"stuck: {code}" for post in (self._here, self._there) if (code := post.settle())]
        return found + disagreements([self._here, self._there])


def offsets(exchange: Exchange, step: int) -> Iterator[Cut]:
    """Yield every ``step``-th byte of each sample's two directions, one sample after the other."""
    exchange.measured("warm", "one")
    for sample in SAMPLES:
        up, down = exchange.measured(f"sample-{sample}", sample)
        yield from (Cut(sample, False, at) for at in range(0, down + 1, step))
        yield from (Cut(sample, True, at) for at in range(0, up + 1, step))


def forgetful() -> None:
    """The known-bad client: an event that was handed out once is not handed out again."""
    sound = Workspace.next_batch
    handed: dict[int, int] = {}

    def next_batch(workspace: Workspace, *arguments: Any, **named: Any) -> Any:
        batch = sound(workspace, *arguments, **named)
        if batch is None or batch.first_seq <= handed.get(id(workspace), 0):
            return None
        handed[id(workspace)] = batch.last_seq
        return batch

    Workspace.next_batch = next_batch  # type: ignore[method-assign,assignment]


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Every offset of the samples, then chance, as far as the budget allows."""
    report = Report("cut connections", seed)
    with scratch() as directory, town_hall(directory) as hall:
        here, there = hall.post(), hall.post()
        exchange = Exchange(hall, here, there)
        here.settle()
        if bad:
            forgetful()
        step = 1 if budget.by_time else STEP
        cuts = offsets(exchange, step) if not bad else iter(())
        cut_done = 0
        for number in budget.seeds(report):
            rng = random.Random(number)
            token = f"n{number}"
            offset = next(cuts, None) if rng.random() < 0.7 else None
            if offset is not None:
                cut_done += 1
                found = exchange.cut(token, offset)
            elif rng.random() < 0.1:
                found = exchange.two_loops(token)
            else:
                found = exchange.chance(token, rng)
            for words in found:
                report.fail(number, f"{offset or 'chance'}: {words}")
            if found and bad:
                break
        for words in [*doubles(here), *doubles(there)]:
            report.fail(seed, words)
        report.note = (
            f"{cut_done} cuts at a chosen byte (every {step}. of {len(SAMPLES)} samples), {hall.proxy.cuts} resets"
        )
    return report


if __name__ == "__main__":
    sys.exit(command_line(run, BADS))
