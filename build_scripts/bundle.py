"""Make the one-folder program and try it where there is no Python: anything unexpected that it prints is a failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "program"
NOT_SHIPPED = ("VirtualKeyboard", "Charts", "Graphs", "NetworkAuth", "HttpServer", "Lottie", "Quick3D", "ShaderTools")
"""Qt modules that are not under the LGPL."""


def make() -> Path:
    """Build the program and return its executable."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += ["--distpath", str(FOLDER), "--workpath", str(ROOT / "build" / "program-work")]
    subprocess.run([*command, str(ROOT / "build_scripts" / "estafette.spec")], cwd=ROOT, env=environment, check=True)
    return FOLDER / "estafette" / ("estafette.exe" if sys.platform == "win32" else "estafette")


def without_python(command: list[str]) -> list[str]:
    """Return the command that runs ``command`` with every Python of this machine hidden, where the kernel lets us."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return command
    hidden = {Path(sys.base_prefix), *Path("/usr/lib").glob("python3*"), *Path("/usr/local/lib").glob("python3*")}
    mounts = [
        f"mount -t tmpfs none {folder}" for folder in sorted(hidden) if folder.is_dir() and folder != Path("/usr")
    ]
    script = " && ".join([*mounts, 'exec "$@"'])
    return ["unshare", "--mount", "sh", "-c", script, "sh", *command]


def try_it(program: Path) -> dict[str, object]:
    """Start the built program: open a workspace, search it, write a receipt, show the window. Returns its report."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": "/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}
        command = without_python([str(program), "selfcheck", "--directory", home])
        begun = time.monotonic()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) != 1 or done.stderr:
        raise SystemExit(f"the built program printed what it should not:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    report: dict[str, object] = json.loads(lines[0])
    if report.get("selfcheck") != "ok":
        raise SystemExit(f"the built program's self-check failed: {report}")
    return {**report, "seconds": round(time.monotonic() - begun, 1)}


def licences(folder: Path) -> list[str]:
    """Return the files of modules that must not be shipped."""
    return [path.name for path in folder.rglob("*") if any(word in path.name for word in NOT_SHIPPED)]


def main() -> int:
    """Build, check what was collected, try it, print one line each."""
    program = make()
    found = licences(program.parent)
    if found:
        raise SystemExit(f"modules that are not LGPL were collected: {found[:5]}")
    size = sum(path.stat().st_size for path in program.parent.rglob("*") if path.is_file())
    print(f"built {program.relative_to(ROOT)}: {size / 1e6:.0f} MB", flush=True)
    print(f"tried without Python: {json.dumps(try_it(program), ensure_ascii=False)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
