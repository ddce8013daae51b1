"""The window on an empty workspace, while the first sync of an office fills it: how long the GUI thread is held.

A process of its own; prints one line of JSON. What the service says is made beforehand: nothing but the client works.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
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
from sync.auth import TOKEN_PATH
from sync.messages import API, Exchange, ExchangeReply, ProcedureList, TokenReply
from sync.signing import SIGNATURE_HEADER, TOKEN_TYPE, mark_of, sign_answer
from sync.transport import ANSWER_TIMEOUT_S, UNREACHABLE, Response
from tests.benchmarks.bench_sync import ZSTD, PreparedSnapshot
from tests.benchmarks.office import Office, caseload, packed_snapshot
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

PAGES, SNAPSHOT = "pages", "snapshot"
BEAT_MS = 2
"""The GUI thread is asked for so often; what is missing between two beats is a pause."""
LONG_MS = 50.0
IDLE_S = 3.0
"""How long the same window is watched with nothing to do: what the machine itself takes away."""
LONGEST_S = 600.0


class Service:
    """A transport that answers from pages or a snapshot made beforehand, signed as the service signs; what else a
    running client asks for waits or is refused, as on a line that breaks."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        pages: Mapping[int, bytes],
        snapshot: PreparedSnapshot | None,
        ended: threading.Event,
    ) -> None:
        self._key = key
        self._pages = pages
        self._snapshot = snapshot
        self._ended = ended

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> Response:
        """Give a token, an offer, a chunk or a page."""
        if path.startswith(f"{API}/changes"):
            self._ended.wait()
        elif path.startswith(f"{API}/procedures"):
            return self._signed(headers, wire.encode(ProcedureList([])))
        elif path == TOKEN_PATH or path.startswith((f"{API}/sync", f"{API}/snapshot")):
            if self._snapshot is not None:
                return self._snapshot.request(method, path, body, headers, timeout_s=timeout_s)
            if path == TOKEN_PATH:
                return self._signed(headers, wire.encode(TokenReply("token", TOKEN_TYPE, 900)))
            cursors = wire.decode(body, Exchange, encoding=headers.get("Content-Encoding", "")).cursors
            return self._signed(headers, self._pages[sum(cursors.values())])
        raise NetworkFault(UNREACHABLE)

    def _signed(self, headers: Mapping[str, str], answer: bytes) -> Response:
        mark = mark_of({name.lower(): value for name, value in headers.items()})
        return Response(200, {**ZSTD, SIGNATURE_HEADER.lower(): sign_answer(self._key, mark, 200, answer)}, answer)

    def close(self) -> None:
        """End the long poll."""
        self._ended.set()


def queued_ms() -> float:
    """Return how long the calling thread could have run so far, while the system ran others; 0 where it does not say.

    Other programs take that from the window. Our own threads do so by Python's lock, which counts as a sleep.
    """
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e6
    except FileNotFoundError:
        return 0.0


class Heart(QObject):
    """Beats on the GUI thread and remembers every pause, and of each what the program itself took of it."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses_ms: list[float] = []
        self.held_ms: list[float] = []
        self._last: tuple[float, float] | None = None
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Forget what was and watch from now on."""
        self.pauses_ms, self.held_ms, self._last = [], [], None
        self._timer.start()

    def _beat(self) -> None:
        now = (time.perf_counter() * 1000, queued_ms())
        if self._last is not None:
            pause, queued = now[0] - self._last[0], now[1] - self._last[1]
            self.pauses_ms.append(pause)
            self.held_ms.append(max(0.0, pause - queued))
        self._last = now


def pages_of(office: Office, cases: int) -> dict[int, bytes]:
    """Return cursor -> answer, for a first sync of that many cases; then nothing more."""
    pages: dict[int, bytes] = {}
    before = 0
    for reply in office.replies(caseload(office, cases)):
        pages[before] = wire.encode(reply)
        before = reply.streams[office.identity.stream].cursor
    pages[before] = wire.encode(ExchangeReply(office.now_ms, office.identity.epoch))
    return pages


def watch(cases: int, screen: str, way: str, directory: Path) -> dict[str, float]:
    """Return the figures of one first sync, by ``pages`` or ``snapshot``, with that screen open."""
    application = QApplication([sys.argv[0]])
    i18n.install("fr")
    theme().start()
    office, key, ended = Office(), Ed25519PrivateKey.generate(), threading.Event()
    pages = pages_of(office, cases) if way == PAGES else {}
    packed = None if way == PAGES else PreparedSnapshot(key, office, packed_snapshot(office, caseload(office, cases)))
    identity = replace(office.identity, service_key=key.public_key().public_bytes_raw().hex())
    ports = Ports(MemoryDeviceSecrets(), SystemClock(), SystemRandomness(), CHEAP_KDF)
    workspace = Workspace.create(directory / "workspace", PASSPHRASE, ports=ports)
    workspace.enrolled(identity)
    service = Service(key, pages, packed, ended)
    window = Window(Station(directory / "workspace", ports, transport_factory=lambda _url: service))
    window.show()
    heart = Heart()
    _run_for(application, heart, IDLE_S)
    idle = heart.pauses_ms
    window.opened(workspace)
    assert window.shell is not None
    window.shell.go(Route(screen))
    heart.start()
    begun = time.perf_counter()
    arrived = threading.Event()
    threading.Thread(target=_look, args=(workspace, cases, arrived), daemon=True).start()

    def look() -> None:
        if arrived.is_set():
            # Not quit: that closes the window first, and with it all that is measured.
            application.exit()

    done = QTimer(interval=20)
    done.timeout.connect(look)
    done.start()
    application.exec()
    taken_s = time.perf_counter() - begun
    ordered = sorted(heart.pauses_ms)
    if workspace.case_count() != cases:
        raise RuntimeError(f"{workspace.case_count()} of {cases} cases arrived in {taken_s:.0f} s")
    return {
        "longest_ms": ordered[-1],
        "held_ms": max(heart.held_ms),
        "p99_ms": ordered[int(len(ordered) * 0.99)],
        "long_pauses": float(sum(pause > LONG_MS for pause in ordered)),
        "idle_ms": max(idle),
        "wall_s": taken_s,
    }


def _look(workspace: Workspace, cases: int, arrived: threading.Event) -> None:
    """Set ``arrived`` once every case is there, or there was time enough. On a thread of its own: a look reads."""
    until_s = time.monotonic() + LONGEST_S
    waits = threading.Event()
    while time.monotonic() < until_s and not (
        workspace.case_count() >= cases and workspace.status().snapshot_share is None
    ):
        waits.wait(0.2)
    arrived.set()


def _run_for(application: QApplication, heart: Heart, seconds: float) -> None:
    heart.start()
    QTimer.singleShot(round(seconds * 1000), lambda: application.exit())
    application.exec()


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        figures = watch(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(directory))
    print(json.dumps(figures), flush=True)
    # The listening thread sits in a wait of ours; nothing of it is of interest any more.
    os._exit(0)


if __name__ == "__main__":
    main()
