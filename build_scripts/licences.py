"""Collect the licence texts of the Python packages that the built program carries."""

from __future__ import annotations

import re
import shutil
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "licences"
TEXT = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.I)
NAME = re.compile(r"^([A-Za-z0-9._-]+)==", re.M)


def shipped() -> list[str]:
    """Return the names of the packages that the desktop's lock names."""
    return NAME.findall((ROOT / "requirements" / "desktop.txt").read_text())


def collect() -> Path:
    """Write one folder for each package: its licence texts, or the licence that it declares. Returns the folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name in shipped():
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # a lock for every system names packages that this one does not have
        target = FOLDER / name
        target.mkdir(parents=True)
        texts = [file for file in package.files or [] if TEXT.search(str(file)) and file.locate().is_file()]
        for file in texts:
            shutil.copy(str(file.locate()), target / file.name)
        if not texts:
            declared = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
            kinds = [line for line in package.metadata.get_all("Classifier") or [] if line.startswith("License")]
            (target / "DECLARED.txt").write_text("\n".join([f"{name} {package.version}", declared, *kinds]) + "\n")
    return FOLDER
