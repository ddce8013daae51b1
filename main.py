"""The entry: without a sub-command the agent's desktop opens; the other front doors are sub-commands."""

from __future__ import annotations

import importlib
import sys

FRONT_DOORS = {
    "desktop": ("desktop.application", "run_desktop", "the agent's window (the default)"),
    "agent": ("sync.commandline", "run_agent", "the same client without a window, answers in JSON lines"),
    "serve": ("central.commandline", "run_serve", "the central service"),
    "procedure": ("central.commandline", "run_procedure", "publish a procedure or check its form"),
    "verify": ("central.commandline", "run_verify", "check a case's whole chain of events"),
    "selfcheck": ("desktop.selfcheck", "run_selfcheck", "try this installation on a throw-away workspace"),
    "demo": ("build_scripts.demo", "run_demo", "the main job from an empty machine to a decided case"),
}
COMPILE_WORKER = "--compile-worker"
"""Hidden: the built program starts itself so to compile a workbook in a process with limits."""


def usage() -> str:
    """Return the list of front doors."""
    lines = ["usage: main.py [command] [options]", ""]
    lines += [f"  {name:10} {words}" for name, (_module, _function, words) in FRONT_DOORS.items()]
    return "\n".join([*lines, "", "Each command explains itself with --help."])


def main(argv: list[str]) -> int:
    """Run the front door that ``argv`` names and return the process's exit code."""
    if argv[:1] == [COMPILE_WORKER]:
        return int(importlib.import_module("forms.compile_worker").main())
    if argv and argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    name = argv[0] if argv and not argv[0].startswith("-") else "desktop"
    if name not in FRONT_DOORS:
        print(usage(), file=sys.stderr)
        return 2
    module, function, _words = FRONT_DOORS[name]
    rest = argv[1:] if argv and argv[0] == name else argv
    return int(getattr(importlib.import_module(module), function)(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
