from __future__ import annotations

import threading

import pytest

from sync.backoff import Backoff, BatchSize
from sync.messages import EXCHANGE_EVENTS_MAX
from sync.schedule import Reason, Schedule
from tests.support.workspaces import FakeClock, SeededRandomness


class Fixed:
    """Randomness that always gives the same bits."""

    def __init__(self, byte: int) -> None:
        self._byte = byte

    def token(self, size: int) -> bytes:
        return bytes([self._byte]) * size


def test_waits_double_up_to_the_longest() -> None:
    backoff = Backoff(Fixed(0xFF), first_s=1, longest_s=30)
    assert [backoff.failed() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    backoff.succeeded()
    assert backoff.failed() == 1


def test_jitter_takes_at_most_half() -> None:
    assert Backoff(Fixed(0), first_s=8).failed() == 4
    waits = {round(Backoff(SeededRandomness(seed), first_s=8).failed(), 3) for seed in range(20)}
    assert len(waits) > 15
    assert all(4 <= wait <= 8 for wait in waits)


def test_service_may_ask_for_a_longer_wait() -> None:
    assert Backoff(Fixed(0)).failed(at_least_s=120) == 120


def test_ten_thousand_failures_do_not_overflow() -> None:
    backoff = Backoff(Fixed(0xFF))
    assert [backoff.failed() for _ in range(10_000)][-1] == 30


def test_batches_shrink_and_grow() -> None:
    size = BatchSize(500)
    sizes = []
    while size.failed():
        sizes.append(size.events)
    assert sizes == [250, 125, 62, 31, 15, 7, 3, 1]
    assert size.events == 1
    for _ in range(20):
        size.succeeded()
    assert size.events == EXCHANGE_EVENTS_MAX


def test_a_batch_grows_from_its_first_size_as_far_as_the_service_takes() -> None:
    size = BatchSize(500, 1_500)
    size.succeeded()
    assert size.events == 1_000
    size.succeeded()
    assert size.events == 1_500


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def schedule(clock: FakeClock) -> Schedule:
    return Schedule(clock)


def test_round_is_due_when_wanted_or_after_a_commit(schedule: Schedule) -> None:
    schedule.committed()
    assert schedule.next_reason() is Reason.COMMIT
    schedule.committed()
    schedule.want()
    assert schedule.next_reason() is Reason.WANTED
    schedule.close()
    assert schedule.next_reason() is None


def test_commit_does_not_shorten_the_wait_after_a_failure(schedule: Schedule, clock: FakeClock) -> None:
    schedule.failed(10)
    schedule.committed()
    assert schedule.retry_s() == 10
    clock.advance(10)
    assert schedule.next_reason() is Reason.WANTED
    assert schedule.retry_s() is None


def test_wanting_does_shorten_it(schedule: Schedule) -> None:
    schedule.failed(1000)
    schedule.want()
    assert schedule.next_reason() is Reason.WANTED


def test_commit_does_not_bring_back_what_waits_for_a_person(schedule: Schedule) -> None:
    schedule.failed(None)
    schedule.committed()
    schedule.close()
    assert schedule.next_reason() is None


def test_closing_ends_every_wait(schedule: Schedule) -> None:
    ended: list[object] = []
    waits = [schedule.next_reason, schedule.wait_until_connected, lambda: schedule.pause(1000)]
    threads = [threading.Thread(target=lambda wait=wait: ended.append(wait())) for wait in waits]
    for thread in threads:
        thread.start()
    schedule.close()
    for thread in threads:
        thread.join(10)
    assert sorted(map(str, ended)) == ["False", "False", "None"]


def test_news_are_listened_for_only_after_a_whole_round(schedule: Schedule) -> None:
    schedule.succeeded()
    assert schedule.wait_until_connected()
    schedule.lost()
    assert schedule.next_reason() is Reason.WANTED
    schedule.close()
    assert not schedule.wait_until_connected()
