"""What a workspace needs from the machine, given from outside so that every run can be replayed."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cases.clock import Clock, SystemClock
from cases.ids import Randomness, SystemRandomness


class DeviceSecrets(Protocol):
    """Where this machine keeps the secrets that never leave it (DESIGN section 6).

    Every method may raise EnvironmentFault ``keyring.unavailable``.
    """

    def get(self, name: str) -> bytes | None:
        """Return the secret, None when this machine holds none of that name."""
        ...

    def set(self, name: str, value: bytes) -> None:
        """Keep the secret; durable on return."""
        ...

    def delete(self, name: str) -> None:
        """Forget the secret; a missing one is no error."""
        ...


class Disk(Protocol):
    """What lies under the store, as far as a run that is to be replayed must see it. On the store's writer thread.

    What a method raises comes out where the write was asked for: the machine ended there.
    """

    def opened(self, connection: object) -> None:
        """The writing connection stands."""
        ...

    def reached(self, point: str) -> None:
        """A transaction is about to be made durable (``before commit``), or was (``after commit``)."""
        ...


class PlainDisk:
    """A machine's own disk: nothing has to know of its writes."""

    def opened(self, connection: object) -> None:
        """Nothing to do."""

    def reached(self, point: str) -> None:
        """Nothing to do."""


class KdfParameters(msgspec.Struct, frozen=True):
    """The cost of Argon2id (RFC 9106). The default is the second recommended option; tests lower it."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


class Ports(msgspec.Struct, frozen=True):
    """The machine as a workspace sees it."""

    device_secrets: DeviceSecrets
    clock: Clock = msgspec.field(default_factory=SystemClock)
    randomness: Randomness = msgspec.field(default_factory=SystemRandomness)
    kdf: KdfParameters = msgspec.field(default_factory=KdfParameters)
    disk: Disk = msgspec.field(default_factory=PlainDisk)
