"""The machines of a simulated world: real workspaces on encrypted files, real agents, and the ends they can take."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.workspace import STORE_NAME, Workspace
from sync.agent import Agent
from tests.simulation.clocks import Chance, MachineClock
from tests.simulation.ledger import Deed
from tests.simulation.network import Killed, Line, Network
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

_OF_STORE = (STORE_NAME, f"{STORE_NAME}-wal")
"""What a crash leaves; the third file of SQLite is rebuilt from them."""


class CrashingDisk:
    """A disk under one store: at the chosen commit the machine ends, and what the files held is what is found again.

    Attributes:
        left: points to pass before the end; None for no end.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.left: int | None = None
        self.passed = 0

    @property
    def remains(self) -> Path:
        """Where the files lie as they were at the end."""
        return self._directory.with_name(self._directory.name + ".remains")

    def opened(self, connection: object) -> None:
        """The writing connection stands."""

    def reached(self, point: str) -> None:
        """A commit is about to be made, or was made."""
        self.passed += 1
        if self.left is None:
            return
        if self.left > 0:
            self.left -= 1
            return
        self.left = None
        self.keep()
        raise Killed("disk")

    def keep(self) -> None:
        """Keep the files as they are now."""
        shutil.rmtree(self.remains, ignore_errors=True)
        self.remains.mkdir()
        for name in _OF_STORE:
            if (self._directory / name).exists():
                shutil.copy(self._directory / name, self.remains / name)


@dataclass
class Machine:
    """One PC with one agent's workspace.

    Attributes:
        directory: of the workspace.
        secrets: of this machine; a clone has the same.
        office: the stream that it works in.
        screens: record -> (base, the acts) that the person had seen of it when its screen was opened.
    """

    name: str
    directory: Path
    secrets: MemoryDeviceSecrets
    clock: MachineClock
    chance: Chance
    network: Network
    line: Line = field(default_factory=Line)
    screens: dict[str, tuple[int, frozenset[Deed]]] = field(default_factory=dict)
    running: bool = False
    kills: int = 0
    _workspace: Workspace | None = None
    _agent: Agent | None = None

    def __post_init__(self) -> None:
        self.disk = CrashingDisk(self.directory)

    @property
    def workspace(self) -> Workspace:
        assert self._workspace is not None, "the machine is off"
        return self._workspace

    @property
    def agent(self) -> Agent:
        assert self._agent is not None, "the machine is off"
        return self._agent

    def _ports(self) -> Ports:
        return Ports(
            device_secrets=self.secrets, clock=self.clock, randomness=self.chance, kdf=CHEAP_KDF, disk=self.disk
        )

    def create(self) -> None:
        """Make the workspace."""
        self._on(Workspace.create(self.directory, PASSPHRASE, ports=self._ports()))

    def start(self) -> None:
        """Start the program on what the disk holds."""
        self._on(Workspace.unlock(self.directory, PASSPHRASE, ports=self._ports()))

    def _on(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._agent = Agent(workspace, lambda url: self.network.transport(self.line), ports=self._ports())
        self.running = True
        self.screens = {}

    def stop(self) -> None:
        """End the program as a person does."""
        self.agent.stop()
        self.workspace.close()
        self._workspace = self._agent = None
        self.running = False

    def crash(self, *, at_disk: bool) -> None:
        """End the program as a power cut does, and start it again on what the disk held.

        Args:
            at_disk: the disk has kept the files already, at the point where it happened.
        """
        self.kills += 1
        self.disk.left = None
        if not at_disk:
            self.disk.keep()
        self.stop()
        self._put_back(self.disk.remains)
        self.start()

    def backup(self, to: Path) -> None:
        """Copy the folder as a backup program does, while the program is off."""
        self.stop()
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.directory, to)
        self.start()

    def restore(self, source: Path) -> None:
        """Put an earlier folder back."""
        self.stop()
        self._put_back(source)
        self.start()

    def clone(self, name: str, directory: Path, clock: MachineClock, chance: Chance) -> Machine:
        """Return a second machine from the image of this one."""
        self.stop()
        shutil.copytree(self.directory, directory)
        twin = Machine(name, directory, self.secrets, clock, chance, self.network)
        self.start()
        twin.start()
        return twin

    def _put_back(self, source: Path) -> None:
        for name in (*_OF_STORE, f"{STORE_NAME}-shm"):
            (self.directory / name).unlink(missing_ok=True)
        for name in _OF_STORE:
            if (source / name).exists():
                shutil.copy(source / name, self.directory / name)
