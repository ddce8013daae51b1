"""Looking for acts that are held in another chain of their device costs one pass over their records, whoever asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from cases.events import EventId
from central.database.storage import _ELSEWHERE
from central.storage import REPEATED
from tests.service.test_storage_contract import storage
from tests.support.storage_contract import CASE, OFFICE, ONE, TENANT, Chain, Furnished

__all__ = ["storage"]
HELD, BATCH = 20_000, 500
_CHAINS = """
insert into estafette.device_chain (tenant_id, device_id, incarnation, seq, head)
select %(tenant)s, %(device)s, chain, %(held)s, '' from generate_series(1, 2) chain
"""
_EVENTS = """
insert into estafette.event (tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent,
    record_type, record_id, kind, base, time_ms, digest, salt, body, received_ms)
select %(tenant)s, %(stream)s, %(chain)s * 1000000 + n, %(device)s, %(chain)s, n, '', '', 'agent-a', 'case', %(record)s,
    'set', 0, case when %(same_time)s then 1 else n end, '', '', convert_to(%(body)s || n, 'UTF8'), 1
from generate_series(1, %(count)s) n
"""


def fill(conninfo: str, *, same_time: bool, body: str) -> None:
    """Let a device hold ``HELD`` acts in one record, and a batch of another chain that repeats the first of them."""
    with psycopg.connect(conninfo) as connection:
        place: dict[str, Any] = {"tenant": TENANT, "stream": OFFICE, "device": ONE, "record": CASE, "held": HELD}
        connection.execute(_CHAINS, place)
        for chain, count in ((1, HELD), (2, BATCH)):
            connection.execute(_EVENTS, place | {"chain": chain, "count": count, "same_time": same_time, "body": body})
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("analyze estafette.event")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def rows_gone_through(plan: dict[str, Any]) -> int:
    """Return how many rows all steps of a plan gave or threw away."""
    thrown = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")
    return sum(
        int((node["Actual Rows"] + sum(node.get(name, 0) for name in thrown)) * node["Actual Loops"])
        for node in nodes(plan)
    )


@pytest.mark.parametrize("planned", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("same_time", [False, True], ids=["honest times", "one time for all"])
def test_a_batch_costs_one_pass_over_its_records(
    storage: Furnished, owner_conninfo: str, same_time: bool, planned: str
) -> None:
    fill(owner_conninfo, same_time=same_time, body="{}")
    with psycopg.connect(owner_conninfo) as connection:
        connection.execute(f"set plan_cache_mode = {planned}")
        connection.execute(b"prepare asked as " + _ELSEWHERE.text)
        given = f"{TENANT}, '{ONE}', 2, 1, {BATCH}, '{REPEATED}'"
        found = connection.execute(f"execute asked({given})").fetchall()
        ((told,),) = connection.execute(f"explain (analyze, buffers, format json) execute asked({given})").fetchall()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]
    print(f"{plan['Execution Time']:.0f} ms, {rows_gone_through(plan['Plan'])} rows")
    if not same_time:
        assert sorted(found) == [(seq, 1, seq) for seq in range(1, BATCH + 1)]
    assert rows_gone_through(plan["Plan"]) < 10 * HELD + BATCH * BATCH, told


def test_of_several_that_say_the_same_one_is_named(storage: Furnished) -> None:
    chain, other = Chain(ONE), Chain(ONE, incarnation=2)
    with storage.storage.transaction(TENANT) as transaction:
        transaction.append(chain.add({"/a": "1"}, {"/a": "2"}))
    with storage.storage.transaction(TENANT) as transaction:
        found = transaction.append(other.add({"/a": "1"}, {"/a": "3"})).elsewhere
    assert found == {1: EventId(ONE, 1, 1)}
