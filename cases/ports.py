"""What a workspace needs from the machine, given from outside so that every run can be replayed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

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


@dataclass(frozen=True)
class KdfParameters:
    """The cost of Argon2id (RFC 9106). The default is the second recommended option; tests lower it."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True)
class Ports:
    """The machine as a workspace sees it."""

    device_secrets: DeviceSecrets
    clock: Clock = field(default_factory=SystemClock)
    randomness: Randomness = field(default_factory=SystemRandomness)
    kdf: KdfParameters = field(default_factory=KdfParameters)
