"""Writes take turns in the order of asking, whoever else would like to go again."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from cases.store.turn import Turn

WAIT_S = 20


def waiting(turn: Turn, count: int) -> bool:
    return len(turn._waiting) == count


def wait_until_waiting(turn: Turn, count: int) -> None:
    pause = threading.Event()
    for _ in range(WAIT_S * 1000):
        if waiting(turn, count):
            return
        pause.wait(0.001)
    raise AssertionError("nobody asked")


def test_turns_go_in_the_order_of_asking() -> None:
    turn, order = Turn(), list[int]()

    def take(number: int) -> None:
        with turn:
            assert turn.mine
            order.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    with turn:
        for number, thread in enumerate(threads, start=1):
            thread.start()
            wait_until_waiting(turn, number)
        assert order == []
    with turn:
        # Asked for last, so given last: an ordinary lock could come straight back here.
        assert order == list(range(8))
    for thread in threads:
        thread.join(WAIT_S)
    assert not turn.mine


def test_one_at_a_time() -> None:
    turn, inside, worst = Turn(), [0], [0]

    def work() -> None:
        for _ in range(300):
            with turn:
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert worst == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to one thread is POSIX")
def test_who_is_interrupted_while_waiting_keeps_nobody_waiting() -> None:
    turn, held, finish = Turn(), threading.Event(), threading.Event()

    def hold() -> None:
        with turn:
            held.set()
            wait_until_waiting(turn, 1)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            assert finish.wait(WAIT_S)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(WAIT_S)
    # A test run in the background of a shell ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), turn:
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert waiting(turn, 0)
    finish.set()
    holder.join(WAIT_S)
    with turn:
        assert turn.mine


def test_what_is_raised_inside_ends_the_turn() -> None:
    turn = Turn()
    with pytest.raises(ZeroDivisionError), turn:
        1 / 0  # noqa: B018
    with turn:
        assert turn.mine
