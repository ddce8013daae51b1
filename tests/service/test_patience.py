"""Nothing waits without end for the database: a plain answer and a time to ask again, and nothing done."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec
import psycopg
import pytest

from cases.errors import EnvironmentFault
from cases.events import Kind, RecordType
from central.database import procedures
from central.database.client import Database, Patience
from central.database.migrations import all_migrations, migrate
from central.postgres import PrivatePostgres
from sync.messages import API, Exchange, Problem
from tests.support.central_service import fresh_database, running_service, service_conninfo
from tests.support.clients import bundle
from tests.support.wire_device import VERSION, enrolled, new_id

SHORT = Patience(200, 1_500, 300)
FOR_REQUESTS = Patience(200, 10_000, 10_000)


def test_a_push_that_waits_for_a_lock_is_told_when_to_ask_again(owner_conninfo: str, tmp_path: Path) -> None:
    with running_service(owner_conninfo, tmp_path, patience=FOR_REQUESTS) as service:
        with service.central.transaction(service.tenant) as connection:
            procedures.publish(connection, service.tenant, "apa", VERSION, bundle(), {"fr": "APA"}, 1)
        device = enrolled(service.url, service.first.enrolment_code)
        batch = device.batch(device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": "Durand"}))
        with psycopg.connect(owner_conninfo) as other:
            other.execute("select 1 from estafette.stream for update")
            body = msgspec.json.encode(Exchange({}, device.by_column(batch)))
            answer = device.call("POST", f"{API}/sync", body)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert msgspec.json.decode(answer.content, type=Problem).code == "service.busy"
        assert [verdict.state for verdict in device.push(batch).verdicts] == ["accepted"], "nothing was half done"
        device.close()


def test_a_statement_and_an_idle_transaction_end_and_the_pool_goes_on(owner_conninfo: str) -> None:
    database = Database(service_conninfo(owner_conninfo), size=1, patience=SHORT)
    database.open()
    try:
        with pytest.raises(EnvironmentFault, match=r"service\.busy"), database.transaction(1) as connection:
            connection.execute("select pg_sleep(60)")
        begun = time.monotonic()
        with (
            pytest.raises(EnvironmentFault, match=r"service\.busy|database\.unavailable"),
            database.transaction(1) as connection,
        ):
            ended = connection.pgconn.backend_pid
            with psycopg.connect(owner_conninfo, autocommit=True) as owner:
                while owner.execute("select 1 from pg_stat_activity where pid = %s", [ended]).fetchone():
                    assert time.monotonic() - begun < 30
            connection.execute("select 1")
        with database.transaction(1) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        database.close()


def test_a_migration_lets_others_pass_and_goes_on_when_the_table_is_free(postgres: PrivatePostgres) -> None:
    """A step that waits for a table would keep every reader behind it waiting."""
    conninfo = fresh_database(postgres)
    (lent,) = (each.number for each in all_migrations() if each.name.endswith("lent_records"))
    with psycopg.connect(conninfo, autocommit=True) as owner:
        owner.execute("delete from estafette.migration where number = %s", [lent])
        owner.execute("alter table estafette.shared_record drop column fed_seq")
        with psycopg.connect(conninfo) as reader:
            reader.execute("select count(*) from estafette.shared_record")
            done: list[int] = []
            thread = threading.Thread(target=lambda: done.append(migrate(conninfo, lock_ms=300)))
            thread.start()
            waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            while not owner.execute(waits).fetchone():
                assert thread.is_alive()
            owner.execute("set lock_timeout = 2000; select count(*) from estafette.shared_record")
        thread.join(60)
    assert done == [1]
