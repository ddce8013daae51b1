"""Make the one-folder program and try it where there is no Python: anything unexpected that it prints is a failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "program"
SIZE_MB_MAX = 200
SQLITE_MIN = (3, 51, 3)
NOT_SHIPPED = (
    # Parts of Qt that are not under the LGPL.
    *("VirtualKeyboard", "Charts", "DataVisualization", "Graphs", "NetworkAuth", "HttpServer", "Lottie", "Timeline"),
    *("Quick3D", "ShaderTools", "WaylandCompositor"),
    # Under the GPL, and picked up by habit.
    *("readline", "gdbm"),
    # The plain SQLite; and what a Python would bring along.
    *("libsqlite3", "_sqlite3.cpython", "libtcl", "libtk", ".jar", "pytest", "fastapi", "psycopg", "playwright"),
)
ENCRYPTED_SQLITE = "sqlcipher3/_sqlite3.cpython"
TIMEOUT_S = 180


def make() -> Path:
    """Build the program and return its executable; what the builder calls an error ends it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += ["--distpath", str(FOLDER), "--workpath", str(ROOT / "build" / "program-work")]
    command.append(str(ROOT / "build_scripts" / "estafette.spec"))
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode or "ERROR:" in done.stderr:
        raise SystemExit(f"the program could not be built:\n{done.stderr[-5000:]}")
    return FOLDER / "estafette" / ("estafette.exe" if sys.platform == "win32" else "estafette")


def files(folder: Path) -> list[Path]:
    """Return every file below a folder; links are not counted twice."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def unwanted(folder: Path) -> list[str]:
    """Return the files that must not be shipped."""
    names = [path.relative_to(folder).as_posix() for path in files(folder)]
    return [name for name in names if ENCRYPTED_SQLITE not in name and any(word in name for word in NOT_SHIPPED)]


class Place:
    """Where the built program is tried: an empty home, and nothing of Python where the system lets us hide it.

    Attributes:
        words: which of the two it is.
    """

    def __init__(self, program: Path, home: Path) -> None:
        self.words = "where no Python is"
        self._home = home
        self._program = program
        self._before: list[str] = []
        if sys.platform == "linux" and os.geteuid() == 0 and self._may_hide():
            self._program = home / "program" / program.name
            self._before = ["unshare", "--mount", "sh", "-ec", self._hide(program.parent), "sh"]
        else:
            self.words = "in a clean environment (only root can hide the Pythons of this computer)"

    @staticmethod
    def _may_hide() -> bool:
        command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
        return (
            bool(shutil.which("unshare")) and not subprocess.run(command, capture_output=True, check=False).returncode
        )

    def _hide(self, folder: Path) -> str:
        """Return the shell script that hides every Python and our own sources, makes sure of it, and goes on."""
        hidden = {ROOT, Path(sys.base_prefix), Path(sys.prefix)}
        for pattern in ("lib/python3*", "local/lib/python3*", "lib64/python3*"):
            hidden |= set(Path("/usr").glob(pattern))
        pythons = {path for place in ("/usr/bin", "/usr/local/bin", "/bin") for path in Path(place).glob("python*")}
        pythons |= {Path(sys.executable), Path(sys.base_prefix) / "bin" / "python3"}
        lines = [f"mkdir {self._program.parent}", f"mount --bind {folder} {self._program.parent}"]
        lines += [f"mount -t tmpfs none {path}" for path in sorted(hidden) if path.is_dir() and path != Path("/usr")]
        lines += [f"if {path} -c pass 2>/dev/null; then echo {path} still runs; exit 1; fi" for path in sorted(pythons)]
        return "\n".join([*lines, f"cd {self._home}", 'exec "$@"'])

    def run(self, arguments: Sequence[str], *, given: str = "", code: int = 0, **settings: str) -> str:
        """Run the program and return what it printed; anything on standard error or another exit code is a failure."""
        environment = {"HOME": str(self._home), "PATH": "/usr/bin:/bin", "LANG": "C", **settings}
        if sys.platform == "win32":
            environment = {**os.environ, **settings}
        command = [*self._before, str(self._program), *arguments]
        done = subprocess.run(
            command, env=environment, input=given, capture_output=True, encoding="utf-8", timeout=TIMEOUT_S, check=False
        )
        if done.returncode != code or done.stderr:
            raise SystemExit(
                f"`estafette {' '.join(arguments)}` ended with {done.returncode} and printed what it should not:\n"
                f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done.stdout


@contextmanager
def place(program: Path) -> Iterator[Place]:
    """Give a place to try the program in, gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        made = Place(program, Path(home))
        yield made
        left = [path.name for path in Path(home).rglob("*") if "estafette-selfcheck" in path.name]
        if left:
            raise SystemExit(f"the self-check left something behind: {left}")


def selfcheck(where: Place, *options: str, **settings: str) -> dict[str, object]:
    """Let the program check itself; returns its report with the seconds that it took from start to end."""
    begun = time.monotonic()
    lines = where.run(["selfcheck", *options], **settings).splitlines()
    seconds = round(time.monotonic() - begun, 1)
    if len(lines) != 1:
        raise SystemExit(f"the self-check printed {len(lines)} lines: {lines[:5]}")
    report: dict[str, object] = json.loads(lines[0])
    if report["selfcheck"] != "ok" or report["packed"] is not True or report["qt_warnings"]:
        raise SystemExit(f"the built program's self-check failed: {report}")
    if tuple(int(part) for part in str(report["sqlite"]).split(".")) < SQLITE_MIN:
        raise SystemExit(f"the store's SQLite {report['sqlite']} is too old")
    return {**report, "seconds": seconds}


def try_it(program: Path) -> None:
    """Start the built program in all its ways and print what came of each."""
    with place(program) as where:
        for arguments in (["--help"], ["agent", "--help"], ["selfcheck", "--help"], ["desktop", "--help"]):
            if "usage: " not in where.run(arguments):
                raise SystemExit(f"`estafette {' '.join(arguments)}` explains nothing")
        answer = json.loads(where.run(["agent", "--workspace", "none", "status"], given="phrase\n", code=1))
        if answer.get("code") != "unlock.no_workspace":
            raise SystemExit(f"the agent without a workspace answered {answer}")
        report = selfcheck(where)
        print(f"tried {where.words}: {json.dumps(report, ensure_ascii=False)}", flush=True)
    if shutil.which("Xvfb"):
        with display() as number, place(program) as where:
            report = selfcheck(where, "--visible", DISPLAY=number)
        print(f"tried on a display of its own: {report['platform']}, {report['seconds']} s", flush=True)


@contextmanager
def display() -> Iterator[str]:
    """Give the number of an empty X display."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    """Build, check what was collected, try it, print one line each."""
    begun = time.monotonic()
    program = make()
    found = unwanted(program.parent)
    if found:
        raise SystemExit(f"what must not be shipped was collected: {found[:5]}")
    size_mb = sum(path.stat().st_size for path in files(program.parent)) / 1e6
    if size_mb > SIZE_MB_MAX:
        raise SystemExit(f"the program has {size_mb:.0f} MB, more than {SIZE_MB_MAX}")
    seconds = time.monotonic() - begun
    number = len(files(program.parent))
    print(f"built {program.relative_to(ROOT)}: {size_mb:.0f} MB in {number} files, {seconds:.0f} s", flush=True)
    try_it(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
