"""The same work for each peer: a first sync, small changes, nothing to do, new records, a slow link, a cut."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.counting import CountingProxy, Traffic
from tests.benchmarks.measure import metered, tree_cpu_s
from tests.benchmarks.peers.site import Client, Peer, PeerFailed, Server

Row = Mapping[str, str]
CUT_AT = 0.9
HEALED_AFTER_S = 2.0
SLOW_KBIT_PER_S = 64.0
SLOW_ROUND_TRIP_S = 0.6


class Files:
    """The records as files, which every peer reads."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, name: str, rows: Iterable[Row]) -> str:
        """Write records, one JSON object a line, and return the file's path."""
        path = self._directory / name
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        return str(path)


def measure_peer(peer: Peer, base: Sequence[Row], new: Sequence[Row], changes: Sequence[Row]) -> dict[str, float]:
    """Return the peer's figures under our ids.

    Args:
        base: held before; ``new``: added after; ``changes``: of records held, the last two one record each.
    """
    with ExitStack() as ends:
        directory = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        files = Files(directory)
        fields = list(base[0])
        server = ends.enter_context(Server(peer, directory / "server", fields))
        proxy = ends.enter_context(CountingProxy(server.url))
        first, second, third = (
            ends.enter_context(Client(peer, directory / name, fields)) for name in ("first", "second", "third")
        )
        first("load", file=files.write("base", base))
        first("push", url=proxy.url)
        figures, whole = _first_sync(proxy, second, len(base))
        figures["cut90.waste"] = _cut(peer, proxy, third, whole)
        figures |= _nothing(proxy, second)
        figures |= _delta(proxy, first, second, files.write("delta", changes[:-2]))
        first("load", file=files.write("new", new))
        pushed = _counted(proxy, first, "push")
        figures["push10k.megabytes"] = (pushed.up + pushed.down) / 1e6
        figures["push10k.round_trips"] = pushed.round_trips
        second("pull", url=proxy.url)
        if second("count")["count"] < len(base) + len(new):
            raise PeerFailed("not every record arrived")
        return figures | _one(proxy, first, [files.write(f"one{n}", [change]) for n, change in enumerate(changes[-2:])])


def _counted(proxy: CountingProxy, client: Client, operation: str) -> Traffic:
    with proxy.counted() as traffic:
        client(operation, url=proxy.url)
    return traffic


def _first_sync(proxy: CountingProxy, client: Client, count: int) -> tuple[dict[str, float], Traffic]:
    before_s = tree_cpu_s(client.pid)
    traffic = _counted(proxy, client, "pull")
    size = traffic.up + traffic.down
    figures = {
        "pull50k.megabytes": size / 1e6,
        "pull50k.bytes_per_case": size / count,
        "pull50k.cpu_s": tree_cpu_s(client.pid) - before_s,
    }
    return figures, traffic


def _cut(peer: Peer, proxy: CountingProxy, client: Client, whole: Traffic) -> float:
    """Return the share of a first sync that is sent again after a cut near its end."""
    proxy.cut_after(int(whole.down * CUT_AT), upwards=False)
    with proxy.counted() as traffic:
        if peer.retries_by_itself:
            healing = threading.Timer(HEALED_AFTER_S, proxy.heal)
            watching = threading.Thread(target=lambda: proxy.wait_until_cut(60) and healing.start())
            watching.start()
            client("pull", url=proxy.url)
            watching.join()
            healing.join()
        else:
            _fails(client, proxy)
            proxy.heal()
            client("pull", url=proxy.url)
    size = whole.up + whole.down
    return max(0.0, (traffic.up + traffic.down - size) / size)


def _fails(client: Client, proxy: CountingProxy) -> None:
    try:
        client("pull", url=proxy.url)
    except PeerFailed:
        return
    if not proxy.wait_until_cut(1):
        raise RuntimeError("the cut came too late to be one")


def _nothing(proxy: CountingProxy, client: Client) -> dict[str, float]:
    for operation in ("push", "pull"):
        client(operation, url=proxy.url)
    with proxy.counted() as traffic:
        client("pull", url=proxy.url)
    return {"noop.bytes": traffic.up + traffic.down, "noop.round_trips": traffic.round_trips}


def _delta(proxy: CountingProxy, author: Client, reader: Client, changes: str) -> dict[str, float]:
    author("edit", file=changes)
    up, down = _counted(proxy, author, "push"), _counted(proxy, reader, "pull")
    return {"delta200.bytes_up": up.up, "delta200.bytes_down": down.down}


def _one(proxy: CountingProxy, author: Client, changes: Sequence[str]) -> dict[str, float]:
    author("pull", url=proxy.url)
    author("edit", file=changes[0])
    fast = _counted(proxy, author, "push")
    author("edit", file=changes[1])
    proxy.shape(kbit_per_s=SLOW_KBIT_PER_S, round_trip_s=SLOW_ROUND_TRIP_S)
    with metered() as slow:
        author("push", url=proxy.url)
    proxy.shape()
    return {"one.round_trips": fast.round_trips, "one.slow_seconds": slow.wall_s}
