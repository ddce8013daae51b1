"""A case that was moved between versions of its form, as the console shows it."""

from __future__ import annotations

import re

import requests

from cases import versions
from cases.events import Kind, RecordType
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
