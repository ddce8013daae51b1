"""One computer as the program sees it: where the workspace lies, its secrets and transport, how it restarts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cases.errors import EnvironmentFault
from cases.keys import slots
from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.views import Identity
from cases.workspace import Workspace
from desktop.preferences import Preferences

if TYPE_CHECKING:
    # The way to the service and the forms are imported when first used: they take longer than the first window.
    from sync.agent import Agent
    from sync.desk import Desk
    from sync.transport import Transport, TransportFactory

PROBE = "probe"
"""Under this name a secret is kept for a moment, to see whether the keyring works."""


def restart_program() -> None:
    """Begin the program anew in place of this process, so that every key in its memory is gone. Does not return."""
    import subprocess

    command = [sys.executable, *(sys.argv[1:] if getattr(sys, "frozen", False) else sys.orig_argv[1:])]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    # Windows has no exec that keeps one process: the new one starts, this one ends.
    subprocess.Popen(command, close_fds=True)
    os._exit(0)


def requests_transport(server_url: str) -> Transport:
    """Return the way to the service over HTTP."""
    from sync.transport import RequestsTransport

    return RequestsTransport(server_url)


@dataclass
class Station:
    """What stays the same between unlocking and locking. Its methods may run on any thread.

    Attributes:
        directory: the workspace's folder.
        ports: the machine: secrets, clock, randomness.
        transport_factory: makes the way to the central service.
        restart: ends this process and starts the program anew; given from outside so that tests stay alive.
    """

    directory: Path
    ports: Ports
    transport_factory: TransportFactory = requests_transport
    restart: Callable[[], None] = restart_program
    preferences: Preferences = field(init=False)

    def __post_init__(self) -> None:
        self.preferences = Preferences(self.directory)

    @property
    def has_workspace(self) -> bool:
        """True once a passphrase was chosen on this computer."""
        return slots.exists(self.directory)

    @property
    def secret_in_file(self) -> bool:
        """True when the device secret is kept in a file, by policy, instead of the system's keyring."""
        return isinstance(self.ports.device_secrets, FileDeviceSecrets)

    def probe_secrets(self) -> None:
        """Make sure that a device secret can be kept here: keep one, read it back, let it go.

        Raises:
            EnvironmentFault: ``keyring.unavailable``, ``device_secret.unreadable``, ``store.*``.
        """
        secrets, trial = self.ports.device_secrets, b"trial"
        secrets.set(PROBE, trial)
        kept = secrets.get(PROBE)
        secrets.delete(PROBE)
        if kept != trial:
            raise EnvironmentFault("keyring.unavailable", reason="not kept")

    def create(self, passphrase: str) -> Workspace:
        """Make the encrypted workspace; errors as ``Workspace.create``."""
        return Workspace.create(self.directory, passphrase, ports=self.ports)

    def unlock(self, passphrase: str) -> Workspace:
        """Open the workspace; errors as ``Workspace.unlock``."""
        return Workspace.unlock(self.directory, passphrase, ports=self.ports)

    def enrol(self, workspace: Workspace, server_url: str, code: str, device_name: str) -> Identity:
        """Present this computer to the central service; errors as ``Agent.enrol``."""
        return self.agent(workspace).enrol(server_url, code, device_name)

    def agent(self, workspace: Workspace) -> Agent:
        """Return a sync client for the open workspace, not started; what was brought back for it is taken in."""
        from sync.agent import Agent

        agent = Agent(workspace, self.transport_factory, ports=self.ports)
        agent.take_answers()
        return agent

    def desk(self, workspace: Workspace, language: str) -> Desk:
        """Return what fills and hands in cases of the open workspace."""
        from sync.desk import Desk

        return Desk(workspace, ports=self.ports, language=language)
