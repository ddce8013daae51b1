"""One command for each thing a developer does; run it with any Python 3.11, it sets up the rest by itself.

    python3 build_scripts/dev.py demo     the main job, from an empty machine to a decided case
    python3 build_scripts/dev.py test     every check and every test

Standard library only, because it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from build_scripts import environment, machine, soak  # noqa: E402 (the path above makes them importable from anywhere)

BENCHES = ("store", "sync", "start", "gui", "central", "forms")

MAIN_JOB = "the main job"


def offscreen(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a run that must not need a screen."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT), **(extra or {})}


def run(title: str, command: list[str], *, env: dict[str, str] | None = None) -> None:
    """Run one step and stop everything when it fails, naming it."""
    print(f"── {title}", flush=True)
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env or offscreen(), check=False)
    if done.returncode:
        raise SystemExit(f"failed: {title} (exit code {done.returncode})")
    print(f"   {title}: ok, {time.monotonic() - begun:.0f} s", flush=True)


def setup(_arguments: argparse.Namespace) -> Path:
    """Install what the machine lacks and the locked packages; returns the environment's interpreter."""
    try:
        machine.ensure()
    except machine.MachineError as error:
        raise SystemExit(str(error)) from error
    python = environment.ensure()
    compiled = [str(python), "-m", "build_scripts.translations", "compile"]
    subprocess.run(compiled, cwd=ROOT, check=True, env=offscreen())
    return python


def demo(arguments: argparse.Namespace) -> None:
    """Run the main job end to end with the real parts and a screenshot of each step."""
    python = setup(arguments)
    command = [str(python), "main.py", "demo"]
    if arguments.headless or not machine.has_screen():
        command.append("--headless")
    raise SystemExit(
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode
    )


def check(arguments: argparse.Namespace) -> None:
    """Style, types, layers, locks, translations, our own rules: all that needs no running program."""
    python = str(setup(arguments))
    run("ruff: style", [python, "-m", "ruff", "check", "."])
    run("ruff: layout", [python, "-m", "ruff", "format", "--check", "--quiet", "."])
    run("mypy: strict types", [python, "-m", "mypy"])
    run("import-linter: arrows point one way", [str(environment.ENVIRONMENT / "bin" / "lint-imports")])
    run("own rules", [python, "-m", "build_scripts.rules"])
    run("translations", [python, "-m", "build_scripts.translations", "check"])


def fix(arguments: argparse.Namespace) -> None:
    """Lay out the code, mend what can be mended, write the locks and the translation sources anew."""
    python = str(setup(arguments))
    run("ruff: mend", [python, "-m", "ruff", "check", "--fix", "--quiet", "."])
    run("ruff: layout", [python, "-m", "ruff", "format", "--quiet", "."])
    run("translations", [python, "-m", "build_scripts.translations", "update"])
    if arguments.locks:
        environment.write_locks()


def test(arguments: argparse.Namespace) -> None:
    """Every check, every test, the bare environment, and the main job itself.

    Unit tests run where neither Qt nor PostgreSQL is installed: what passes there needs neither. The rest runs in two
    rows side by side, because half of it waits for databases and windows.
    """
    begun = time.monotonic()
    check(arguments)
    python = str(environment.python_of(environment.ENVIRONMENT))
    bare = environment.ensure(environment.BARE_ENVIRONMENT, "bare.txt")
    bare_tests = [str(bare), "-m", "pytest", "tests/unit", "-q", "-c", "tests/bare.ini", "--rootdir", "."]
    pytest = [python, "-m", "pytest", "-q"]
    side_by_side(
        {
            "service, browser, fault harnesses": [*pytest, "tests/service", "tests/e2e", "tests/soak"],
        },
        {
            "unit tests where neither Qt nor PostgreSQL is installed": bare_tests,
            "properties, window, benches, simulation": [
                *pytest,
                *("tests/property", "tests/gui", "tests/benchmarks", "tests/simulation"),
            ],
            MAIN_JOB: [python, "main.py", "demo", "--headless"],
        },
    )
    print(f"all passed in {(time.monotonic() - begun) / 60:.1f} min", flush=True)


def side_by_side(*rows: dict[str, list[str]]) -> None:
    """Run rows of steps at once, the steps of a row in turn, and print each one's output when it ends.

    A step that failed does not keep the others from running: one run tells all that is wrong. SystemExit names them.
    """
    with ThreadPoolExecutor(len(rows)) as pool:
        failed = [title for titles in pool.map(_one_after_the_other, rows) for title in titles]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def _one_after_the_other(steps: dict[str, list[str]]) -> list[str]:
    """Return which steps failed."""
    failed = []
    for title, command in steps.items():
        print(f"── {title}: begun", flush=True)
        begun = time.monotonic()
        # The demo brings a screen of its own.
        env = offscreen() if title != MAIN_JOB else {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        ended = f"failed (exit code {done.returncode})" if done.returncode else "ok"
        took_s = time.monotonic() - begun
        print(f"── {title}:\n{done.stdout.decode(errors='replace')}   {title}: {ended}, {took_s:.0f} s", flush=True)
        if done.returncode:
            failed.append(title)
    return failed


def bench(arguments: argparse.Namespace) -> None:
    """Measure one group of figures against its floors and print the table (and JSON)."""
    python = setup(arguments)
    command = [str(python), "-m", f"tests.benchmarks.bench_{arguments.name}"]
    if arguments.json:
        command += ["--json", str(Path(arguments.json).resolve())]
    if arguments.cases:
        command += ["--cases", str(arguments.cases)]
    if arguments.grow:
        command += ["--grow", str(arguments.grow)]
    raise SystemExit(subprocess.run(command, cwd=ROOT, env=offscreen(), check=False).returncode)


def endure(arguments: argparse.Namespace) -> None:
    """Inject faults for as long as asked: kills, power cuts, full disks, cut connections, the simulation; prints one
    line each (runs, seeds, failures) and ends with exit code 1 when any found something."""
    python = setup(arguments)
    raise SystemExit(soak.soak(python, ROOT, arguments.minutes, arguments.seed, offscreen()))


def build(arguments: argparse.Namespace) -> None:
    """Make the one-folder program, then start it where there is no Python and open a workspace in it."""
    python = setup(arguments)
    run("build", [str(python), "-m", "build_scripts.bundle"])


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], object], str]] = {
    "setup": (setup, "install what the machine lacks and the locked packages"),
    "demo": (demo, "the main job, end to end, with a screenshot of each step under build/demo/"),
    "check": (check, "style, types, layers, locks, translations, own rules"),
    "fix": (fix, "lay out and mend the code, update translation sources (--locks: write the locks anew)"),
    "test": (test, "every check, every test, and the main job; ends with exit code 0 only when all passed"),
    "bench": (bench, "measure figures against their floors"),
    "soak": (endure, "faults without end: kill, power cut, disk full, cut connections, simulation, one line each"),
    "build": (build, "the PyInstaller one-folder program, started and tried once built"),
}


def parser() -> argparse.ArgumentParser:
    """Return the command line, which is also the manual."""
    top = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (function, words) in COMMANDS.items():
        command = commands.add_parser(name, help=words, description=function.__doc__)
        if name == "demo":
            command.add_argument(
                "--headless", action="store_true", help="do not leave a window open, even with a screen"
            )
        if name == "fix":
            command.add_argument("--locks", action="store_true", help="also write requirements/*.txt anew")
        if name == "soak":
            command.add_argument("--minutes", type=float, default=60.0, metavar="N", help="how long (60)")
            command.add_argument("--seed", type=int, metavar="S", help="first seed of every harness (by chance)")
        if name == "bench":
            command.add_argument("name", choices=BENCHES)
            command.add_argument("--json", metavar="FILE", help="also write the figures there")
            command.add_argument("--cases", type=int, metavar="N", help="cases held (store, sync, start, gui)")
            command.add_argument(
                "--grow", type=int, metavar="EVENTS", help="central: latencies as its log grows so far"
            )
    return top


def main() -> None:
    """Run the command named on the command line."""
    arguments = parser().parse_args()
    COMMANDS[arguments.command][0](arguments)


if __name__ == "__main__":
    main()
