"""The window on an empty workspace, while the first sync of an office fills it: how long the GUI thread is held.

A process of its own; prints one line of JSON. The pages are made beforehand: nothing but the client works meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cases.clock import SystemClock
from cases.errors import NetworkFault
from cases.ids import SystemRandomness
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from desktop import i18n
from desktop.route import Route
from desktop.station import Station
from desktop.theme import theme
from desktop.window import Window
from sync import wire
from sync.messages import API, ExchangeReply, ProcedureList
from sync.signing import SIGNATURE_HEADER, mark_of, sign_answer
from sync.transport import ANSWER_TIMEOUT_S, UNREACHABLE, Response
from tests.benchmarks.bench_sync import ZSTD, PreparedPages
from tests.benchmarks.office import Office, caseload
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

BEAT_MS = 2
"""The GUI thread is asked for so often; what is missing between two beats is a pause."""
LONG_MS = 50.0
IDLE_S = 3.0
"""How long the same window is watched with nothing to do: what the machine itself takes away."""
LONGEST_S = 600.0


class Service(PreparedPages):
    """The pages, and what else a running client asks for."""

    def __init__(self, key: Ed25519PrivateKey, pages: Mapping[int, bytes], closed: threading.Event) -> None:
        super().__init__(key, pages)
        self._closed = closed

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        if path.startswith(f"{API}/changes"):
            self._closed.wait()
            raise NetworkFault(UNREACHABLE)
        if path.startswith(f"{API}/procedures"):
            answer = wire.encode(ProcedureList([]))
            mark = mark_of({name.lower(): value for name, value in headers.items()})
            return Response(200, {**ZSTD, SIGNATURE_HEADER.lower(): sign_answer(self._key, mark, 200, answer)}, answer)
        return super().request(method, path, body, headers, timeout_s=timeout_s)

    def close(self) -> None:
        """End the long poll."""
        self._closed.set()


class Heart(QObject):
    """Beats on the GUI thread and remembers every pause."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses_ms: list[float] = []
        self._last_s: float | None = None
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Forget what was and watch from now on."""
        self.pauses_ms, self._last_s = [], None
        self._timer.start()

    def _beat(self) -> None:
        now_s = time.perf_counter()
        if self._last_s is not None:
            self.pauses_ms.append((now_s - self._last_s) * 1000)
        self._last_s = now_s


def pages_of(office: Office, cases: int) -> dict[int, bytes]:
    """Return cursor -> answer, for a first sync of that many cases; then nothing more."""
    pages: dict[int, bytes] = {}
    before = 0
    for reply in office.replies(caseload(office, cases)):
        pages[before] = wire.encode(reply)
        before = reply.streams[office.identity.stream].cursor
    pages[before] = wire.encode(ExchangeReply(office.now_ms, office.identity.epoch))
    return pages


def watch(cases: int, screen: str, directory: Path) -> dict[str, float]:
    """Return the figures of one first sync with that screen open."""
    application = QApplication([sys.argv[0]])
    i18n.install("fr")
    theme().start()
    office, key = Office(), Ed25519PrivateKey.generate()
    pages = pages_of(office, cases)
    identity = replace(office.identity, service_key=key.public_key().public_bytes_raw().hex())
    ports = Ports(MemoryDeviceSecrets(), SystemClock(), SystemRandomness(), CHEAP_KDF)
    workspace = Workspace.create(directory / "workspace", PASSPHRASE, ports=ports)
    workspace.enrolled(identity)
    closed, heart = threading.Event(), Heart()
    station = Station(directory / "workspace", ports, transport_factory=lambda _url: Service(key, pages, closed))
    window = Window(station)
    window.show()
    held = threading.Event()
    _run_for(application, heart, IDLE_S)
    idle = heart.pauses_ms
    begun = time.perf_counter()
    window.opened(workspace)
    assert window.shell is not None
    window.shell.go(Route(screen))
    heart.start()
    done = QTimer(interval=20)
    stop_s = begun + LONGEST_S

    def look() -> None:
        if _whole(window.agent, held) or time.perf_counter() > stop_s:
            application.quit()

    done.timeout.connect(look)
    done.start()
    application.exec()
    taken_s = time.perf_counter() - begun
    pauses = heart.pauses_ms
    done.stop()
    count = workspace.case_count()
    window.close()
    if count != cases:
        raise RuntimeError(f"{count} of {cases} cases arrived in {taken_s:.0f} s")
    ordered = sorted(pauses)
    return {
        "longest_ms": ordered[-1],
        "p99_ms": ordered[int(len(ordered) * 0.99)],
        "long_pauses": float(sum(pause > LONG_MS for pause in pauses)),
        "idle_ms": max(idle),
        "wall_s": taken_s,
    }


def _whole(agent: object, held: threading.Event) -> bool:
    """Say whether the first whole round is over. Looks at no store: that would be a pause of our own making."""
    if getattr(agent, "_heard_ms", None) is not None:
        held.set()
    return held.is_set()


def _run_for(application: QApplication, heart: Heart, seconds: float) -> None:
    heart.start()
    QTimer.singleShot(round(seconds * 1000), application.quit)
    application.exec()


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        figures = watch(int(sys.argv[1]), sys.argv[2], Path(directory))
    print(json.dumps(figures), flush=True)
    # The listening thread sits in a wait of ours; nothing of it is of interest any more.
    os._exit(0)


if __name__ == "__main__":
    main()
