"""Make the one-folder program and try it where there is no Python: anything unexpected that it prints is a failure."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from build_scripts import licences

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "program"
SIZE_MB_MAX = 225
"""A third is the receipts' compiler, a sixth Qt's tables of languages; what grows beyond was let in unseen."""
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
PYTHON = re.compile(r"python[\d.]*")
ENCRYPTED_SQLITE = "sqlcipher3/_sqlite3.cpython"
TIMEOUT_S = 180
Settings = Mapping[str, str]
NONE: Settings = {}
"""Environment variables of a run beyond those of the place."""


def make() -> Path:
    """Build the program and return its executable; what the builder calls an error ends it."""
    # The built program has no tool to compile its translations with.
    subprocess.run([sys.executable, "-m", "build_scripts.translations", "compile"], cwd=ROOT, check=True)
    licences.collect()
    shutil.rmtree(FOLDER, ignore_errors=True)
    environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    command += ["--distpath", str(FOLDER), "--workpath", str(ROOT / "build" / "program-work")]
    command.append(str(ROOT / "build_scripts" / "estafette.spec"))
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode or "ERROR:" in done.stderr:
        raise SystemExit(f"the program could not be built:\n{done.stderr[-5000:]}")
    # The builder gives every file its moment of copying; a translation must not seem older than its source.
    for compiled in (FOLDER / "estafette").rglob("estafette_*.qm"):
        compiled.touch()
    return FOLDER / "estafette" / ("estafette.exe" if sys.platform == "win32" else "estafette")


def files(folder: Path) -> list[Path]:
    """Return every file below a folder; links are not counted twice."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def unwanted(folder: Path) -> list[str]:
    """Return the files that must not be shipped."""
    names = [path.relative_to(folder).as_posix() for path in files(folder)]
    return [name for name in names if ENCRYPTED_SQLITE not in name and any(word in name for word in NOT_SHIPPED)]


def may_hide() -> bool:
    """Say whether the system lets us hide parts of its file tree from one process."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


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
        if may_hide():
            self._program = home / "program" / program.name
            self._program.parent.mkdir()
            self._before = ["unshare", "--mount", "sh", "-ec", self._hide(program.parent), "sh"]
        else:
            self.words = "in a clean environment (only root can hide the Pythons of this computer)"

    def _hide(self, folder: Path) -> str:
        """Return the shell script that hides every Python and our own sources, makes sure of it, and goes on."""
        hidden = {ROOT, Path(sys.base_prefix), Path(sys.prefix)}
        if found := shutil.which("python3"):
            hidden.add(Path(found).parent.parent)
        for pattern in ("lib/python3*", "local/lib/python3*", "lib64/python3*"):
            hidden |= set(Path("/usr").glob(pattern))
        hidden -= {Path("/"), Path("/usr"), Path("/usr/local")}
        hidden = {path for path in hidden if path.is_dir() and not hidden.intersection(path.parents)}
        pythons = {
            path
            for folder in ("/usr/bin", "/usr/local/bin", "/bin")
            for path in Path(folder).glob("python*")
            if PYTHON.fullmatch(path.name)
        }
        pythons.add(Path(sys.executable))
        lines = [f"mount --bind {folder} {self._program.parent}"]
        lines += [f"mount -t tmpfs none {path}" for path in sorted(hidden)]
        lines += [
            f"if {path} -c pass >/dev/null 2>&1 </dev/null; then echo {path} still runs; exit 1; fi"
            for path in sorted(pythons)
        ]
        return "\n".join([*lines, f"cd {self._home}", 'exec "$@"'])

    def run(self, arguments: Sequence[str], *, given: str = "", code: int = 0, settings: Settings = NONE) -> str:
        """Run the program and return what it printed; anything on standard error or another exit code is a failure."""
        environment = {"HOME": str(self._home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **settings}
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


def selfcheck(where: Place, *options: str, settings: Settings = NONE) -> dict[str, object]:
    """Let the program check itself; returns its report with the seconds that it took from start to end."""
    begun = time.monotonic()
    lines = where.run(["selfcheck", *options], settings=settings).splitlines()
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
            # In a plain locale, where letters with accents could not be printed by habit.
            if "usage: " not in where.run(arguments, settings={"LANG": "C"}):
                raise SystemExit(f"`estafette {' '.join(arguments)}` explains nothing")
        answer = json.loads(where.run(["agent", "--workspace", "none", "status"], given="phrase\n", code=1))
        if answer.get("error") != "unlock.no_workspace":
            raise SystemExit(f"the agent without a workspace answered {answer}")
        report = selfcheck(where)
        print(f"tried {where.words}: {json.dumps(report, ensure_ascii=False)}", flush=True)
    if shutil.which("Xvfb"):
        with display() as number, place(program) as where:
            report = selfcheck(where, "--visible", settings={"DISPLAY": number})
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
