"""Proxy configuration scripts (PAC): where they come from, and what they say of one address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import requests
import urllib3

from cases.errors import InputError, NetworkFault
from sync.connections import Adapter, Connections, Session, trust
from sync.pac_worker import PAC_BYTES_MAX

WORKER_ARGUMENT = "--pac-worker"
"""The hidden argument with which a packaged program starts itself as the worker; see ``main.py``."""
PAC_BROKEN = "network.pac_broken"
PAC_UNREACHABLE = "network.pac_unreachable"
_FETCH_TIMEOUT_S = 10.0
_FETCH_WITHIN_S = 30.0
"""The whole of a script: it is small, and everything waits for it."""
_ANSWER_TIMEOUT_S = 10.0
_CPU_S = 5
_ENVIRONMENT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "LANG")
"""What the worker needs; the rest of the account's environment may hold passwords."""


def worker_command() -> Sequence[str]:
    """The command that starts :mod:`sync.pac_worker` from source or from a packaged program."""
    if getattr(sys, "frozen", False):
        return (sys.executable, WORKER_ARGUMENT)
    return (sys.executable, "-m", "sync.pac_worker")


def fetch(place: str, *, ca_file: str | None = None, within_s: float = _FETCH_WITHIN_S) -> bytes:
    """Return a script from a file, or from an ``https`` address (``http`` only on this very machine); never by a proxy.

    Args:
        within_s: in which it must be here whole.

    Raises:
        InputError: ``proxy.pac_insecure``, ``proxy.pac_place``.
        NetworkFault: ``network.pac_unreachable``: it is not there, or not whole.
    """
    from sync.transport import is_loopback

    parts = urlsplit(place)
    if parts.scheme in ("", "file") or len(parts.scheme) == 1:
        return _read(Path(url2pathname(unquote(parts.path))) if parts.scheme == "file" else Path(place))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("proxy.pac_place")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise InputError("proxy.pac_insecure")
    connections = Connections()
    with Session() as session:
        session.mount(f"{parts.scheme}://", Adapter(connections, trust(ca_file) if parts.scheme == "https" else None))
        try:
            with (
                connections.within(within_s) as watch,
                session.get(
                    place, timeout=min(_FETCH_TIMEOUT_S, within_s), stream=True, allow_redirects=False
                ) as answer,
            ):
                watch.reads(answer)
                if answer.status_code != 200:
                    raise NetworkFault(PAC_UNREACHABLE, status=answer.status_code, reached=False)
                script: bytes = answer.raw.read(PAC_BYTES_MAX + 1, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise NetworkFault(PAC_UNREACHABLE, reason=type(error).__name__, reached=False) from error
    if watch.over:
        raise NetworkFault(PAC_UNREACHABLE, reason="too_slow", reached=False)
    return _checked(script)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _checked(file.read(PAC_BYTES_MAX + 1))
    except OSError as error:
        raise NetworkFault(PAC_UNREACHABLE, reason=type(error).__name__, reached=False) from error


def _checked(script: bytes) -> bytes:
    if len(script) > PAC_BYTES_MAX:
        raise NetworkFault(PAC_BROKEN, reason="too_large", reached=False)
    return script


def ask(script: bytes, url: str, host: str) -> str:
    """Return what a script says of an address, e.g. ``PROXY proxy.example:3128; DIRECT``. Takes 10 seconds at most.

    The script sees scheme and host only, as browsers do: a path is nobody's business.

    Raises:
        NetworkFault: ``network.pac_broken``: it has an error, is endless or says nothing.
    """
    header = json.dumps({"url": url, "host": host, "cpu_s": _CPU_S}).encode() + b"\n"
    try:
        done = subprocess.run(
            worker_command(),
            input=header + script,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ANSWER_TIMEOUT_S,
            check=False,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            cwd=None if getattr(sys, "frozen", False) else Path(__file__).resolve().parent.parent,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise NetworkFault(PAC_BROKEN, reason="endless", reached=False) from error
    try:
        answer = json.loads(done.stdout or b"{}")
    except ValueError as error:
        raise NetworkFault(PAC_BROKEN, reason="ended", reached=False) from error
    if done.returncode or "said" not in answer:
        raise NetworkFault(PAC_BROKEN, reason=answer.get("problem", "ended"), reached=False)
    return str(answer["said"])


class Script:
    """The ways that one script says, remembered by host until ``forget``. Any thread."""

    def __init__(self, place: str, *, ca_file: str | None = None) -> None:
        self._place = place
        self._ca_file = ca_file
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}

    def ways(self, url: str, host: str) -> str:
        """Return what the script says. See ``fetch`` and ``ask`` for what it raises."""
        with self._lock:
            if host not in self._said:
                self._said[host] = ask(fetch(self._place, ca_file=self._ca_file), url, host)
            return self._said[host]

    def forget(self) -> None:
        """Ask anew next time: the network changed, or the way said does not go."""
        with self._lock:
            self._said.clear()
