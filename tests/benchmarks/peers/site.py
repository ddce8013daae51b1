"""The peers as processes: their servers, their clients, and what installs them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build_scripts import environment
from build_scripts.environment import ROOT, python_of

HERE = Path(__file__).parent
INSTALLED = ROOT / "build" / "peers"
START_S = 60.0


class PeerFailed(Exception):
    """A peer's operation answered with an error."""


@dataclass(frozen=True)
class Peer:
    """How a peer's two ends are started. ``server`` may name {port}, {folder} and {fields}."""

    name: str
    client: tuple[str, ...]
    server: tuple[str, ...]
    retries_by_itself: bool = False


_NODE_ENVIRONMENT = {"PEERS": str(INSTALLED / "node")}
_ANKI = str(python_of(INSTALLED / "anki"))
ANKI = Peer("Anki", (_ANKI, str(HERE / "anki_client.py")), (_ANKI, "-m", "anki.syncserver"))
POUCH = Peer(
    "PouchDB", ("node", str(HERE / "pouch_client.js")), ("node", str(HERE / "pouch_server.js"), "{port}", "{folder}")
)
RX = Peer(
    "RxDB",
    ("node", str(HERE / "rx_client.js")),
    ("node", str(HERE / "rx_server.js"), "{port}", "{folder}", "{fields}"),
    retries_by_itself=True,
)
PEERS = (ANKI, POUCH, RX)


def install() -> None:
    """Install the peers under build/peers from their locks; at once when they are there."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    environment.ensure(INSTALLED / "anki", str(HERE / "anki.txt"))
    node = INSTALLED / "node"
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = node / "estafette.lock"
    if stamp.exists() and stamp.read_bytes() == lock:
        return
    if shutil.which("npm") is None:
        raise SystemExit("the peers need Node.js and npm: install Debian's nodejs and npm, or leave out --peers")
    node.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, node / name)
    print("installing PouchDB and RxDB under build/peers (half a minute)", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=node, check=True)
    stamp.write_bytes(lock)


class Client:
    """A peer's client in a process of its own. Use as a context manager.

    Attributes:
        pid: of its process.
    """

    def __init__(self, peer: Peer, folder: Path, fields: Sequence[str]) -> None:
        environment = {**os.environ, **_NODE_ENVIRONMENT}
        # What the libraries say about broken connections is expected here.
        self._process = subprocess.Popen(
            peer.client,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.pid = self._process.pid
        self("open", folder=str(folder), fields=list(fields))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def __call__(self, operation: str, **details: object) -> dict[str, Any]:
        """Do one operation. PeerFailed: it answered with an error, or not at all."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": operation, **details}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the client ended"}
        if "error" in answer:
            raise PeerFailed(f"{operation}: {answer['error']}")
        return answer


class Server:
    """A peer's server in a process of its own. Use as a context manager."""

    def __init__(self, peer: Peer, folder: Path, fields: Sequence[str]) -> None:
        folder.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        anki = {
            "SYNC_USER1": "user:password",
            "SYNC_BASE": str(folder),
            "SYNC_HOST": "127.0.0.1",
            "SYNC_PORT": str(port),
            "MAX_SYNC_PAYLOAD_MEGS": "1000",
            "RUST_LOG": "error",
        }
        known = {"port": str(port), "folder": str(folder), "fields": json.dumps(list(fields))}
        command = [part.format(**known) for part in peer.server]
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_NODE_ENVIRONMENT, **anki},
        )
        self._wait_until_it_answers(port)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _wait_until_it_answers(self, port: int) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                # Nothing but a connection tells that a server listens; the process may end instead.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
                    break
        self._process.kill()
        self._process.wait()
        raise RuntimeError("a peer's server did not start")
