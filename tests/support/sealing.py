"""Workspaces that seal, and a program that is killed between its commit and the sealing."""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.sealing import Sealer
from cases.views import Identity
from cases.workspace import Workspace
from sync.sealed import pack
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, make_identity, make_ports, make_workspace

INTAKE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
INTAKE_KEY = INTAKE.public_key().public_bytes_raw().hex()


def sealing_identity(**fields: str) -> Identity:
    """Return an identity of an organisation that has an intake key."""
    return make_identity(**{"intake_key": INTAKE_KEY, **fields})


def sealer_of(workspace: Workspace) -> Sealer:
    """Return a workspace's sealer, not started; the workspace's ``close`` seals what is left."""
    return Sealer(workspace, lambda outgoing: pack(outgoing, workspace.sign))


def sealing_workspace(directory: Path, *, seed: int = 1, **fields: str) -> tuple[Workspace, Sealer]:
    """Return a new workspace with its sealer."""
    workspace = make_workspace(directory, ports=make_ports(seed=seed), identity=sealing_identity(**fields))
    return workspace, sealer_of(workspace)


def act_and_wait(directory: Path) -> None:
    """Act, say so, and wait for the kill: nothing was sealed yet."""
    ports = Ports(device_secrets=FileDeviceSecrets(directory.parent / "secrets"), kdf=CHEAP_KDF)
    workspace = Workspace.create(directory, PASSPHRASE, ports=ports)
    workspace.enrolled(sealing_identity())
    sealer_of(workspace)
    workspace.create_citizen({"family_name": "Martin"})
    print("acted", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    act_and_wait(Path(sys.argv[1]))
