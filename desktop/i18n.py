"""The language of the screens: French by default, English beside it, through Qt's translation tools.

Sources are English. French lives in ``resources/translations/estafette_fr.ts``; the compiled ``.qm`` beside it is made
by the build. From source, where there is none or an old one, it is compiled once into a per-user cache.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QStandardPaths, QTranslator

from cases import resources

LANGUAGES = {"fr": "Français", "en": "English"}
DEFAULT_LANGUAGE = "fr"
_LOCALES = {
    "fr": QLocale(QLocale.Language.French, QLocale.Country.France),
    "en": QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
}
_installed: list[QTranslator] = []


def language() -> str:
    """Return the language of the screens, ``fr`` or ``en``."""
    return "fr" if QLocale().language() == QLocale.Language.French else "en"


def install(code: str) -> None:
    """Speak ``code`` (``fr`` or ``en``) from now on; texts already on a screen stay as they are until it is made anew.

    GUI thread only.
    """
    application = QCoreApplication.instance()
    assert application is not None
    for translator in _installed:
        application.removeTranslator(translator)
    _installed.clear()
    QLocale.setDefault(_LOCALES.get(code, _LOCALES[DEFAULT_LANGUAGE]))
    qt = QTranslator()
    if qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        _add(qt)
    ours = QTranslator()
    # English has no more than the plural forms to add; French must be there, and says so by itself when it is not.
    if (code == DEFAULT_LANGUAGE or exists(code)) and ours.load(str(compiled(code))):
        _add(ours)


def _add(translator: QTranslator) -> None:
    QCoreApplication.installTranslator(translator)
    _installed.append(translator)


def source(code: str) -> Path:
    """Return the ``.ts`` file of a language."""
    return resources.directory("translations") / f"estafette_{code}.ts"


def exists(code: str) -> bool:
    """Say whether there is a catalogue of ours for a language, in source or compiled."""
    return source(code).exists() or source(code).with_suffix(".qm").exists()


def compiled(code: str) -> Path:
    """Return the compiled translation, compiling it into the cache when the build has not.

    Raises:
        RuntimeError: neither a compiled file nor the tool to make one is there: the installation is incomplete.
    """
    text = source(code)
    built = text.with_suffix(".qm")
    packed = getattr(sys, "frozen", False)
    if built.exists() and (packed or not text.exists() or built.stat().st_mtime_ns >= text.stat().st_mtime_ns):
        return built
    cache = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)) / "estafette"
    digest = hashlib.sha256(text.read_bytes()).hexdigest()[:16]
    target = cache / f"estafette_{code}_{digest}.qm"
    if not target.exists():
        cache.mkdir(parents=True, exist_ok=True)
        compile_translation(text, target)
    return target


def compile_translation(text: Path, target: Path) -> None:
    """Compile a ``.ts`` file; the target appears whole or not at all."""
    import subprocess

    unfinished = target.with_suffix(".part")
    command = [tool("lrelease"), "-silent", str(text), "-qm", str(unfinished)]
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
    unfinished.replace(target)


def tool(name: str) -> str:
    """Return the path of a translation tool of Qt, ``lupdate`` or ``lrelease``; RuntimeError when it is missing."""
    import shutil

    beside = Path(sys.executable).with_name(f"pyside6-{name}")
    found = str(beside) if beside.exists() else shutil.which(f"pyside6-{name}")
    if found is None:
        raise RuntimeError(f"pyside6-{name} is missing: install PySide6-Essentials")
    return found
