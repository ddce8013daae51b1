"""Time, chance and waiting come from outside: what reads them by itself cannot be replayed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("cases", "sync", "central")
MODULES = frozenset({"random", "secrets", "uuid", "time"})
CALLS = frozenset(
    {
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "os.urandom",
        "os.getrandom",
        "Ed25519PrivateKey.generate",
        "X25519PrivateKey.generate",
        "AESGCM.generate_key",
        "ChaCha20Poly1305.generate_key",
    }
)
ALLOWED = {
    "cases/clock.py": "the machine's clock, behind the port",
    "cases/ids.py": "the machine's randomness, behind the port",
    "central/postgres.py": "a password and waits of a database process of its own",
    "central/database/roles.py": "name and password of a login of its own; no event hangs on them",
    "central/metrics.py": "how old a figure is; nothing else hangs on it",
    "central/api/outermost.py": "how long a request took, for the metrics; nothing else hangs on it",
    "central/handover.py": "waits for another process of this computer to let go of a database; no event hangs on it",
    "sync/connections.py": "how long a socket may say nothing; what the exchange means does not hang on it",
    "cases/mailbox.py": "waits for another process of this computer to let go of a file",
}


def uses(source: str) -> Iterator[tuple[int, str]]:
    """Return (line, what) of every use of the machine's time or chance."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in MODULES:
                    yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            yield node.lineno, str(node.module)
        elif isinstance(node, ast.Attribute) and _last_two(node) in CALLS:
            yield node.lineno, _last_two(node)


def _last_two(node: ast.Attribute) -> str:
    value = node.value
    owner = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return f"{owner}.{node.attr}"


def sources() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if path.is_file()
    )


@pytest.mark.parametrize("name", sources())
def test_time_and_chance_come_from_outside(name: str) -> None:
    if name in ALLOWED:
        return
    found = [f"{name}:{line}: {what}" for line, what in uses((ROOT / name).read_text("utf-8"))]
    assert not found, "give it in through cases.ports: " + "; ".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from random import choice",
        "import uuid",
        "from secrets import token_bytes",
        "import datetime\nd = datetime.datetime.now()",
        "from datetime import date\nd = date.today()",
        "import os\nk = os.urandom(8)",
        "k = Ed25519PrivateKey.generate()",
    ],
)
def test_each_way_around_the_ports_is_noticed(source: str) -> None:
    assert list(uses(source))
