"""Workspaces for tests: on a real encrypted store, with a fake clock, seeded randomness and a cheap key derivation."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import DeviceSecrets, KdfParameters, Ports
from cases.views import Identity
from cases.workspace import Workspace

PASSPHRASE = "correct horse battery staple garden"
TENANT = 1
START_MS = 1_790_000_000_000
CHEAP_KDF = KdfParameters(memory_kib=64, passes=1, lanes=1)


class FakeClock:
    """A clock that stands still until ``advance``. ``now_ms`` may be set to anything, as people's clocks are."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.time_ms = now_ms
        self._monotonic_s = 0.0

    def now_ms(self) -> int:
        return self.time_ms

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def advance(self, seconds: float) -> None:
        self.time_ms += round(seconds * 1000)
        self._monotonic_s += seconds


class SeededRandomness:
    """The same values for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)


def make_ports(*, seed: int = 1, clock: FakeClock | None = None, device_secrets: DeviceSecrets | None = None) -> Ports:
    """Return a machine in memory."""
    return Ports(
        device_secrets=device_secrets or MemoryDeviceSecrets(),
        clock=clock or FakeClock(),
        randomness=SeededRandomness(seed),
        kdf=CHEAP_KDF,
    )


def make_identity(
    *, device: str = "d" * 31 + "1", agent: str = "a" * 31 + "1", agent_name: str = "Awa Koné", **fields: object
) -> Identity:
    """Return an identity as an enrolment gives one; identities are 32 hexadecimal digits."""
    known: dict[str, object] = {
        "tenant": TENANT,
        "tenant_name": "Département de démonstration",
        "office": "0" * 31 + "1",
        "office_name": "Antenne de Saint-Amand",
        "agent": agent,
        "agent_name": agent_name,
        "device": device,
        "incarnation": 1,
        "stream": "office-1",
        "service_key": "00" * 32,
        "server_url": "http://127.0.0.1:8420",
        "epoch": 1,
    }
    return Identity(**{**known, **fields})  # type: ignore[arg-type]


def make_workspace(
    directory: Path, *, ports: Ports | None = None, identity: Identity | None = None, enrolled: bool = True
) -> Workspace:
    """Return a new workspace, enrolled unless asked otherwise. The caller closes it."""
    workspace = Workspace.create(directory, PASSPHRASE, ports=ports or make_ports())
    if enrolled:
        workspace.enrolled(identity or make_identity())
    return workspace


def make_citizen(workspace: Workspace, **fields: str) -> str:
    """Return a new citizen's identity; only the telling fields need be given."""
    return workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé", **fields}).record


def make_case(
    workspace: Workspace,
    *,
    procedure: str = "apa",
    version: str = "1" * 64,
    citizen: str | None = None,
    answers: Mapping[str, str | None] | None = None,
) -> str:
    """Return a new case's identity."""
    return workspace.open_case(procedure, version, citizen or make_citizen(workspace), answers or {}).record
