"""Bugs: a report on this computer, without personal data, and one line for the person. Never a retry."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

REPORTS_MAX = 20
logger = logging.getLogger(__name__)


def report(directory: Path, kind: type[BaseException], trace: TracebackType | None, now: datetime) -> Path:
    """Write where the program was when it failed: file, line and function, never values nor the error's own words."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [
        f"{now.isoformat()} {kind.__module__}.{kind.__qualname__}",
        f"{platform.system()} Python {platform.python_version()}",
    ]
    lines += [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    path = directory / f"crash-{now:%Y%m%dT%H%M%S%f}.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    for old in sorted(directory.glob("crash-*.txt"))[:-REPORTS_MAX]:
        old.unlink(missing_ok=True)
    return path


def install(directory: Path, tell: Callable[[], None]) -> None:
    """From now on report every error that nothing handled, and ``tell`` the person."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        path = report(directory, kind, trace, datetime.now(UTC))
        logger.error("unhandled %s, report %s", kind.__name__, path.name)
        tell()

    sys.excepthook = hook
