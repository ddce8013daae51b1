"""The one reader of ``resources/``: relative names only, from source and from the packed program."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path, PurePosixPath

from cases.errors import EnvironmentFault, InputError


@cache
def root() -> Path:
    """Return the folder that holds all resources.

    A packed program unpacks its data under ``sys._MEIPASS`` (PyInstaller); from source it lies beside ``cases/``.

    Raises:
        EnvironmentFault: ``resources.missing``, the installation is incomplete.
    """
    packed = getattr(sys, "_MEIPASS", None)
    base = Path(packed) if packed is not None else Path(__file__).resolve().parent.parent
    folder = base / "resources"
    if not folder.is_dir():
        raise EnvironmentFault("resources.missing", name="")
    return folder


def read(name: str) -> bytes:
    """Return the bytes of the resource ``name``, e.g. ``"icons/house.svg"``.

    Raises:
        InputError: ``resources.bad_name``, the name leaves ``resources/`` or is empty.
        EnvironmentFault: ``resources.missing``, no such file in this installation.
    """
    path = _inside(name)
    if not path.is_file():
        raise EnvironmentFault("resources.missing", name=name)
    return path.read_bytes()


def directory(name: str) -> Path:
    """Return the folder ``name``, e.g. ``"fonts"``, for libraries that want a path.

    Raises:
        InputError: ``resources.bad_name``.
        EnvironmentFault: ``resources.missing``.
    """
    path = _inside(name)
    if not path.is_dir():
        raise EnvironmentFault("resources.missing", name=name)
    return path


def _inside(name: str) -> Path:
    relative = PurePosixPath(name)
    # A backslash or a colon would mean something on Windows only; our own names never hold one.
    unsafe = relative.is_absolute() or ".." in relative.parts or "\\" in name or ":" in name
    if unsafe or not relative.parts:
        raise InputError("resources.bad_name", field="name", name=name)
    return root().joinpath(*relative.parts)
