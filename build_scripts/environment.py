"""The project's virtual environments, from hash-only locks. Standard library only."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
BARE_ENVIRONMENT = ROOT / "build" / "bare-environment"
LOCKS = {
    # file -> the extras of pyproject.toml that it locks
    "desktop.txt": ("desktop",),
    "central.txt": ("central",),
    "bare.txt": ("testing",),
    "development.txt": ("desktop", "central", "testing", "development"),
}


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def ensure(environment: Path = ENVIRONMENT, lock: str = "development.txt") -> Path:
    """Bring a virtual environment to exactly what the lock says and return its interpreter.

    A stamp holds the lock's hash, so that an environment already right costs nothing.
    """
    lock_path = ROOT / "requirements" / lock
    stamp = environment / "estafette.lock"
    wanted = hashlib.sha256(lock_path.read_bytes()).hexdigest() + f" {sys.version_info[:2]}"
    python = python_of(environment)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    _require_supported_python()
    print(
        f"setting up {environment.relative_to(ROOT)} from {lock_path.relative_to(ROOT)} (a minute or two)", flush=True
    )
    venv.create(environment, with_pip=True, clear=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run = subprocess.run([*install, "--require-hashes", "-r", str(lock_path)], check=False)
    if run.returncode:
        raise SystemExit(
            f"the packages of {lock_path.relative_to(ROOT)} could not be installed (see above);"
            " is a package index reachable?"
        )
    stamp.write_text(wanted)
    return python


def _require_supported_python() -> None:
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        raise SystemExit(f"Python 3.11 or 3.12 is needed; this is {sys.version.split()[0]}")


def write_locks() -> None:
    """Write the hash-only locks anew from pyproject.toml: names, versions, hashes, and no addresses."""
    for name, extras in LOCKS.items():
        command = [
            str(python_of(ENVIRONMENT)),
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--generate-hashes",
            "--universal",
        ]
        command += [
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--no-header",
            "--no-annotate",
            "--python-version",
            "3.11",
        ]
        for extra in extras:
            command += ["--extra", extra]
        command += ["--output-file", f"requirements/{name}", "pyproject.toml"]
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        subprocess.run(command, cwd=ROOT, check=True, env=environment, stdout=subprocess.DEVNULL)
