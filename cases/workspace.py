"""One agent's workspace on this computer: an encrypted store and the only door to it.

Any thread may call it. Acts return once they are durable; reads show confirmed state with pending acts on top. Errors
are ``cases.errors`` with codes: ``unlock.*`` and ``passphrase.*`` for keys, ``store.*`` for the disk, ``keyring.*`` for
the keyring.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.auditing import Auditing
from cases.core import Core, changed
from cases.errors import DamagedError, InputError
from cases.histories import Histories
from cases.inbox import Inbox
from cases.keys import slots
from cases.keys.files import environment_fault
from cases.leaving import Leaving
from cases.lock import FolderLock
from cases.ports import Ports
from cases.queues import Queues
from cases.remedies import Remedies
from cases.sealing import Sealing
from cases.settled import Settlements
from cases.snapshots import Snapshots
from cases.store import facts
from cases.store.engine import Connection, Store, remove_files
from cases.store.migrations import check_not_newer, migrate
from cases.treeheads import TreeHeads
from cases.views import Changed, Identity, Listener

STORE_NAME = "store.db"
SALT_SECRET_SIZE = 32


class Workspace(Remedies, Queues, Settlements, Inbox, Snapshots, Sealing, TreeHeads, Auditing, Histories, Leaving):
    """An open workspace. Make one by ``create`` or ``unlock``; end it by ``close``."""

    def __init__(self, core: Core, lock: FolderLock) -> None:
        super().__init__(core)
        self._lock = lock

    # --- opening ---

    @classmethod
    def create(cls, directory: Path, passphrase: str, *, ports: Ports) -> Workspace:
        """Make a new encrypted workspace in ``directory``, with a device key of its own, and open it.

        What an earlier, unfinished creation left behind is removed: nothing was ever acknowledged there.

        Raises:
            InputError: ``passphrase.*`` when too weak; ``workspace.exists``.
            EnvironmentFault: ``store.*``, ``keyring.unavailable``; there is no workspace then.
        """
        if slots.exists(directory):
            raise InputError("workspace.exists", field="directory")
        file, data_key = slots.new_slots(passphrase, ports)
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise environment_fault(error) from error
        lock = FolderLock(directory)
        try:
            remove_files(directory / STORE_NAME)
            store = Store(directory / STORE_NAME, data_key, ports.disk)
            try:
                _furnish(store, ports)
                # The commit point: from here on the folder is a workspace.
                slots.write(directory, file)
                return cls(Core(directory, store, ports), lock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise

    @classmethod
    def unlock(cls, directory: Path, passphrase: str, *, ports: Ports) -> Workspace:
        """Open the workspace in ``directory``. Takes a moment on purpose; never call it on a thread that paints.

        Raises:
            InputError: ``unlock.wrong_passphrase``, ``unlock.no_workspace``.
            EnvironmentFault: ``store.newer_version`` (nothing was written), ``store.in_use`` (another program has it
            open),
                ``store.*``, ``keyring.unavailable``, ``unlock.other_device``.
            DamagedError: ``keyslots.damaged``, ``store.damaged``.
        """
        data_key = slots.open_slots(directory, passphrase, ports.device_secrets)
        path = directory / STORE_NAME
        if not path.exists():
            raise DamagedError("store.damaged", reason="missing")
        lock = FolderLock(directory)
        try:
            check_not_newer(path, data_key)
            store = Store(path, data_key, ports.disk)
            try:
                migrate(store)
                return cls(Core(directory, store, ports), lock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Finish the writes that were asked for and close the store. A second call does nothing."""
        while self._core.closing:
            self._core.closing.pop()()
        self._core.store.close()
        self._lock.release()

    def discard(self) -> None:
        """Close and remove a workspace that never acted for anybody, its device secret too: as before ``create``.

        Raises:
            InputError: ``workspace.enrolled_otherwise``: it acts for somebody; nothing was removed.
            EnvironmentFault: ``store.*``, ``keyring.unavailable``.
        """
        if self.identity is not None:
            raise InputError("workspace.enrolled_otherwise")
        file = slots.read(self.directory)
        try:
            self._core.store.close()
            # From here on the folder is no workspace any more, whatever of it may stay behind.
            slots.remove(self.directory)
            remove_files(self.directory / STORE_NAME)
        finally:
            self._lock.release()
        for slot in file.slots:
            self._core.ports.device_secrets.delete(slot.secret)

    # --- who acts ---

    @property
    def directory(self) -> Path:
        return self._core.directory

    @property
    def identity(self) -> Identity | None:
        """Who this workspace acts for; None before enrolment."""
        return self._core.current_identity()

    def device_public_key(self) -> str:
        """Return the device's raw Ed25519 public key, 64 hexadecimal digits."""
        return self._core.device_key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """Return the device's Ed25519 signature over ``data``, 128 hexadecimal digits."""
        return self._core.device_key.sign(data).hex()

    def enrolled(self, identity: Identity) -> None:
        """Take in who this workspace acts for; again with the same device only refreshes names and addresses,
        never the epoch.

        Raises:
            InputError: ``workspace.enrolled_otherwise``: it acts for another device or tenant already, or holds the
                records of another office: those have a workspace of their own (ADR 28).
        """
        known = self._core.identity
        names = (identity.tenant, identity.device, identity.stream)
        if known is not None and (known.tenant, known.device, known.stream) != names:
            raise InputError("workspace.enrolled_otherwise")
        if known is not None:
            # That the service was restored meanwhile is to be found by the next exchange, which does what follows from
            # it; an enrolment that took the new epoch over would hide it.
            identity = msgspec.structs.replace(identity, epoch=known.epoch)

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.put(connection, facts.IDENTITY, msgspec.json.encode(identity).decode())
            self._core.projector.registers.agent(connection, identity.agent, identity.agent_name)
            return None, changed({"sync"})

        self._core.transact(act)
        self._core.set_identity(identity)

    def change_passphrase(self, old: str, new: str) -> None:
        """Make ``new`` the passphrase; the old one opens nothing any more.

        Raises:
            InputError: ``unlock.wrong_passphrase``, ``passphrase.*``.
        """
        slots.change_passphrase(self._core.directory, old, new, self._core.ports)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with what changed after each commit, on a thread of the store; it must not wait or
        write.

        Returns:
            How to stop listening.
        """
        return self._core.listen(listener)


def _furnish(store: Store, ports: Ports) -> None:
    """Make the schema and the device's secrets."""
    migrate(store)
    device_key = Ed25519PrivateKey.from_private_bytes(ports.randomness.token(32)).private_bytes_raw()
    salt_secret = ports.randomness.token(SALT_SECRET_SIZE)

    def act(connection: Connection) -> None:
        facts.put_secret(connection, facts.DEVICE_KEY, device_key)
        facts.put_secret(connection, facts.SALT_SECRET, salt_secret)

    store.write(act)
