"""The search box and its results, which float over the page and never take the focus from the box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QWidget

from cases.views import Hit
from desktop import route
from desktop.context import Context
from desktop.route import Route
from desktop.shell.search.delegate import HitDelegate
from desktop.shell.search.model import HIT, HitModel
from desktop.theme import theme
from desktop.widgets.basics import column, label

LIMIT = 12
ICON_PX = 18
PAUSE_MS = 60
"""A fast typist's letters are not each searched for."""


class SearchBox(QLineEdit):
    """Signals:
    emptied: Esc on an empty box: the person wants to go back to the page.
    """

    emptied = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        """``over``: the widget that the results float on."""
        super().__init__()
        self._context = context
        self.setObjectName("search.box")
        self.setProperty("role", "search")
        self.setAccessibleName(self.tr("Search citizens and cases"))
        self.setPlaceholderText(self.tr("Search a citizen, a case, a tracking code…"))
        self.setToolTip(self.tr("Search (%1)").replace("%1", "Ctrl+K"))
        # A picture of our own: the icon of a line's action stays at 16 px whatever the text size.
        self._icon = QLabel(self)
        self._icon.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._model = HitModel()
        self._popup = _Popup(over, self._model, context)
        self._popup.list.clicked.connect(self._open_index)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._search)
        self.textEdited.connect(lambda _text: self._timer.start())
        keys = QShortcut(QKeySequence("Ctrl+K"), over)
        keys.activated.connect(self._take_focus)
        theme().changed.connect(self._draw)
        over.installEventFilter(self)
        self._draw()

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is listed now."""
        return self._model.hits

    @property
    def popup_shown(self) -> bool:
        """True while results float over the page."""
        return self._popup.isVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._popup.isVisible():
            self._popup.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_index(self._popup.list.currentIndex())
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._popup.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_icon()

    def _place_icon(self) -> None:
        size = theme().px(ICON_PX)
        self._icon.setGeometry(theme().px(10), (self.height() - size) // 2, size, size)

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self._popup.hide()

    def _take_focus(self) -> None:
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def _search(self) -> None:
        text = self.text().strip()
        if not text:
            self._popup.hide()
            return
        workspace = self._context.workspace
        self._context.tasks.read(self, lambda: workspace.search(text, LIMIT), self._found, key="search")

    def _found(self, hits: list[Hit]) -> None:
        self._model.show(hits)
        self._popup.say(self.tr("Nothing found. Try fewer letters.") if not hits else "")
        if self.hasFocus() and self.text().strip():
            self._place()
            self._popup.show()
            self._popup.raise_()
            self._popup.list.setCurrentIndex(self._model.index(0, 0))

    def _open_index(self, index: QModelIndex) -> None:
        hit = index.data(HIT) if index.isValid() else None
        if not isinstance(hit, Hit):
            return
        self.leave()
        screen = route.CASE if hit.record_type == "case" else route.CITIZEN
        self._context.go(Route(screen, hit.record_id))

    def leave(self) -> None:
        """Another screen is shown: what was searched for is done with."""
        self._timer.stop()
        self._popup.hide()
        self.clear()

    def escape(self) -> None:
        """Esc in the box: close the results, then empty the box, then give the page the focus."""
        if self._popup.isVisible():
            self._popup.hide()
        elif self.text():
            self.clear()
        else:
            self.clearFocus()
            self.emptied.emit()

    def _place(self) -> None:
        over = self._popup.parentWidget()
        assert over is not None
        corner = self.mapTo(over, QPoint(0, self.height() + 4))
        rows = max(1, self._model.rowCount())
        height = min(rows * theme().px(52) + 16, over.height() - corner.y() - 16)
        self._popup.setGeometry(corner.x(), corner.y(), self.width(), height)

    def _draw(self) -> None:
        self._icon.setPixmap(theme().pixmap("search", "ink_soft", size=ICON_PX, ratio=self.devicePixelRatioF()))
        self.setTextMargins(theme().px(ICON_PX + 12), 0, 0, 0)
        self._place_icon()
        if self._popup.isVisible():
            # Once the layout has followed the new text size.
            QTimer.singleShot(0, self._place)


class _Popup(QFrame):
    def __init__(self, over: QWidget, model: HitModel, context: Context) -> None:
        super().__init__(over)
        self.setProperty("surface", "popup")
        self.list = QListView()
        self.list.setObjectName("search.results")
        self.list.setAccessibleName(self.tr("Results of the search"))
        self.list.setModel(model)
        self._delegate = HitDelegate(context.procedure_title)
        self.list.setItemDelegate(self._delegate)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self._nothing = label("", "secondary")
        self.setLayout(column(self._nothing, self.list, margins=(6, 6, 6, 6)))
        self.hide()

    def say(self, text: str) -> None:
        self._nothing.setText(text)
        self._nothing.setVisible(bool(text))
        self.list.setVisible(not text)

    def move_by(self, step: int) -> None:
        row = self.list.currentIndex().row() + step
        model = self.list.model()
        if 0 <= row < model.rowCount():
            self.list.setCurrentIndex(model.index(row, 0))
