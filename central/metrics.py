"""Figures for the operator's monitoring, as Prometheus reads them. Numbers, routes, codes: nothing about anybody.

Counting costs a request next to nothing: two numbers in a dictionary. All that needs the database is asked when the
figures are, and at most once in ``STALE_S``.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from cases.errors import EstafetteError
from central.context import Central
from central.database import people
from central.database.client import NO_TENANT
from sync.messages import Pushed

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STALE_S = 10.0
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_DAY_MS = 24 * 3600 * 1000
_TENANT = """
select (select coalesce(sum(head), 0) from estafette.stream where tenant_id = %(tenant)s),
    (select count(*) from estafette.parked where tenant_id = %(tenant)s and settled_ms is null),
    count(*), count(*) filter (where heard_ms >= %(since_ms)s), coalesce(sum(pending), 0),
    min(oldest_pending_ms) filter (where pending > 0)
from estafette.contact where tenant_id = %(tenant)s
"""
_WAITING = "select count(*) from estafette.batch_head where tenant_id = %(tenant)s and leaf is null"
_HAS_TREE = "select to_regclass('estafette.tree') is not null"


class Metrics:
    """Counts what one process answers. ``request`` from its event loop only, ``took`` from any thread."""

    def __init__(self) -> None:
        self._requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets: dict[str, list[int]] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._events: defaultdict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request. ``route`` is the pattern, never the address."""
        self._requests[method, route, status] += 1
        self._seconds[route] += seconds
        buckets = self._buckets.get(route)
        if buckets is None:
            buckets = self._buckets[route] = [0] * (len(BUCKETS_S) + 1)
        buckets[bisect_left(BUCKETS_S, seconds)] += 1

    def took(self, pushed: Pushed) -> None:
        """Count the verdicts of a batch."""
        verdicts = pushed.verdicts
        plain = sum(run[2] for run in verdicts.numbers) - len(verdicts.others)
        with self._lock:
            self._events["accepted"] += plain
            for verdict in verdicts.others:
                self._events[verdict.state] += 1

    def families(self) -> Iterator[Metric]:
        """Give what was counted."""
        requests = CounterMetricFamily("estafette_requests", "Requests answered.", labels=["method", "route", "status"])
        for (method, route, status), count in sorted(self._requests.items()):
            requests.add_metric([method, route, str(status)], count)
        yield requests
        seconds = HistogramMetricFamily("estafette_request_seconds", "Time to answer.", labels=["route"])
        for route, buckets in sorted(self._buckets.items()):
            seconds.add_metric([route], _cumulated(buckets), self._seconds[route])
        yield seconds
        events = CounterMetricFamily("estafette_events", "Events taken in from devices, by verdict.", labels=["state"])
        with self._lock:
            for state, count in sorted(self._events.items()):
                events.add_metric([state], count)
        yield events


def _cumulated(buckets: list[int]) -> list[tuple[str, float]]:
    edges = [*(f"{edge:g}" for edge in BUCKETS_S), "+Inf"]
    return [(edge, float(sum(buckets[: place + 1]))) for place, edge in enumerate(edges)]


class Exposition(Collector):
    """Everything that the operator's address tells. Any thread.

    Args:
        central: asked for what is in the database.
        metrics: what this process counted.
    """

    def __init__(self, central: Central, metrics: Metrics) -> None:
        self._central = central
        self._metrics = metrics
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._lock = threading.Lock()
        self._read_s = float("-inf")
        self._held: list[Metric] = []

    def text(self) -> bytes:
        """Return the figures as they travel."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Say nothing beforehand: registering asks no database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give every figure; see ``Collector``."""
        yield from self._metrics.families()
        yield from self._pool()
        with self._lock:
            if time.monotonic() - self._read_s > STALE_S:
                self._held = self._database()
                self._read_s = time.monotonic()
            yield from self._held

    def _pool(self) -> Iterator[Metric]:
        """Connections to the database, and who waits for one."""
        said = self._central.database.pool_stats()
        for name in ("pool_size", "pool_available", "requests_waiting", "requests_num", "requests_errors"):
            yield GaugeMetricFamily(f"estafette_database_{name}", "See psycopg_pool's get_stats.", said.get(name, 0))

    def _database(self) -> list[Metric]:
        try:
            held = self._asked()
        except EstafetteError:
            return [GaugeMetricFamily("estafette_database_up", "Whether the database answers.", 0)]
        now_ms = self._central.clock.now_ms()
        lag_s = max(0.0, (now_ms - held.oldest_ms) / 1000) if held.oldest_ms is not None else 0.0
        return [
            GaugeMetricFamily("estafette_database_up", "Whether the database answers.", 1),
            GaugeMetricFamily("estafette_log_events", "Events in the log of all streams.", held.log),
            GaugeMetricFamily("estafette_parked", "Events that wait for a person.", held.parked),
            GaugeMetricFamily("estafette_devices", "Devices that were ever heard of.", held.devices),
            GaugeMetricFamily("estafette_devices_heard_day", "Devices heard of in the last day.", held.heard),
            GaugeMetricFamily("estafette_pending_reported", "Events that devices said they hold unsent.", held.pending),
            GaugeMetricFamily("estafette_oldest_pending_seconds", "Age of the oldest of those, as reported.", lag_s),
            GaugeMetricFamily("estafette_sequencer_waiting", "Batches not in the log of receipts yet.", held.waiting),
        ]

    def _asked(self) -> _Held:
        with self._central.transaction(NO_TENANT) as connection:
            tenants = people.tenants(connection)
            has_tree = bool((connection.execute(_HAS_TREE).fetchone() or (False,))[0])
        held = _Held()
        for tenant in tenants:
            values = {"tenant": tenant, "since_ms": self._central.clock.now_ms() - _DAY_MS}
            with self._central.transaction(tenant) as connection:
                row = connection.execute(_TENANT, values).fetchone()
                waiting = connection.execute(_WAITING, values).fetchone() if has_tree else (0,)
            if row is not None and waiting is not None:
                log, parked, devices, heard, pending, oldest_ms = row
                held = held.plus(_Held(int(log), parked, devices, heard, int(pending), oldest_ms, waiting[0]))
        return held


class _Held(NamedTuple):
    """What the database holds: sums over all tenants, and the oldest of what waits."""

    log: int = 0
    parked: int = 0
    devices: int = 0
    heard: int = 0
    pending: int = 0
    oldest_ms: int | None = None
    waiting: int = 0

    def plus(self, other: _Held) -> _Held:
        oldest = [found.oldest_ms for found in (self, other) if found.oldest_ms is not None]
        return _Held(
            self.log + other.log,
            self.parked + other.parked,
            self.devices + other.devices,
            self.heard + other.heard,
            self.pending + other.pending,
            min(oldest, default=None),
            self.waiting + other.waiting,
        )
