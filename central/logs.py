"""Structured logs: one JSON object a line on standard error. Codes, routes and identities; never what people typed."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime

import msgspec


class JsonLines(logging.Formatter):
    """Writes a record as one JSON line. Exceptions show their kind and place, not their words."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at"] = place_of(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def place_of(error: BaseException | None) -> str:
    """Return where an exception was raised, innermost first: files and lines, no values and no words."""
    frames = traceback.extract_tb(error.__traceback__)[-6:] if error is not None else []
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))


def start_logging(level: str) -> None:
    """Send everything from ``level`` up to standard error; libraries only from warnings up.

    What no code of ours catches ends there too, as one line: the interpreter's own report would quote the exception.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("estafette").setLevel(level.upper())
    sys.excepthook = lambda _kind, error, _trace: _crashed(error, "main")
    threading.excepthook = lambda crash: _crashed(crash.exc_value, crash.thread.name if crash.thread else "")


def _crashed(error: BaseException | None, thread: str) -> None:
    fields = {"kind": type(error).__name__, "at": place_of(error), "thread": thread}
    logging.getLogger("estafette.central").critical("crash", extra={"fields": fields})
