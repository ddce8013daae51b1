"""What the machine itself must have: libraries of the system, PostgreSQL, Chromium. Standard library only.

On Debian with root or sudo the missing packages are installed, and named while that is done; elsewhere the list is
printed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "Qt draws with them": [
        "libgl1",
        "libegl1",
        "libglib2.0-0",
        "libxkbcommon0",
        "libfontconfig1",
        "libdbus-1-3",
        "fonts-dejavu-core",
    ],
    "a real window under Xvfb": [
        "libxcb-cursor0",
        "libxkbcommon-x11-0",
        "libxcb-icccm4",
        "libxcb-keysyms1",
        "libxcb-shape0",
        "xvfb",
        "xauth",
        "openbox",
    ],
    "the central service": ["postgresql-15"],
    "the console and the citizen's page are tested in it": ["chromium", "libatomic1"],
    "the keyring is tested with a real one": ["gnome-keyring", "dbus"],
    "virtual environments and the program's build": ["python3-venv", "binutils"],
    "faults of the disk are injected with it": ["strace"],
    "receipts are read back in tests": ["poppler-utils"],
}
CLUSTER_RULE = Path("/etc/postgresql-common/createcluster.d/estafette.conf")


class MachineError(Exception):
    """The machine lacks something that cannot be installed from here; the text says what to do."""


def missing_packages() -> list[str]:
    """Return the Debian packages of ``PACKAGES`` that are not installed, in order."""
    wanted = [name for names in PACKAGES.values() for name in names]
    query = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Abbrev}\n", *wanted]
    answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    present = {line.split()[0] for line in answer.splitlines() if line.split()[1:2] == ["ii"]}
    return [name for name in wanted if name not in present and not _have_equivalent(name)]


def _have_equivalent(name: str) -> bool:
    """Say whether another source already gives what the package is for (another PostgreSQL, pyenv's venv)."""
    if name == "postgresql-15":
        return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if name == "python3-venv":
        probe = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
        return probe.returncode == 0
    return False


def ensure() -> None:
    """Install what is missing and say so. Raises MachineError with the exact list where that is not possible."""
    if not shutil.which("dpkg-query"):
        listing = "\n".join(f"  {', '.join(names)}: {why}" for why, names in PACKAGES.items())
        print(f"this is no Debian system; these packages (Debian names) are needed:\n{listing}")
        return
    missing = missing_packages()
    if not missing:
        return
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
    command = "apt-get install --no-install-recommends " + " ".join(missing)
    if become_root is None:
        raise MachineError(f"missing packages and no root or sudo here; run as root:\n  {command}")
    print(f"installing what this machine lacks: {' '.join(missing)}", flush=True)
    if "postgresql-15" in missing:
        _no_cluster_of_its_own(become_root)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        run = subprocess.run([*become_root, *step], env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            raise MachineError(f"{' '.join(step[:2])} failed; run as root:\n  {command}\n{run.stderr[-2000:]}")


def _no_cluster_of_its_own(become_root: list[str]) -> None:
    """Keep Debian's package from starting a database server nobody asked for: the service starts its own."""
    if CLUSTER_RULE.parent.parent.exists() and any(Path("/usr/lib/postgresql").glob("*")):
        return
    script = f"mkdir -p {CLUSTER_RULE.parent} && echo 'create_main_cluster = false' > {CLUSTER_RULE}"
    subprocess.run([*become_root, "sh", "-c", script], check=True)


def has_screen() -> bool:
    """Say whether a person can see a window here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform in ("win32", "darwin")
