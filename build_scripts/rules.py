"""The project's own rules, those that no general tool checks. Prints each breach with its place; exit code 1 on any."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 700
FUNCTION_LINES_MAX = 80
ADDRESS = re.compile(r"https?://|file:|git\+|@ ?/|^\s*-[if] |--(extra-)?index-url|--find-links", re.M)
HOME = re.compile(r"(?<![\w.)/])/(?:work|root|home/[a-z]+)/[\w.]")
REGISTRY = re.compile(
    "|".join((r"files\.python" + "hosted", r"\bpy" + r"pi\.org", r"registry\.npm" + "js", r"deb\.deb" + "ian"))
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|assert Tr" + "ue\b")
TELLING = re.compile(
    r"raises|assert|wait|check|expect|verify|fail|warns|given|must|modeltester|until|refus|keeps", re.I
)
SECRETS = re.compile(r"-----BEGIN (?:[A-Z ]*)PRIVATE KEY-----")


def tracked() -> list[Path]:
    """Return every file that git tracks or would add."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for name in sorted(set(names)) if (path := ROOT / name).is_file()]


def breaches(path: Path) -> Iterator[str]:
    """Yield what is wrong with one file."""
    name = path.relative_to(ROOT).as_posix()
    if path.stat().st_size > 1_000_000:
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if name.startswith("requirements/") and (found := ADDRESS.search(text)):
        yield f"{name}:{line_of(text, found)}: a lock holds names, versions and hashes, no addresses"
    for pattern, words in (
        (HOME, "a path of one machine"),
        (REGISTRY, "the host of a package registry"),
        (SECRETS, "a secret"),
    ):
        if found := pattern.search(text):
            yield f"{name}:{line_of(text, found)}: {words}"
    if path.suffix == ".py":
        yield from python_breaches(name, text)


def python_breaches(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with one Python file."""
    if found := UNFINISHED.search(text):
        yield f"{name}:{line_of(text, found)}: unfinished"
    if (lines := text.count("\n")) > FILE_LINES_MAX:
        yield f"{name}: {lines} lines; split it by idea (limit {FILE_LINES_MAX})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from function_breaches(name, node)
        elif isinstance(node, ast.ExceptHandler) and swallows_all(node):
            yield f"{name}:{node.lineno}: a swallowed exception"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
            yield f"{name}:{node.lineno}: wait for a condition, not for time"
        elif is_event_pump(node) and not name.startswith("tests/"):
            yield f"{name}:{node.lineno}: the event loop is not entered by hand"


def is_event_pump(node: ast.AST) -> bool:
    """Say whether a call enters the event loop by hand."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".processEvents")


def function_breaches(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yield what is wrong with one function."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    if length > FUNCTION_LINES_MAX:
        yield f"{name}:{node.lineno}: {node.name} has {length} lines (limit {FUNCTION_LINES_MAX})"
    if name.startswith("tests/") and node.name.startswith("test_") and not asserts_something(node):
        yield f"{name}:{node.lineno}: {node.name} asserts nothing"


def asserts_something(function: ast.AST) -> bool:
    """Say whether a test can fail by its own word."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and TELLING.search(ast.unparse(node.func)))
        for node in ast.walk(function)
    )


def swallows_all(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler catches everything and does nothing."""
    broad = handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")
    return broad and len(handler.body) == 1 and isinstance(handler.body[0], ast.Pass)


def line_of(text: str, found: re.Match[str]) -> int:
    """Return the 1-based line of a match."""
    return text.count("\n", 0, found.start()) + 1


def main() -> int:
    """Print every breach; return 1 when there is one."""
    found = [breach for path in tracked() for breach in breaches(path)]
    print("\n".join(found) if found else "own rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
