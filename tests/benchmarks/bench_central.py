"""What one core of central takes in: service and PostgreSQL together, beside a bare COPY of the same events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from sync import wire
from sync.messages import API, Batch, Exchange, ExchangeReply, WireEvent
from tests.benchmarks.growing import measure_growth
from tests.benchmarks.measure import TICK_S, Figure, arguments, figure, report, tree_cpu_s
from tests.benchmarks.office import PROCEDURE, VERSION
from tests.benchmarks.records import Records
from tests.benchmarks.service import OfficeService, office_service
from tests.support.wire_device import WireDevice, enrolled, new_id

LARGE, SMALL = 500, 3
LARGE_PUSHES = 60
SMALL_PUSHES = 800
WARM_UP = 5
_HEADERS = {"Content-Encoding": wire.ENCODING}


class Spent(NamedTuple):
    """CPU seconds of the service with its PostgreSQL, and PostgreSQL's share of them."""

    all_s: float
    postgres_s: float

    def words(self) -> str:
        return f"{self.all_s:.2f} s of CPU, {self.postgres_s:.2f} of it PostgreSQL"


def measure(
    service: OfficeService, *, large: int = LARGE_PUSHES, small: int = SMALL_PUSHES, warm_up: int = WARM_UP
) -> list[Figure]:
    """One device pushes one batch after the other; first batches of 500 events, then of 3."""
    device = enrolled(service.url, service.codes[2])
    events = _case_work(device)
    try:
        _push_all(device, events, LARGE, warm_up)
        many = _spent(service, device, _prepared(device, events, LARGE, large))
        few = _spent(service, device, _prepared(device, events, SMALL, small))
    finally:
        device.close()
    copied = large * LARGE, small * SMALL
    with psycopg.connect(service.conninfo(), autocommit=True) as connection:
        many_floor_s = _copy_cpu_s(service, connection, copied[0], LARGE)
        few_floor_s = _copy_cpu_s(service, connection, copied[1], SMALL)
    return [
        figure(
            "central.events_per_core",
            copied[0] / many.all_s,
            unit="events/s",
            floor=copied[0] / many_floor_s,
            target=40_000,
            at_least=True,
            note=f"{large} pushes of {LARGE}: {many.words()}, COPY of the same {many_floor_s:.2f} s",
        ),
        figure(
            "central.small_pushes_per_core",
            small / few.all_s,
            unit="pushes/s",
            floor=small / few_floor_s,
            target=1_200,
            at_least=True,
            note=f"{small} pushes of {SMALL}: {few.words()}, COPY and commit of the same {few_floor_s:.2f} s",
        ),
    ]


def _case_work(device: WireDevice) -> Iterator[WireEvent]:
    """Yield what an agent does all day: a citizen, a case, its answers one by one, the hand-in."""
    for _id, fields, answers in Records().many(1 << 30):
        citizen, case = new_id(), new_id()
        about = {"procedure": PROCEDURE, "procedure_version": VERSION, "citizen": citizen}
        about |= {"office": device.me.office, "agent": device.me.agent}
        yield device.event("citizen", citizen, "set", fields)
        yield device.event("case", case, "set", about)
        for name, value in answers.items():
            yield device.event("case", case, "set", {name: value})
        yield device.event("case", case, "status", {"from": "draft", "to": "submitted"})


def _prepared(device: WireDevice, events: Iterator[WireEvent], size: int, pushes: int) -> list[tuple[Batch, bytes]]:
    """Chain, sign and compress batches, so that the device's work is done before the measure."""
    batches = [device.batch(*islice(events, size)) for _ in range(pushes)]
    # The device is alone, so the stream's head is its own last number: that is where its cursor stands.
    cursors = [{device.me.stream: batch.first_seq - 1} for batch in batches]
    messages = [Exchange(cursor, device.by_column(batch)) for cursor, batch in zip(cursors, batches, strict=True)]
    return [(batch, wire.encode(message)) for batch, message in zip(batches, messages, strict=True)]


def _push_all(device: WireDevice, events: Iterator[WireEvent], size: int, pushes: int) -> None:
    for batch, message in _prepared(device, events, size, pushes):
        _check(batch, _push(device, message))


def _push(device: WireDevice, message: bytes) -> bytes:
    answer = device.call("POST", f"{API}/sync", message, _HEADERS)
    answer.raise_for_status()
    return answer.content


def _check(batch: Batch, answer: bytes) -> None:
    reply = wire.decode(answer, ExchangeReply, encoding=wire.ENCODING if answer[:1] == b"\x28" else "")
    if reply.push is None:
        raise RuntimeError("no answer about the batch")
    verdicts = reply.push.verdicts
    if sum(run[2] for run in verdicts.numbers) != len(batch.events) or verdicts.others:
        raise RuntimeError("an event was not accepted")


def _spent(service: OfficeService, device: WireDevice, batches: Sequence[tuple[Batch, bytes]]) -> Spent:
    """Return what the service and its PostgreSQL spend while they take the batches in."""
    postgres = service.postgres_pid()
    before, of_postgres = tree_cpu_s(service.pid), tree_cpu_s(postgres)
    answers = [_push(device, message) for _batch, message in batches]
    spent = Spent(max(TICK_S, tree_cpu_s(service.pid) - before), tree_cpu_s(postgres) - of_postgres)
    for (batch, _message), answer in zip(batches, answers, strict=True):
        _check(batch, answer)
    return spent


def _copy_cpu_s(service: OfficeService, connection: psycopg.Connection[Any], count: int, size: int) -> float:
    """Return the CPU seconds of PostgreSQL and of this process for a COPY of events, ``size`` a transaction.

    The events are the log's newest, the table is the log's with its primary key and nothing else.
    """
    connection.execute("select set_config('app.tenant_id', '1', false)")
    cursor = connection.execute("select * from estafette.event order by central_seq desc limit %s", [count])
    rows = cursor.fetchall()
    if len(rows) != count:
        raise RuntimeError("the log does not hold what was pushed")
    table = sql.Identifier(f"bare_event_{size}")
    connection.execute(sql.SQL("create table {} (like estafette.event)").format(table))
    connection.execute(sql.SQL("alter table {} add primary key (tenant_id, stream_id, central_seq)").format(table))
    copy = sql.SQL("copy {} from stdin").format(table)
    before, own = tree_cpu_s(service.pid), time.process_time()
    for start in range(0, count, size):
        with connection.cursor().copy(copy) as sink:
            for row in rows[start : start + size]:
                sink.write_row(row)
    return tree_cpu_s(service.pid) - before + time.process_time() - own


def main() -> None:
    options = arguments(__doc__, cases=False, grow=True)
    if options.grow:
        report("Central, as its log grows", measure_growth(options.grow), options.json)
        return
    with office_service() as service:
        report("Central", measure(service), options.json)


if __name__ == "__main__":
    main()
