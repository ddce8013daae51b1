"""The device's own secret: it never leaves the machine, so a copied folder does not open elsewhere."""

from __future__ import annotations

import concurrent.futures
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cases.errors import DamagedError, EnvironmentFault
from cases.keys.files import write_file

T = TypeVar("T")

SERVICE = "estafette"
KEYRING_TIMEOUT_S = 20.0


class MemoryDeviceSecrets:
    """Secrets of a machine that lives as long as this object: for tests and simulation."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self._values.get(name)

    def set(self, name: str, value: bytes) -> None:
        self._values[name] = value

    def delete(self, name: str) -> None:
        self._values.pop(name, None)


class KeyringDeviceSecrets:
    """Secrets in the operating system's keyring: one entry each, hexadecimal, under the service ``estafette``.

    Every call runs in a thread of its own with a timeout, because a keyring may ask the person and wait for ever. A
    call that is given up leaves its thread behind; it ends with the prompt or the process.
    """

    def __init__(self, *, timeout_s: float = KEYRING_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s

    def get(self, name: str) -> bytes | None:
        import keyring

        value = self._ask(lambda: keyring.get_password(SERVICE, name))
        if value is None:
            return None
        try:
            return bytes.fromhex(value)
        except ValueError as error:
            raise DamagedError("keyring.damaged") from error

    def set(self, name: str, value: bytes) -> None:
        import keyring

        self._ask(lambda: keyring.set_password(SERVICE, name, value.hex()))
        # The null backend accepts and forgets: a workspace made on it would never open again.
        if self.get(name) != value:
            raise EnvironmentFault("keyring.unavailable", reason="not kept")

    def delete(self, name: str) -> None:
        import keyring

        if self.get(name) is not None:
            self._ask(lambda: keyring.delete_password(SERVICE, name))

    def _ask(self, call: Callable[[], T]) -> T:
        import keyring.errors

        answer: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                answer.set_result(call())
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            return answer.result(self._timeout_s)
        except concurrent.futures.TimeoutError as error:
            raise EnvironmentFault("keyring.unavailable", reason="timeout") from error
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise EnvironmentFault("keyring.unavailable", reason=type(error).__name__) from error


def device_secret_directory() -> Path:
    """Return where a device secret lives when policy wants a file: in the account's own state, never in a workspace."""
    if os.name == "nt":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        root = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return root / "estafette" / "device-secrets"


class FileDeviceSecrets:
    """Secrets in files that only this account can read. By policy only, where the machine has no keyring (DESIGN
    section 6).

    It keeps a copied workspace folder closed, but not a copied home directory: the policy file says so where it is set.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, name: str) -> bytes | None:
        path = self._path(name)
        try:
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise EnvironmentFault("device_secret.too_open", mode=oct(path.stat().st_mode & 0o777))
            return bytes.fromhex(path.read_text("ascii"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise DamagedError("device_secret.damaged") from error
        except OSError as error:
            raise EnvironmentFault("device_secret.unreadable", reason=type(error).__name__) from error

    def set(self, name: str, value: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(self._path(name), value.hex().encode())

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.secret"
