"""Words to systemd (sd_notify): ready, alive, stopping. Silent where nobody listens."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

READY = "READY=1"
STOPPING = "STOPPING=1"
WATCHDOG = "WATCHDOG=1"
STILL_STARTING = "EXTEND_TIMEOUT_USEC=60000000"


class Notifier:
    """The socket that ``NOTIFY_SOCKET`` names. Any thread.

    Attributes:
        watchdog_s: how often to say that we live, half of what systemd waits for; None when it does not ask.
    """

    def __init__(self) -> None:
        # Taken out, so that no child (PostgreSQL) speaks in our name.
        self._address = os.environ.pop("NOTIFY_SOCKET", "")
        asked = os.environ.pop("WATCHDOG_USEC", "")
        theirs = os.environ.pop("WATCHDOG_PID", "")
        ours = theirs in ("", str(os.getpid()))
        self.watchdog_s = (
            int(asked) / 2_000_000 if asked.isascii() and asked.isdigit() and int(asked) and ours else None
        )

    def tell(self, *words: str) -> None:
        """Say it; that nobody takes it is no fault of the service."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            try:
                line.sendto("\n".join(words).encode(), address)
            except OSError:
                # systemd was restarted or the socket is gone: it will find out about us by itself.
                return

    def patient(self, say: Callable[[str], None]) -> Callable[[str], None]:
        """Return ``say`` that also lets systemd know that the start takes another minute."""

        def told(code: str) -> None:
            self.tell(STILL_STARTING)
            say(code)

        return told
