"""The service's own secrets: one file each in the data directory, made on first use, mode 0600."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from cases.errors import DamagedError
from cases.ids import Randomness

SECRET_BYTES = 32


class Keys:
    """Reads and makes the secrets of one data directory. Any thread.

    Args:
        directory: where they are; made with mode 0700 with the first of them.
        randomness: what new ones are made of.
    """

    def __init__(self, directory: Path, randomness: Randomness) -> None:
        self._directory = directory
        self._randomness = randomness
        self._lock = threading.Lock()
        self._secrets: dict[str, bytes] = {}
        self._service: Ed25519PrivateKey | None = None

    @property
    def directory(self) -> Path:
        """Where the secrets are."""
        return self._directory

    def made(self) -> bool:
        """Say whether a service has made secrets here."""
        return self._directory.is_dir()

    def secret(self, name: str) -> bytes:
        """Return the 32 bytes called ``name``, making them durably when there are none.

        Raises:
            DamagedError: ``keys.damaged`` when the file is not what was written; never replaced by a new secret.
        """
        with self._lock:
            if name not in self._secrets:
                self._secrets[name] = self._read(name)
            return self._secrets[name]

    def service(self) -> Ed25519PrivateKey:
        """Return the key that signs receipts and answers; the same object every time, as making it is slow."""
        if self._service is None:
            self._service = Ed25519PrivateKey.from_private_bytes(self.secret("service"))
        return self._service

    def intake(self) -> X25519PrivateKey:
        """Return the key that opens sealed envelopes. Lost, nothing sealed to it opens: it belongs in every backup."""
        return X25519PrivateKey.from_private_bytes(self.secret("intake"))

    def console(self, tenant: int) -> Ed25519PrivateKey:
        """Return the key of the tenant's console device, which signs what supervisors do."""
        return Ed25519PrivateKey.from_private_bytes(self.secret(f"console-{tenant}"))

    def _read(self, name: str) -> bytes:
        path = self._directory / f"{name}.key"
        if not path.exists():
            self._make(path)
        try:
            value = bytes.fromhex(path.read_text("ascii").strip())
        except ValueError as error:
            raise DamagedError("keys.damaged", name=name) from error
        if len(value) != SECRET_BYTES:
            raise DamagedError("keys.damaged", name=name)
        return value

    def _make(self, path: Path) -> None:
        """Write a new secret beside its place and link it there: two processes that start at once keep the same one."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_suffix(f".{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self._randomness.token(SECRET_BYTES).hex())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        beside.unlink()
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def public_hex(key: Ed25519PrivateKey | Ed25519PublicKey | X25519PrivateKey | X25519PublicKey) -> str:
    """Return a key's raw public half, 64 hexadecimal digits."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey | X25519PrivateKey) else key
    return public.public_bytes_raw().hex()
