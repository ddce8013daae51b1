"""One ``Theme`` for the program: colours, text size and icons, following the system and the person's own choice."""

from __future__ import annotations

import enum
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from cases import resources
from desktop.theme import icons
from desktop.theme.stylesheet import stylesheet
from desktop.theme.tokens import DARK, LIGHT, Tokens

FAMILY = "Atkinson Hyperlegible Next"
BODY_PX = 16
SCALES = (100, 125, 150, 175, 200)
"""Text sizes offered in the settings menu, per cent."""

_SYSTEM_POINTS = {"win32": 9.0, "darwin": 13.0}
_LINUX_POINTS = 11.0


class Mode(enum.StrEnum):
    """Which colours the person wants."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """What is drawn with: ask it for colours, sizes and icons, never write them.

    Signals:
        changed: colours or text size are others now; repaint what was painted by hand.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.started = False
        self.mode = Mode.SYSTEM
        self.chosen_percent: int | None = None
        self._system_percent = 100
        self._tokens = LIGHT
        self._ratios: tuple[float, ...] = (1.0,)
        self._images: QTemporaryDir | None = None
        self._system_palette: QPalette | None = None

    @property
    def percent(self) -> int:
        """The text size in force, 100 to 200: the person's choice, else the system's."""
        return self.chosen_percent or self._system_percent

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def is_dark(self) -> bool:
        """True when text is lighter than its ground."""
        return QColor(self._tokens.surface_0).lightness() < QColor(self._tokens.ink).lightness()

    def start(self, mode: Mode = Mode.SYSTEM, percent: int | None = None) -> None:
        """Dress the running QApplication and follow the system from now on; again, it only takes the choices."""
        if self.started:
            self.choose(mode=mode, percent=percent)
            return
        self.started = True
        application = _application()
        load_fonts()
        base = _SYSTEM_POINTS.get(sys.platform, _LINUX_POINTS)
        points = application.font().pointSizeF()
        self._system_percent = _clamped(round(100 * points / base)) if points > base else 100
        self._system_palette = QPalette(application.palette())
        self.mode, self.chosen_percent = mode, percent
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        application.screenAdded.connect(self._follow)
        application.setStyle(QStyleFactory.create("Fusion"))
        self._dress()

    def choose(self, *, mode: Mode | None = None, percent: int | None = None) -> None:
        """Take the person's choice of colours or text size, at once and everywhere."""
        self.mode = mode or self.mode
        self.chosen_percent = _clamped(percent) if percent else self.chosen_percent
        self._dress()

    def colour(self, token: str) -> QColor:
        """Return a token's colour; AttributeError when there is no such token."""
        return QColor(getattr(self._tokens, token))

    def px(self, size: int) -> int:
        """Return a size of 100 % text in pixels at the text size in force."""
        return round(size * self.percent / 100)

    def icon(self, name: str, token: str = "ink", *, on: str = "", size: int = 20) -> QIcon:
        """Return a Lucide icon tinted by a token; ``on``: the token while its button is checked."""
        return icons.icon(
            name,
            getattr(self._tokens, token),
            self._tokens.ink_soft,
            self.px(size),
            on=getattr(self._tokens, on) if on else "",
            ratios=self._ratios,
        )

    def pixmap(self, name: str, token: str = "ink", *, size: int = 20, ratio: float = 1.0) -> QPixmap:
        """Return a Lucide icon as a picture of ``size`` (scaled) pixels."""
        return icons.pixmap(name, getattr(self._tokens, token), self.px(size), ratio)

    def font(self, size: int = BODY_PX, *, bold: bool = False) -> QFont:
        """Return the program's font at ``size`` (scaled) pixels, for delegates."""
        font = QFont(FAMILY)
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _follow(self, *_what: object) -> None:
        self._dress()

    def _dress(self) -> None:
        application = _application()
        self._tokens = self._current_tokens()
        self._ratios = tuple(sorted({screen.devicePixelRatio() for screen in application.screens()})) or (1.0,)
        application.setPalette(_palette(self._tokens))
        application.setFont(self.font())
        application.setStyleSheet(stylesheet(self._tokens, self.px, self._draw_images()))
        self.changed.emit()

    def _current_tokens(self) -> Tokens:
        hints = QGuiApplication.styleHints()
        if self.mode is Mode.SYSTEM:
            if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
                return high_contrast(self._system_palette or QPalette())
            return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
        return DARK if self.mode is Mode.DARK else LIGHT

    def _draw_images(self) -> dict[str, str]:
        """Write the few pictures that a Qt style sheet can only take as files; return name -> path."""
        self._images = QTemporaryDir()
        wanted = {
            "check": ("check", self._tokens.accent_ink),
            "down": ("chevron-down", self._tokens.ink_soft),
            "up": ("chevron-up", self._tokens.ink_soft),
        }
        paths = {}
        for name, (icon_name, colour) in wanted.items():
            path = Path(self._images.path()) / f"{name}.svg"
            path.write_bytes(icons.svg(icon_name, colour))
            paths[name] = path.as_posix()
        return paths


_THEME: list[Theme] = []


def theme() -> Theme:
    """Return the program's theme; it dresses the program once ``start`` was called."""
    if not _THEME:
        _THEME.append(Theme())
    return _THEME[0]


def load_fonts() -> None:
    """Make the bundled font known to Qt."""
    for path in sorted(resources.directory("fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def high_contrast(system: QPalette) -> Tokens:
    """Return tokens made of the system's own high-contrast palette, which is never second-guessed."""
    role = QPalette.ColorRole
    ground, ink = system.color(role.Window).name(), system.color(role.WindowText).name()
    accent, accent_ink = system.color(role.Highlight).name(), system.color(role.HighlightedText).name()
    inks = dict.fromkeys(("ink_strong", "ink", "ink_soft", "line", "field_line"), ink)
    states = dict.fromkeys(("positive", "caution", "critical", "info"), ink)
    grounds = dict.fromkeys(("surface_0", "surface_1", "surface_2", "hover", "accent_soft"), ground)
    soft = dict.fromkeys(("positive_soft", "caution_soft", "critical_soft", "info_soft"), ground)
    return Tokens(**inks, **states, **grounds, **soft, accent=accent, accent_hover=accent, accent_ink=accent_ink)


def _clamped(percent: int) -> int:
    return max(SCALES[0], min(SCALES[-1], percent))


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _palette(tokens: Tokens) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for each, token in (
        (role.Window, tokens.surface_0),
        (role.WindowText, tokens.ink),
        (role.Base, tokens.surface_1),
        (role.AlternateBase, tokens.surface_2),
        (role.Text, tokens.ink),
        (role.PlaceholderText, tokens.ink_soft),
        (role.Button, tokens.surface_1),
        (role.ButtonText, tokens.ink),
        (role.BrightText, tokens.ink_strong),
        (role.ToolTipBase, tokens.surface_2),
        (role.ToolTipText, tokens.ink_strong),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.accent_ink),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Light, tokens.surface_1),
        (role.Mid, tokens.line),
        (role.Dark, tokens.field_line),
        (role.Accent, tokens.accent),
    ):
        palette.setColor(each, QColor(token))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor(tokens.ink_soft))
    return palette
