"""The processes of the main job: the central service, a screen, the desktop with someone at its keyboard."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
ANSWER_S = 120
STOP_S = 60


class StepFailed(Exception):
    """A step of the main job did not do what it must; the text says what was expected and what was seen."""


class Lines:
    """The lines that a child prints, read by a thread so that waiting for one can have an end."""

    def __init__(self, stream: IO[str], log: Path) -> None:
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._log = log
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            for line in stream:
                log.write(line)
                log.flush()
                self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def next(self, timeout_s: float = ANSWER_S) -> str | None:
        """Return the next line, None at the end; StepFailed when nothing comes."""
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            raise StepFailed(f"no answer within {timeout_s:.0f} s (see {self._log.name})") from None


class Service:
    """`main.py serve` with a data folder of its own."""

    def __init__(self, data: Path, log: Path) -> None:
        self.data = data
        self._log = log
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start the service and wait until it says that it is ready; the port stays the same from then on."""
        command = [sys.executable, "main.py", "serve", "--data", str(self.data), "--port", str(self._port)]
        with self._log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        lines = Lines(self._process.stdout, self._log)
        while (line := lines.next()) is not None:
            if line.startswith("ready "):
                self.url = line.split()[1]
                self._port = int(self.url.rsplit(":", 1)[1])
                return
        raise StepFailed(f"the service ended before it was ready (see {self._log.name})")

    def stop(self) -> None:
        """End the service as an operator would, and its PostgreSQL with it."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_S)
        self._process = None

    def first_start(self) -> dict[str, str]:
        """Return what the first start prints for the people who begin."""
        found: dict[str, str] = json.loads((self.data / "first-start.json").read_text())
        return found


class Desktop:
    """The real desktop in a process of its own, with someone at the keyboard who takes orders as JSON lines."""

    def __init__(self, workspace: Path, pictures: Path, log: Path, environment: Mapping[str, str]) -> None:
        self._workspace = workspace
        self._pictures = pictures
        self._log = log
        self._environment = dict(environment)
        self._process: subprocess.Popen[str] | None = None
        self._lines: Lines | None = None

    def start(self) -> None:
        """Start the program and wait until its window is there."""
        command = [sys.executable, "-X", "faulthandler", "-m", "build_scripts.demo.keyboard"]
        command += ["--workspace", str(self._workspace), "--pictures", str(self._pictures)]
        environment = {**os.environ, **self._environment, "PYTHONPATH": str(ROOT)}
        with self._log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        self._lines = Lines(self._process.stdout, self._log)
        self._answer("start")

    def do(self, act: str, **details: object) -> dict[str, object]:
        """Have one act done at the keyboard and return what was seen; StepFailed when it could not be."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **details}) + "\n")
        self._process.stdin.flush()
        return self._answer(act)

    def _answer(self, act: str) -> dict[str, object]:
        assert self._lines is not None
        line = self._lines.next()
        if line is None:
            raise StepFailed(f"the desktop ended during '{act}' (see {self._log.name})")
        answer: dict[str, object] = json.loads(line)
        if "failed" in answer:
            raise StepFailed(f"at the desktop, '{act}': {answer['failed']}")
        return answer

    def kill(self) -> None:
        """End the program as a power cut would: at once, without a word to it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_S)
            self._process = None

    def wait_closed(self) -> None:
        """Return when the visitor has closed the window."""
        if self._process is not None:
            self._process.wait()


class Screen:
    """A screen for the window: Xvfb where there is one, else Qt's own offscreen drawing."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._manager: subprocess.Popen[bytes] | None = None

    def start(self) -> dict[str, str]:
        """Return the environment in which a window opens."""
        if not shutil.which("Xvfb"):
            return {"QT_QPA_PLATFORM": "offscreen"}
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            return {"QT_QPA_PLATFORM": "offscreen"}
        environment = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"}
        if shutil.which("openbox"):
            quiet = subprocess.DEVNULL
            self._manager = subprocess.Popen(
                ["openbox", "--sm-disable"], env={**os.environ, **environment}, stdout=quiet, stderr=quiet
            )
        return environment

    def stop(self) -> None:
        """Take the screen away."""
        for process in (self._manager, self._process):
            if process is not None:
                process.terminate()
                process.wait(STOP_S)
