"""Nothing crosses from one organisation to another: a million foreign identities, and pooled connections in turn.

``ESTAFETTE_CROSSINGS=100000`` takes that many turns on the pool's connections; 600 without it.
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cases.errors import InputError
from central.context import Central
from central.database import client
from central.database.sessions import Session
from tests.service.test_isolation import fill, table, tables
from tests.support.central_service import MovedClock, opened_central

IDENTITIES = 40_000
"""Of each table; over all tables more than a million."""
TURNS = int(os.environ.get("ESTAFETTE_CROSSINGS", "600"))


@pytest.fixture
def central(owner_conninfo: str, tmp_path: Path) -> Iterator[Central]:
    # Few connections, so that each is used by many organisations in turn.
    with opened_central(owner_conninfo, tmp_path, MovedClock(), pool_size=2) as opened:
        yield opened


@pytest.fixture
def tenants(owner_conninfo: str) -> list[int]:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chosen = random.Random(seed).sample(range(1, 2**31 - 1), 4)
    with psycopg.connect(owner_conninfo) as owner:
        for tenant in chosen:
            fill(owner, tenant)
    return chosen


def test_a_million_foreign_identities_find_nothing(central: Central, owner_conninfo: str, tenants: list[int]) -> None:
    chance = random.Random(tenants[0])
    own, *foreign = tenants
    asked = 0
    with psycopg.connect(owner_conninfo) as owner:
        names = tables(owner)
    with central.transaction(own) as connection:
        for name in names:
            wanted = [*foreign, *chance.sample(range(1, 2**31 - 1), IDENTITIES)]
            asked += len(wanted)
            query = sql.SQL("select tenant_id from {} where tenant_id = any(%s)").format(table(name))
            assert connection.execute(query, [[each for each in wanted if each != own]]).fetchall() == [], name
    assert asked > 1_000_000


class Halfway(Exception):
    """Ends a turn before its commit."""


def crossings(central: Central, tenants: list[int], turns: int) -> list[str]:
    """Take turns on few connections, ended in every way; return what one saw of another, or found left behind."""
    chance = random.Random(tenants[0])
    found = []
    for turn in range(turns):
        with central.database._pool.connection() as raw:
            left = raw.execute("select current_setting('app.tenant_id', true)").fetchone()
            if left not in (("",), (None,)):
                found.append(f"turn {turn}: left {left}")
        tenant, end = chance.choice(tenants), chance.randrange(3)
        with contextlib.suppress(Halfway, InputError), central.transaction(tenant) as connection:
            seen = connection.execute("select distinct tenant_id from estafette.case_file").fetchall()
            if seen != [(tenant,)]:
                found.append(f"turn {turn}: {tenant} saw {seen}")
            if end == 1:
                raise Halfway
            if end == 2:
                connection.execute("select 1 / 0")
    return found


def test_connections_of_a_pool_keep_nothing_whatever_way_a_turn_ends(central: Central, tenants: list[int]) -> None:
    assert crossings(central, tenants, TURNS) == []


def test_a_setting_that_outlives_its_transaction_is_caught(
    central: Central, tenants: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The known-bad variant: the tenant is set for the connection instead of the transaction."""
    monkeypatch.setattr(client, "Session", lambda pool, first: Session(pool, first.replace("set local", "set")))
    assert crossings(central, tenants, 30) != []
