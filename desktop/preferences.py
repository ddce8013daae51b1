"""The person's choices on this computer that must be known before unlocking. Nothing personal, nothing secret."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from desktop.i18n import DEFAULT_LANGUAGE, LANGUAGES
from desktop.theme import SCALES, Mode


class Preferences:
    """Kept in ``desktop.ini`` beside the workspace; an unreadable value counts as not chosen."""

    def __init__(self, directory: Path) -> None:
        self._file = QSettings(str(directory / "desktop.ini"), QSettings.Format.IniFormat)

    @property
    def language(self) -> str:
        """``fr`` unless another one was chosen."""
        chosen = str(self._file.value("language", DEFAULT_LANGUAGE))
        return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE

    @language.setter
    def language(self, code: str) -> None:
        self._keep("language", code)

    @property
    def mode(self) -> Mode:
        """Light, dark or as the system has it."""
        chosen = str(self._file.value("mode", ""))
        return Mode(chosen) if chosen in list(Mode) else Mode.SYSTEM

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._keep("mode", mode.value)

    @property
    def percent(self) -> int | None:
        """The chosen text size, None to follow the system."""
        chosen = str(self._file.value("percent", ""))
        return int(chosen) if chosen in map(str, SCALES) else None

    @percent.setter
    def percent(self, percent: int) -> None:
        self._keep("percent", str(percent))

    def _keep(self, name: str, value: str) -> None:
        self._file.setValue(name, value)
        self._file.sync()
