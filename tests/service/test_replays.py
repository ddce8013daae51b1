"""Requests that come again, up to a day later, in any order, change nothing; work sent anew is answered as before."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
import requests

from cases.events import Kind, RecordType
from sync.messages import SignedBatch
from tests.support.central_service import RunningService
from tests.support.wire_device import WireDevice, new_id

DAY_MINUTES = 24 * 60
LATER_MINUTES = (0, 1, 59, 6 * 60, DAY_MINUTES)
TIMES_MAX = 5
_TABLES = ("event", "batch_head", "device_chain", "record_state", "parked", "citizen", "case_file", "stream", "device")
Sent = tuple[str, str, bytes, Mapping[str, str]]


class Recorded:
    """What a device sends, byte for byte, as a box on the way would keep it."""

    def __init__(self, device: WireDevice, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[Sent] = []
        self.batches: list[SignedBatch] = []
        send = WireDevice._send

        def recording(
            each: WireDevice, method: str, path: str, body: bytes = b"", headers: Any = None, **named: Any
        ) -> requests.Response:
            self.sent.append((method, path, body, dict(headers or {})))
            return send(each, method, path, body, headers, **named)

        monkeypatch.setattr(WireDevice, "_send", recording)
        self.device = device

    def work(self) -> None:
        for number in range(4):
            events = [
                self.device.event(RecordType.CITIZEN, new_id(), Kind.SET, {"family_name": f"Durand {number}.{each}"})
                for each in range(3)
            ]
            batch = self.device.by_column(self.device.batch(*events))
            self.batches.append(batch)
            self.device.exchange(0, batch=batch)


def contents(running: RunningService) -> dict[str, list[tuple[Any, ...]]]:
    # What is in gets its leaf in the log of receipts a little later: that is no change of what came again.
    running.central.tree.sequence_all(running.tenant)
    with psycopg.connect(running.owner_conninfo) as connection:
        return {
            table: connection.execute(f"select * from estafette.{table} order by 1, 2, 3".encode()).fetchall()
            for table in _TABLES
        }


def test_requests_that_come_again_within_a_day_change_nothing(
    central_service: RunningService, device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    recorded = Recorded(device, monkeypatch)
    recorded.work()
    before, sent = contents(central_service), list(recorded.sent)
    assert len(sent) >= 4 and len(before["event"]) == 12
    passed = 0
    for minutes in LATER_MINUTES:
        central_service.clock.move(minutes=minutes - passed)
        passed = minutes
        again = [one for one in sent for _ in range(rng.randint(1, TIMES_MAX))]
        rng.shuffle(again)
        for method, path, body, headers in again:
            answer = requests.request(method, device.url + path, data=body, headers=dict(headers), timeout=60)
            # A token may be given out twice: it opens nothing to who has not the device's key.
            assert answer.status_code in (401, 409) or path == "/oauth/token", f"{path} {answer.status_code} ({seed})"
        assert contents(central_service) == before, f"after {minutes} minutes, seed {seed}"


def test_work_sent_anew_a_day_later_gets_the_receipt_that_it_had(
    central_service: RunningService, device: WireDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    recorded = Recorded(device, monkeypatch)
    recorded.work()
    first = [device.exchange(0, batch=batch).push for batch in recorded.batches]
    before = contents(central_service)
    passed = 0
    for minutes in LATER_MINUTES:
        central_service.clock.move(minutes=minutes - passed)
        passed = minutes
        device.token = ""
        again = [number for number in range(len(first)) for _ in range(rng.randint(1, TIMES_MAX))]
        rng.shuffle(again)
        for number in again:
            assert device.exchange(0, batch=recorded.batches[number]).push == first[number], f"seed {seed}"
        assert contents(central_service) == before, f"after {minutes} minutes, seed {seed}"
