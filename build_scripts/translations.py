"""French and English, complete or the check fails: Qt's tools for the desktop, gettext for the central service.

python -m build_scripts.translations compile|check|update
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from central.web import catalogue

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
SOURCE = TRANSLATIONS / "estafette_fr.ts"
PLACEHOLDERS = ("%1", "%2", "%3", "%n")


def tool(name: str) -> str:
    """Return the path of one of Qt's tools in this environment."""
    return str(Path(sys.executable).parent / f"pyside6-{name}")


def collect(into: Path) -> None:
    """Bring a translation source up to date with the code: new texts appear unfinished, texts no longer used go."""
    sources = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "desktop").rglob("*.py"))]
    command = [tool("lupdate"), "-silent", "-no-obsolete", "-locations", "none", *sources, "-ts", str(into)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def compile_all() -> None:
    """Write what the running programs read: .qm for the desktop, .mo for the service."""
    for source in TRANSLATIONS.glob("*.ts"):
        target = source.with_suffix(".qm")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            subprocess.run([tool("lrelease"), "-silent", str(source), "-qm", str(target)], check=True)
    catalogue.build()


def messages(source: Path) -> dict[tuple[str, str, str], ElementTree.Element]:
    """Return the messages of a translation source by context, text and comment."""
    found = {}
    for context in ElementTree.parse(source).getroot().iter("context"):
        for message in context.iter("message"):
            key = (context.findtext("name") or "", message.findtext("source") or "", message.findtext("comment") or "")
            found[key] = message
    return found


def complaints() -> list[str]:
    """Return what is missing, unfinished or has other placeholders, desktop and service together."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / SOURCE.name
        shutil.copy(SOURCE, fresh)
        collect(fresh)
        wanted = messages(fresh)
    kept = messages(SOURCE)
    found = [f"desktop: not in the French catalogue: {key[1]!r} ({key[0]})" for key in wanted.keys() - kept.keys()]
    found += [f"desktop: no longer used: {key[1]!r} ({key[0]})" for key in kept.keys() - wanted.keys()]
    for (context, text, _comment), message in kept.items():
        translation = message.find("translation")
        words = "" if translation is None else "".join(translation.itertext()).strip()
        if translation is None or translation.get("type") == "unfinished" or not words:
            found.append(f"desktop: not translated: {text!r} ({context})")
        elif any((place in text) != (place in words) for place in PLACEHOLDERS):
            found.append(f"desktop: other placeholders: {text!r} ({context})")
    return found + [f"service: {line}" for line in catalogue.check()]


def main(command: str) -> int:
    """Run one command; 1 when the check finds something."""
    if command == "compile":
        compile_all()
    elif command == "update":
        collect(SOURCE)
    elif command == "check":
        found = complaints()
        print("\n".join(sorted(found)) if found else "translations: French is complete")
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
