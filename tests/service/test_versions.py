"""A case that was moved between versions of its form, as the console shows it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from cases import versions
from cases.errors import InputError
from cases.events import Kind, RecordType
from cases.procedures import from_bundle, to_bundle
from central import publishing
from central.database import procedures
from sync.messages import bundle_version
from tests.support.central_service import RunningService
from tests.support.clients import NAME, PROCEDURE, TOWN, bundle
from tests.support.wire_device import WireDevice, new_id
from tests.unit.sync.test_moving import NEXT, PLACE


def test_the_console_shows_what_earlier_versions_hold(central_service: RunningService, device: WireDevice) -> None:
    old, new = bundle(), bundle(form=NEXT)
    first, second = bundle_version(old), bundle_version(new)
    with central_service.central.transaction(central_service.tenant) as connection:
        for time_ms, (name, data) in enumerate(((first, old), (second, new)), 5):
            procedures.publish(connection, central_service.tenant, PROCEDURE, name, data, {"fr": "Essai"}, time_ms)
    case, row = new_id(), "/child[k7]"
    opened = {"procedure": PROCEDURE, "procedure_version": first, "agent": device.me.agent}
    answers = {NAME: "Petit", TOWN: "Aubin", row: "1", f"{row}/first": "Ana"}
    moved = versions.fields_of_move(PROCEDURE, first, second, {PLACE: "Aubin"})
    reply = device.act(
        device.event(RecordType.CASE, case, Kind.SET, {**opened, **answers}),
        device.event(RecordType.CASE, case, Kind.SET, dict(moved)),
        device.event(RecordType.CASE, case, Kind.SET, {"procedure_version": second}),
        device.event(RecordType.CASE, case, Kind.STATUS, {"from": "draft", "to": "submitted"}),
    )
    assert [verdict.state for verdict in reply.verdicts] == ["accepted"] * 4
    token, _session = central_service.sign_in()
    answer = requests.get(
        f"{central_service.url}/console/dossiers/{case}",
        cookies={"estafette_session": token, "estafette_visitor": "v"},
        headers={"Accept-Language": "fr"},
        timeout=30,
    )
    assert answer.status_code == 200
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)", answer.text))
    assert (shown["Nom de famille"], shown["Commune"]) == ("Petit", "Aubin")
    earlier = answer.text.partition("Réponses d’une version antérieure")[2].partition("</section>")[0]
    assert re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)", earlier) == [("Prénom", "Ana")]


def test_rules_that_are_published_meanwhile_are_not_taken_away(central_service: RunningService) -> None:
    central, tenant = central_service.central, central_service.tenant
    plain = from_bundle(bundle())
    ruled = replace(plain, legal_basis=("Code de l'action sociale",))
    bare = replace(plain, title={**plain.title, "fr": "Autre titre"})
    assert publishing.publish(central, plain)
    with ThreadPoolExecutor(1) as pool:
        with central.transaction(tenant) as connection:
            name, data = publishing.version_of(ruled), to_bundle(ruled)
            assert procedures.publish(connection, tenant, PROCEDURE, name, data, ruled.title, 2**41)
            job = pool.submit(publishing.publish, central, bare, bare=Path("essai.xlsx"))
            while not job.done() and not waits(central_service):
                pass
        with pytest.raises(InputError, match=r"procedure\.rules_lost") as refused:
            job.result(30)
    assert refused.value.details["keys"] == "legal_basis"
    with central.transaction(tenant) as connection:
        assert dict(procedures.offered(connection, tenant))[PROCEDURE] == publishing.version_of(ruled)


def waits(running: RunningService) -> bool:
    """Say whether a transaction waits for a lock."""
    with running.central.transaction(running.tenant) as connection:
        found = connection.execute("select 1 from pg_locks where not granted limit 1").fetchone()
    return found is not None
