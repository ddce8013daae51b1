"""The slots file: the random data key of a workspace, wrapped once for each way to open it (DESIGN section 6).

A slot wraps the same 32 bytes by AES-256-GCM under a key of its own; everything else in the slot is authenticated
with it.
Changing the passphrase rewrites one slot and never the store. The file holds no secret and no personal data.
"""

from __future__ import annotations

import hmac
from pathlib import Path

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.errors import DamagedError, EnvironmentFault, InputError
from cases.ids import Randomness
from cases.keys.files import environment_fault, sync_directory, write_file
from cases.keys.passphrase import check_new, normalise
from cases.ports import DeviceSecrets, KdfParameters, Ports

FORMAT = 1
FILE_NAME = "keyslots.json"
KEY_SIZE = 32
SALT_SIZE = 16
NONCE_SIZE = 12
PASSPHRASE_AND_DEVICE = "passphrase+device"
KDF_NAME = "argon2id"
MEMORY_KIB_MAX = 4 * 1024 * 1024
PASSES_MAX = 64
"""A slots file is untrusted input: it may not make this machine derive without end."""

_WRAP_DOMAIN = b"estafette/slot/1"
_CHECK_DOMAIN = b"estafette/device-check/1"


class Slot(msgspec.Struct, frozen=True):
    """One way to open the workspace. Binary values are hexadecimal.

    Attributes:
        secret: name of the device secret that the slot needs.
        check: tells another device's secret from a wrong passphrase; says nothing of the secret's 256 random bits.
    """

    kind: str
    kdf: str
    memory_kib: int
    passes: int
    lanes: int
    salt: str
    secret: str
    check: str
    nonce: str
    wrapped: str


class SlotsFile(msgspec.Struct, frozen=True):
    """The whole file. ``workspace`` is a random name, free of meaning."""

    format: int
    workspace: str
    slots: list[Slot]


class _FormatOnly(msgspec.Struct, frozen=True):
    format: int


def exists(directory: Path) -> bool:
    """Say whether a workspace was made here. The slots file is written last, so it is the mark."""
    return (directory / FILE_NAME).exists()


def new_slots(passphrase: str, ports: Ports) -> tuple[SlotsFile, bytes]:
    """Make a workspace's name, device secret, data key and first slot.

    The device secret is kept on return; the file is not written yet (``write``), which is the commit point of a new
    workspace.

    Returns:
        The file to write, and the 32-byte data key.

    Raises:
        InputError: the passphrase is too weak.
        EnvironmentFault: ``keyring.unavailable``.
    """
    check_new(passphrase)
    workspace = ports.randomness.token(16).hex()
    secret_name = f"workspace-{workspace}"
    device_secret = ports.randomness.token(KEY_SIZE)
    ports.device_secrets.set(secret_name, device_secret)
    data_key = ports.randomness.token(KEY_SIZE)
    slot = _wrap(data_key, passphrase, device_secret, secret_name, workspace, ports.kdf, ports.randomness)
    return SlotsFile(FORMAT, workspace, [slot]), data_key


def change_passphrase(directory: Path, old: str, new: str, ports: Ports) -> None:
    """Wrap the data key again under a new passphrase; the old one opens nothing on return."""
    check_new(new)
    data_key = open_slots(directory, old, ports.device_secrets)
    file = read(directory)
    slot = next(slot for slot in file.slots if slot.kind == PASSPHRASE_AND_DEVICE)
    device_secret = _device_secret(slot, ports.device_secrets)
    fresh = _wrap(data_key, new, device_secret, slot.secret, file.workspace, ports.kdf, ports.randomness)
    others = [other for other in file.slots if other.kind != PASSPHRASE_AND_DEVICE]
    write(directory, SlotsFile(FORMAT, file.workspace, [fresh, *others]))


def open_slots(directory: Path, passphrase: str, secrets: DeviceSecrets) -> bytes:
    """Return the data key.

    Raises:
        InputError: ``unlock.wrong_passphrase``; ``unlock.no_workspace`` when there is none here.
        EnvironmentFault: ``keyring.unavailable``; ``unlock.other_device``: this machine does not hold the device secret
            that the workspace was made with (a copied folder, a new or emptied keyring); ``store.newer_version``.
        DamagedError: ``keyslots.damaged``.
    """
    file = read(directory)
    slot = next((slot for slot in file.slots if slot.kind == PASSPHRASE_AND_DEVICE), None)
    if slot is None or slot.kdf != KDF_NAME:
        raise DamagedError("keyslots.damaged", reason="no slot that this program knows")
    device_secret = _device_secret(slot, secrets)
    key = _slot_key(passphrase, device_secret, slot)
    try:
        return AESGCM(key).decrypt(
            bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _authenticated(slot, file.workspace)
        )
    except InvalidTag as error:
        raise InputError("unlock.wrong_passphrase", field="passphrase") from error
    except ValueError as error:
        raise DamagedError("keyslots.damaged", reason="nonce or wrap") from error


def read(directory: Path) -> SlotsFile:
    """Return the slots file, checked for shape only."""
    try:
        data = (directory / FILE_NAME).read_bytes()
    except FileNotFoundError as error:
        raise InputError("unlock.no_workspace", field="directory") from error
    except OSError as error:
        raise environment_fault(error) from error
    try:
        # The format is read alone first: a newer file may have other fields, and must be called newer, not damaged.
        if msgspec.json.decode(data, type=_FormatOnly).format > FORMAT:
            raise EnvironmentFault("store.newer_version", part="keyslots")
        return msgspec.json.decode(data, type=SlotsFile)
    except msgspec.DecodeError as error:
        raise DamagedError("keyslots.damaged", reason="not a slots file") from error


def write(directory: Path, file: SlotsFile) -> None:
    """Replace the slots file; durable on return (see ``write_file``)."""
    write_file(directory / FILE_NAME, msgspec.json.format(msgspec.json.encode(file)))


def remove(directory: Path) -> None:
    """Remove the slots file; durable on return. What it locked cannot be opened any more by anybody."""
    try:
        (directory / FILE_NAME).unlink()
        sync_directory(directory)
    except OSError as error:
        raise environment_fault(error) from error


def _device_secret(slot: Slot, secrets: DeviceSecrets) -> bytes:
    device_secret = secrets.get(slot.secret)
    if device_secret is None or not hmac.compare_digest(_check(device_secret), slot.check):
        raise EnvironmentFault("unlock.other_device", known=device_secret is not None)
    return device_secret


def _check(device_secret: bytes) -> str:
    return hmac.digest(device_secret, _CHECK_DOMAIN, "sha256")[:8].hex()


def _wrap(
    data_key: bytes,
    passphrase: str,
    device_secret: bytes,
    secret_name: str,
    workspace: str,
    kdf: KdfParameters,
    randomness: Randomness,
) -> Slot:
    bare = Slot(
        kind=PASSPHRASE_AND_DEVICE,
        kdf=KDF_NAME,
        memory_kib=kdf.memory_kib,
        passes=kdf.passes,
        lanes=kdf.lanes,
        salt=randomness.token(SALT_SIZE).hex(),
        secret=secret_name,
        check=_check(device_secret),
        nonce=randomness.token(NONCE_SIZE).hex(),
        wrapped="",
    )
    key = _slot_key(passphrase, device_secret, bare)
    wrapped = AESGCM(key).encrypt(bytes.fromhex(bare.nonce), data_key, _authenticated(bare, workspace))
    return msgspec.structs.replace(bare, wrapped=wrapped.hex())


def _authenticated(slot: Slot, workspace: str) -> bytes:
    return msgspec.json.encode([FORMAT, workspace, msgspec.structs.astuple(msgspec.structs.replace(slot, wrapped=""))])


def _slot_key(passphrase: str, device_secret: bytes, slot: Slot) -> bytes:
    if not (0 < slot.memory_kib <= MEMORY_KIB_MAX and 0 < slot.passes <= PASSES_MAX and 0 < slot.lanes <= 16):
        raise DamagedError("keyslots.damaged", reason="cost out of range")
    try:
        salt = bytes.fromhex(slot.salt)
    except ValueError as error:
        raise DamagedError("keyslots.damaged", reason="salt") from error
    derived = hash_secret_raw(normalise(passphrase), salt, slot.passes, slot.memory_kib, slot.lanes, KEY_SIZE, Type.ID)
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=salt, info=_WRAP_DOMAIN).derive(derived + device_secret)
