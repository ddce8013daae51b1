"""The left rail: where to go, who works here, lock and settings. Icons alone when the window is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QSizePolicy, QToolButton

from desktop import route
from desktop.i18n import LANGUAGES, language
from desktop.theme import SCALES, Mode, theme
from desktop.widgets.basics import IconButton, add_shortcut, column, give_icon, label

WIDE_PX = 200
NARROW_PX = 64


class Rail(QFrame):
    """Signals:
    chosen: a screen's name.
    lock_wanted, help_wanted: the buttons at the foot.
    sync_wanted: exchange with the central service now.
    language_wanted: ``fr`` or ``en``; mode_wanted: ``Mode``; percent_wanted: a text size.
    """

    chosen = Signal(str)
    lock_wanted = Signal()
    help_wanted = Signal()
    sync_wanted = Signal()
    language_wanted = Signal(str)
    mode_wanted = Signal(object)
    percent_wanted = Signal(int)

    def __init__(self, agent_name: str, office_name: str) -> None:
        super().__init__()
        self.setProperty("surface", "rail")
        self._buttons: dict[str, QToolButton] = {}
        self._words: dict[QToolButton, str] = {}
        self._icons: dict[QToolButton, IconButton] = {}
        self._shortcuts: dict[QToolButton, str] = {}
        self._group = QButtonGroup(self)
        inside = column(margins=(8, 12, 8, 8), gap=4)
        for number, (name, icon, words) in enumerate(self._entries(), start=1):
            made = self._button(icon, words, partial(self.chosen.emit, name), f"Ctrl+{number}", f"rail.{name}")
            made.setCheckable(True)
            self._group.addButton(made)
            self._buttons[name] = made
            inside.addWidget(made)
        inside.addStretch(1)
        self._who = label(agent_name, "strong", name="rail.agent")
        self._office = label(office_name, "secondary")
        for line in (self._who, self._office):
            line.setContentsMargins(10, 0, 8, 0)
            inside.addWidget(line)
        self._help = self._button("circle-question-mark", self.tr("Help"), self.help_wanted.emit, "F1", "rail.help")
        self._settings = self._button("settings", self.tr("Settings"), lambda: None, "", "rail.settings")
        self._settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._settings.setMenu(self._menu())
        self._lock = self._button("lock", self.tr("Lock"), self.lock_wanted.emit, "Ctrl+L", "rail.lock")
        for each in (self._help, self._settings, self._lock):
            inside.addWidget(each)
        self.setLayout(inside)
        self.fold(False)
        theme().changed.connect(self._resize)

    def mark(self, screen: str) -> None:
        """Show which entry the screen belongs to."""
        owner = {route.CASE: route.CASES, route.NEW_CASE: route.CITIZENS, route.CITIZEN: route.CITIZENS}.get(
            screen, screen
        )
        if owner in self._buttons:
            self._buttons[owner].setChecked(True)

    def fold(self, folded: bool) -> None:
        """Show icons alone, or icons and words."""
        self._folded = folded
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if folded else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for each in self._words:
            each.setToolButtonStyle(style)
        for line in (self._who, self._office):
            line.setVisible(not folded)
        self._resize()

    def count(self, screen: str, number: int) -> None:
        """Show how many things wait behind an entry."""
        made = self._buttons[screen]
        words = self._words[made]
        said = f"{words} ({number})" if number else words
        made.setText(f"  {words}  ({number})" if number else f"  {words}")
        made.setAccessibleName(said)
        made.setToolTip(f"{said} ({self._shortcuts[made]})")
        # Folded to icons, the colour and the tooltip are all that can say it.
        self._icons[made].colour("caution" if number else "ink")

    def _entries(self) -> tuple[tuple[str, str, str], ...]:
        return (
            (route.HOME, "house", self.tr("Home")),
            (route.CASES, "folder-open", self.tr("Cases")),
            (route.CITIZENS, "users", self.tr("Citizens")),
            (route.CONTESTED, "split", self.tr("To settle")),
            (route.PARKED, "circle-pause", self.tr("Waiting")),
            (route.SYNC, "refresh-cw", self.tr("Synchronisation")),
        )

    def _button(self, icon: str, words: str, act: Callable[[], None], shortcut: str, name: str) -> QToolButton:
        made = QToolButton()
        made.setProperty("kind", "rail")
        made.setText(f"  {words}")
        made.setAccessibleName(words)
        made.setObjectName(name)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icons[made] = give_icon(made, icon, "ink", on="accent")
        self._shortcuts[made] = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        made.clicked.connect(lambda _checked=False: act())
        add_shortcut(made, shortcut, words)
        self._words[made] = words
        return made

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Settings"))
        sync = QAction(self.tr("Synchronise now"), menu)
        sync.setObjectName("settings.sync")
        sync.setShortcut(QKeySequence("F5"))
        sync.triggered.connect(lambda _checked=False: self.sync_wanted.emit())
        menu.addAction(sync)
        # Of the rail too, or its key would act only while the menu is open.
        self.addAction(sync)
        menu.addSeparator()
        sizes = menu.addMenu(self.tr("Text size"))
        self._choices(
            sizes, [(f"{percent} %", percent) for percent in SCALES], theme().percent, self.percent_wanted.emit
        )
        modes = [
            (self.tr("As the system"), Mode.SYSTEM),
            (self.tr("Light"), Mode.LIGHT),
            (self.tr("Dark"), Mode.DARK),
        ]
        self._choices(menu.addMenu(self.tr("Colours")), modes, theme().mode, self.mode_wanted.emit)
        tongues = [(words, code) for code, words in LANGUAGES.items()]
        self._choices(menu.addMenu(self.tr("Language")), tongues, language(), self.language_wanted.emit)
        return menu

    def _choices(
        self, menu: QMenu, choices: Sequence[tuple[str, object]], current: object, act: Callable[[object], None]
    ) -> None:
        group = QActionGroup(menu)
        for words, value in choices:
            action = QAction(words, menu, checkable=True, checked=value == current)
            action.setObjectName(f"settings.{value}")
            action.triggered.connect(lambda _checked=False, value=value: act(value))
            group.addAction(action)
            menu.addAction(action)

    def _resize(self) -> None:
        width = NARROW_PX if self._folded else WIDE_PX
        self.setFixedWidth(theme().px(width))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 400)
