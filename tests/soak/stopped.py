"""SC7: a client process that is stopped in the middle (SIGSTOP, a laptop that sleeps) or killed goes on by itself.

A real client process works over a real line at a real service. One run stops it at any moment; while it is stopped its
token may reach its end (the service's clock moves on), its connections may be reset, or it is killed for good and
started again. Then every act that it said must be at central within 60 s, and nothing twice. ``--bad deaf`` (a client
that keeps a token which the service refused) must be found.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from sync.agent import Agent
from sync.auth import Credentials
from sync.transport import RequestsTransport
from tests.soak.report import Budget, Report, command_line
from tests.soak.scratch import ROOT, scratch
from tests.soak.town_hall import Post, TownHall, town_hall
from tests.support.proxy import FaultProxy
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

BADS = ("deaf",)
DRAINED_WITHIN_S = 60.0
BAD_WITHIN_S = 8.0
TOKEN_MINUTES = 16
STOPPED_S_MAX = 0.6
KILLS = 0.2
SAID_WITHIN_S = 60.0


class Client:
    """One client process and what it said, through its ends and its new starts."""

    def __init__(self, folder: Path, url: str, code: str, bad: str) -> None:
        self._arguments = [str(folder), url, code, *(["--bad", bad] if bad else [])]
        self._changed = threading.Condition()
        self.said: dict[tuple[str, str], str] = {}
        self._acts = 0
        self._drained: list[str] = []
        self._process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.soak.stopped", "child", *self._arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            word, *rest = line.rstrip("\n").split("\t")
            with self._changed:
                if word == "said" and len(rest) == 3:
                    self.said[rest[0], rest[1]] = rest[2]
                    self._acts += 1
                elif word in ("drained", "stuck"):
                    self._drained.append(" ".join([word, *rest]))
                self._changed.notify_all()

    def await_acts(self, more: int) -> bool:
        """Wait until it said so many more acts."""
        with self._changed:
            wanted = self._acts + more
            return self._changed.wait_for(lambda: self._acts >= wanted, SAID_WITHIN_S)

    def drain(self) -> str:
        """Ask it to stop acting until everything is received; return what it says of that."""
        assert self._process.stdin is not None
        with self._changed:
            before = len(self._drained)
        print("drain", file=self._process.stdin, flush=True)
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._drained) > before, 2 * DRAINED_WITHIN_S):
                return "silent"
            return self._drained[-1]

    def stop(self) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it where it stands, and start it again."""
        self._process.kill()
        self._process.wait()
        self._process = self._started()

    def close(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(2 * DRAINED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def once(client: Client, hall: TownHall, line: FaultProxy, rng: random.Random) -> str:
    """Stop it once; return what is wrong, empty for nothing."""
    if not client.await_acts(rng.randint(1, 4)):
        return "it says nothing any more"
    client.stop()
    if rng.random() < 0.5:
        hall.service.clock.move(minutes=TOKEN_MINUTES)
    if rng.random() < 0.5:
        line.reset()
    # How long it is stopped is what is tried, not something to wait for.
    threading.Event().wait(rng.uniform(0.01, STOPPED_S_MAX))
    if rng.random() < KILLS:
        client.kill()
    else:
        client.go_on()
    said = client.drain()
    return "" if said == "drained" else said


def missing(said: dict[tuple[str, str], str], other: Post) -> Iterator[str]:
    """Yield what was acknowledged and is not shown elsewhere."""
    if code := other.settle():
        yield f"the other device: {code}"
    for (case, path), token in said.items():
        shown = other.workspace.case(case).answers.get(path)
        # Killed between a commit and the word about it, it may have done one more than it said.
        process, _, number = token.partition("-")
        if shown not in (token, f"{process}-{int(number) + 1}"):
            yield f"{path} of {case}: {shown} instead of {token}"
        events = [str(entry.event) for entry in other.workspace.history(case)]
        if len(events) != len(set(events)):
            yield f"{case}: events twice"


def run(budget: Budget, seed: int, *, bad: str = "") -> Report:
    """Stop after stop."""
    report = Report("stopped and continued", seed)
    with scratch() as directory, town_hall(directory) as hall, FaultProxy() as line:
        line.serve(hall.port)
        other = hall.post()
        client = Client(directory / "client", line.url, hall.code(), bad)
        try:
            for number in budget.seeds(report):
                if words := once(client, hall, line, random.Random(number)):
                    report.fail(number, words)
                    if bad:
                        break
        finally:
            client.close()
        if not bad:
            for words in missing(client.said, other):
                report.fail(seed, words)
        report.note = f"{len(client.said)} answers of {client._acts} acts compared elsewhere"
    return report


# --- the client process ---


def child(arguments: list[str]) -> int:
    """Work until standard input ends; ``drain`` on it asks for an empty queue."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("code")
    parser.add_argument("--bad", choices=BADS)
    options = parser.parse_args(arguments)
    if options.bad:
        Credentials._forget = lambda _self, _token: None  # type: ignore[method-assign]
    ports = Ports(device_secrets=FileDeviceSecrets(options.folder / "secrets"), kdf=CHEAP_KDF)
    place = options.folder / "workspace"
    opening = Workspace.unlock if (place / "keyslots.json").exists() else Workspace.create
    workspace = opening(place, PASSPHRASE, ports=ports)
    agent = Agent(workspace, RequestsTransport, ports=ports)
    if workspace.identity is None:
        agent.enrol(options.url, options.code, "Poste")
    post = Post(workspace, agent)
    agent.start()
    wanted, ended = threading.Event(), threading.Event()
    threading.Thread(target=_obey, args=(wanted, ended), daemon=True).start()
    number, within_s = 0, BAD_WITHIN_S if options.bad else DRAINED_WITHIN_S
    while not ended.is_set():
        if wanted.is_set():
            wanted.clear()
            _drain(workspace, within_s)
        number += 1
        token = f"{os.getpid()}-{number}"
        post.act(token)
        print("said", post.case(), post.path, token, sep="\t", flush=True)
        ended.wait(0.03)
    _drain(workspace, within_s)
    post.close()
    return 0


def _obey(wanted: threading.Event, ended: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "drain":
            wanted.set()
    ended.set()


def _drain(workspace: Workspace, within_s: float) -> None:
    changed = threading.Event()
    unlisten = workspace.listen(lambda _: changed.set())
    until_s = time.monotonic() + within_s
    while (pending := workspace.status().pending) and (left_s := until_s - time.monotonic()) > 0:
        changed.wait(left_s)
        changed.clear()
    unlisten()
    print(f"stuck\t{pending} pending" if pending else "drained", flush=True)


if __name__ == "__main__":
    sys.exit(child(sys.argv[2:]) if sys.argv[1:2] == ["child"] else command_line(run, BADS))
