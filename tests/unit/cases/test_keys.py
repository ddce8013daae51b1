from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import msgspec
import pytest

from cases.errors import DamagedError, EnvironmentFault, EstafetteError, InputError
from cases.keys import files, slots
from cases.keys.device_secret import FileDeviceSecrets, KeyringDeviceSecrets, MemoryDeviceSecrets
from cases.keys.passphrase import check_new, normalise
from tests.support.workspaces import PASSPHRASE, make_ports

OTHER = "another long sentence for opening"


def make_slots(directory: Path, secrets: MemoryDeviceSecrets) -> bytes:
    file, data_key = slots.new_slots(PASSPHRASE, make_ports(device_secrets=secrets))
    slots.write(directory, file)
    return data_key


@pytest.mark.parametrize(
    "passphrase",
    ["douze-lettre5", "Correctement1", "un deux trois quatre cinq", "été à la montagne bleue"],
)
def test_good_passphrases_are_accepted(passphrase: str) -> None:
    check_new(passphrase)


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", "passphrase.too_short"),
        ("courte-1", "passphrase.too_short"),
        ("           1", "passphrase.too_short"),
        ("abcdefghijklmnop", "passphrase.too_plain"),
        ("111111111111", "passphrase.too_plain"),
        ("aaaaaaaaaaa1", "passphrase.too_plain"),
        ("un un un un un", "passphrase.too_plain"),
        ("é" * 600 + "1", "passphrase.too_long"),
    ],
)
def test_weak_passphrases_are_refused_by_field(passphrase: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        check_new(passphrase)
    assert (refused.value.code, refused.value.details["field"]) == (code, "passphrase")


def test_keyboards_that_compose_accents_otherwise_open_the_same() -> None:
    assert normalise("e\u0301te\u0301 ") == normalise("\u00e9t\u00e9")


def test_passphrase_and_device_open_the_data_key(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    data_key = make_slots(tmp_path, secrets)
    assert len(data_key) == 32
    assert slots.open_slots(tmp_path, PASSPHRASE, secrets) == data_key


def test_wrong_passphrase_is_said_to_be_wrong(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    make_slots(tmp_path, secrets)
    with pytest.raises(InputError) as refused:
        slots.open_slots(tmp_path, OTHER, secrets)
    assert refused.value.code == "unlock.wrong_passphrase"


def test_copied_folder_does_not_open_elsewhere(tmp_path: Path) -> None:
    make_slots(tmp_path, MemoryDeviceSecrets())
    with pytest.raises(EnvironmentFault) as refused:
        slots.open_slots(tmp_path, PASSPHRASE, MemoryDeviceSecrets())
    assert refused.value.code == "unlock.other_device"


def test_another_secret_of_that_name_is_not_called_a_wrong_passphrase(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    make_slots(tmp_path, secrets)
    secrets.set(slots.read(tmp_path).slots[0].secret, bytes(32))
    with pytest.raises(EnvironmentFault) as refused:
        slots.open_slots(tmp_path, PASSPHRASE, secrets)
    assert refused.value.code == "unlock.other_device"


def test_changed_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    data_key = make_slots(tmp_path, secrets)
    slots.change_passphrase(tmp_path, PASSPHRASE, OTHER, make_ports(seed=2, device_secrets=secrets))
    assert slots.open_slots(tmp_path, OTHER, secrets) == data_key
    with pytest.raises(InputError):
        slots.open_slots(tmp_path, PASSPHRASE, secrets)


def test_every_changed_value_of_the_slot_is_noticed(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    make_slots(tmp_path, secrets)
    file = slots.read(tmp_path)
    slot = file.slots[0]
    flipped = {
        "wrapped": "00" + slot.wrapped[2:] if slot.wrapped[:2] != "00" else "01" + slot.wrapped[2:],
        "nonce": "ff" * 12,
        "salt": "ff" * 16,
        "passes": slot.passes + 1,
        "memory_kib": slot.memory_kib + 1,
        "check": "00" * 8,
    }
    for name, value in flipped.items():
        changed = msgspec.structs.replace(slot, **{name: value})  # type: ignore[arg-type]
        slots.write(tmp_path, slots.SlotsFile(file.format, file.workspace, [changed]))
        with pytest.raises(EstafetteError):
            slots.open_slots(tmp_path, PASSPHRASE, secrets)
    slots.write(tmp_path, slots.SlotsFile(file.format, "renamed", [slot]))
    with pytest.raises(InputError):
        slots.open_slots(tmp_path, PASSPHRASE, secrets)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 1, "workspace": "w", "slots": []}'])
def test_file_that_is_no_slots_file_is_damage(tmp_path: Path, data: bytes) -> None:
    (tmp_path / slots.FILE_NAME).write_bytes(data)
    with pytest.raises(DamagedError):
        slots.open_slots(tmp_path, PASSPHRASE, MemoryDeviceSecrets())


def test_slots_of_a_newer_program_are_refused(tmp_path: Path) -> None:
    (tmp_path / slots.FILE_NAME).write_bytes(b'{"format": 9, "ways": {}}')
    with pytest.raises(EnvironmentFault) as refused:
        slots.open_slots(tmp_path, PASSPHRASE, MemoryDeviceSecrets())
    assert refused.value.code == "store.newer_version"


def test_costs_that_would_freeze_the_machine_are_refused(tmp_path: Path) -> None:
    secrets = MemoryDeviceSecrets()
    make_slots(tmp_path, secrets)
    file = slots.read(tmp_path)
    costly = msgspec.structs.replace(file.slots[0], memory_kib=1 << 30)
    slots.write(tmp_path, slots.SlotsFile(file.format, file.workspace, [costly]))
    with pytest.raises(DamagedError):
        slots.open_slots(tmp_path, PASSPHRASE, secrets)


def test_failed_replacement_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    files.write_file(path, b"old")

    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(EnvironmentFault) as refused:
        files.write_file(path, b"new")
    assert refused.value.code == "store.disk_full"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


def test_file_secrets_are_for_this_account_only(tmp_path: Path) -> None:
    secrets = FileDeviceSecrets(tmp_path / "secrets")
    assert secrets.get("w") is None
    secrets.set("w", b"\x01" * 32)
    path = tmp_path / "secrets" / "w.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.get("w") == b"\x01" * 32
    path.chmod(0o644)
    with pytest.raises(EnvironmentFault) as refused:
        secrets.get("w")
    assert refused.value.code == "device_secret.too_open"
    secrets.delete("w")
    secrets.delete("w")
    assert secrets.get("w") is None


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory; ``on_call`` may fail or block as real ones do."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, on_call: Callable[[], None] = lambda: None, *, keeps: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.values: dict[tuple[str, str], str] = {}
        self.on_call = on_call
        self.keeps = keeps

    def get_password(self, service: str, username: str) -> str | None:
        self.on_call()
        return self.values.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.on_call()
        if self.keeps:
            self.values[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.values[service, username]


def use_ring(monkeypatch: pytest.MonkeyPatch, ring: Ring) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)


def test_keyring_keeps_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    use_ring(monkeypatch, ring)
    secrets = KeyringDeviceSecrets()
    assert secrets.get("w") is None
    secrets.set("w", b"\x02" * 32)
    assert ring.values == {("estafette", "w"): "02" * 32}
    assert secrets.get("w") == b"\x02" * 32
    secrets.delete("w")
    secrets.delete("w")
    assert ring.values == {}


def test_keyring_that_forgets_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    use_ring(monkeypatch, Ring(keeps=False))
    with pytest.raises(EnvironmentFault) as refused:
        KeyringDeviceSecrets().set("w", b"\x02" * 32)
    assert refused.value.code == "keyring.unavailable"


def test_locked_keyring_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> None:
        raise keyring.errors.KeyringLocked("the prompt was dismissed")

    use_ring(monkeypatch, Ring(locked))
    with pytest.raises(EnvironmentFault) as refused:
        KeyringDeviceSecrets().get("w")
    assert (refused.value.code, refused.value.details["reason"]) == ("keyring.unavailable", "KeyringLocked")


def test_keyring_that_asks_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    use_ring(monkeypatch, Ring(lambda: answered.wait(30) and None))
    try:
        with pytest.raises(EnvironmentFault) as refused:
            KeyringDeviceSecrets(timeout_s=0.05).get("w")
        assert refused.value.details["reason"] == "timeout"
    finally:
        answered.set()
