"""A number between two ends: a slider to move and a line to type into. Until somebody chose, it shows no value."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from desktop.forms.editors.base import Editor, Surroundings
from desktop.forms.editors.numbers import read, shown, written
from desktop.forms.editors.typed import TypedLine
from desktop.forms.entry import parse_decimal
from desktop.theme import theme
from forms.bounds import Bounds
from forms.views import QuestionView

LENGTH = 220
"""How high an upright slider is."""
TICKS_MOST = 50
NAMED_MOST = 11
"""So many steps are all named below the slider; of more, only the ends."""
PAGE = 10
_GROOVE = 6
_HANDLE = 20


class NumberSlider(QSlider):
    """The slider. It holds whole numbers, as Qt's does: the value in units of its finest decimal.

    Signals:
        moved: the person moved it; None when the value was taken away. The stored text.
        released: the mouse let it go.
    """

    moved = Signal(object)
    released = Signal()

    def __init__(self, bounds: Bounds, *, upright: bool, ticks: bool, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal, parent)
        self.bounds = bounds
        self.ticks = ticks
        self.held: Decimal | None = None
        self._least, self._most = sorted((bounds.start, bounds.end))
        places = max(
            0, *(-int(each.normalize().as_tuple().exponent) for each in (bounds.start, bounds.end, bounds.step))
        )
        # A float has room for about so many; a finer slider could not be moved anyway.
        self._unit = Decimal(1).scaleb(-min(places, 4))
        with QSignalBlocker(self):
            self.setRange(self._number(self._least), self._number(self._most))
            self.setSingleStep(max(1, self._number(bounds.step)))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(
            QSizePolicy.Policy.Fixed if upright else QSizePolicy.Policy.Expanding,
            QSizePolicy.Policy.Fixed,
        )
        theme().changed.connect(self._dress)

    def _number(self, value: Decimal) -> int:
        return max(-(2**31) + 1, min(2**31 - 1, int(value / self._unit)))

    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def show_value(self, value: Decimal | None) -> None:
        """Show a value; None, or one that lies outside, shows no handle. Emits nothing."""
        inside = value is not None and self._least <= value <= self._most
        self.held = value if inside else None
        with QSignalBlocker(self):
            self.setSliderPosition(self._number(self.held if self.held is not None else self.bounds.start))
        self.update()

    def sizeHint(self) -> QSize:
        words = self.fontMetrics()
        if self.orientation() == Qt.Orientation.Vertical:
            wide = max(words.horizontalAdvance(shown(written(end))) for end in (self._least, self._most))
            return QSize(theme().px(_HANDLE) + 26 + wide, theme().px(LENGTH))
        return QSize(theme().px(LENGTH), theme().px(_HANDLE) + 12 + words.height() + 4)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return hint if self.orientation() == Qt.Orientation.Vertical else QSize(theme().px(120), hint.height())

    # Moving

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: PAGE,
            Qt.Key.Key_PageDown: -PAGE,
        }
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.ignore()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._take(self.bounds.start if key == Qt.Key.Key_Home else self._last())
        elif key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._take(None)
        else:
            event.ignore()

    def _step(self, steps: int) -> None:
        """Go on by steps; from no value the first key leads to the start."""
        if self.held is None:
            self._take(self.bounds.start)
            return
        way = 1 if self.bounds.end >= self.bounds.start else -1
        done = (self.held - self.bounds.start) * way / self.bounds.step
        whole = done.to_integral_value(rounding="ROUND_FLOOR" if steps > 0 else "ROUND_CEILING")
        self._take(self._at(int(whole) + steps))

    def _count(self) -> int:
        return int(abs(self.bounds.end - self.bounds.start) // self.bounds.step)

    def _at(self, place: int) -> Decimal:
        way = self.bounds.step if self.bounds.end >= self.bounds.start else -self.bounds.step
        return self.bounds.start + way * max(0, min(place, self._count()))

    def _last(self) -> Decimal:
        return self._at(self._count())

    def _take(self, value: Decimal | None) -> None:
        if value != self.held:
            self.show_value(value)
            self.moved.emit(None if value is None else written(value))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._take(self._under(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._take(self._under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Turning the wheel scrolls the page; it must not change an answer on the way.
        event.ignore()

    def _under(self, place: QPointF) -> Decimal:
        first, last = self._ends()
        if self.orientation() == Qt.Orientation.Vertical:
            part = (place.y() - first.y()) / (last.y() - first.y() or 1)
        else:
            part = (place.x() - first.x()) / (last.x() - first.x() or 1)
        return self._at(
            round(max(0.0, min(1.0, part)) * float(abs(self.bounds.end - self.bounds.start) / self.bounds.step))
        )

    # Drawing

    def _ends(self) -> tuple[QPointF, QPointF]:
        """The middle of the groove at the start and at the end: left to right, or from below."""
        half = theme().px(_HANDLE) / 2 + 3
        if self.orientation() == Qt.Orientation.Vertical:
            return QPointF(half, self.height() - half), QPointF(half, half)
        # The names of the ends stand under them and need room beside.
        words = self.fontMetrics()
        left, right = (words.horizontalAdvance(shown(written(end))) / 2 for end in (self.bounds.start, self._last()))
        return QPointF(max(half, left + 5), half), QPointF(self.width() - max(half, right + 5), half)

    def _point(self, value: Decimal) -> QPointF:
        first, last = self._ends()
        width = self.bounds.end - self.bounds.start
        part = float((value - self.bounds.start) / width) if width else 0.0
        return first + (last - first) * part

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = self._ends()
        line = QPen(theme().colour("field_line"), _GROOVE, c=Qt.PenCapStyle.RoundCap)
        if self.held is None:
            # Nothing chosen: an empty groove, and no handle anywhere.
            line = QPen(theme().colour("field_line"), 2, Qt.PenStyle.DashLine)
        painter.setPen(line)
        painter.drawLine(first, last)
        self._paint_ticks(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if self.held is not None:
            here = self._point(self.held)
            painter.setPen(QPen(theme().colour("accent"), _GROOVE, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(first, here)
            painter.setPen(QPen(theme().colour("surface_1"), 2))
            painter.setBrush(theme().colour("critical" if self.property("invalid") else "accent"))
            painter.drawEllipse(here, theme().px(_HANDLE) / 2, theme().px(_HANDLE) / 2)

    def _paint_ticks(self, painter: QPainter) -> None:
        count = self._count()
        places = range(count + 1) if self.ticks and count <= TICKS_MOST else ()
        painter.setPen(QPen(theme().colour("field_line"), 1))
        upright = self.orientation() == Qt.Orientation.Vertical
        out = theme().px(_HANDLE) / 2 + 1
        for place in places:
            at = self._point(self._at(place))
            painter.drawLine(
                *(
                    (at + QPointF(out, 0), at + QPointF(out + 5, 0))
                    if upright
                    else (at + QPointF(0, out), at + QPointF(0, out + 5))
                )
            )
        named = list(places) if 0 < len(places) <= NAMED_MOST and self._fit(count) else [0, count]
        painter.setPen(theme().colour("ink_soft"))
        for place in named:
            self._name(painter, self._at(place), upright)

    def _fit(self, count: int) -> bool:
        first, last = self._ends()
        words = self.fontMetrics()
        if self.orientation() == Qt.Orientation.Vertical:
            return (first.y() - last.y()) / max(count, 1) >= words.height()
        widest = max(words.horizontalAdvance(shown(written(self._at(place)))) for place in range(count + 1))
        return (last.x() - first.x()) / max(count, 1) >= widest + 8

    def _name(self, painter: QPainter, value: Decimal, upright: bool) -> None:
        text, at = shown(written(value)), self._point(value)
        wide, high = self.fontMetrics().horizontalAdvance(text) + 2, self.fontMetrics().height()
        out = theme().px(_HANDLE) / 2 + (14 if upright else 8)
        if upright:
            top = max(0.0, min(self.height() - high, at.y() - high / 2))
            painter.drawText(QRectF(at.x() + out, top, wide, high), int(Qt.AlignmentFlag.AlignVCenter), text)
        else:
            left = max(0.0, min(self.width() - wide, at.x() - wide / 2))
            painter.drawText(QRectF(left, at.y() + out, wide, high), int(Qt.AlignmentFlag.AlignHCenter), text)


class RangeEditor(Editor):
    """A number between two ends. The line holds the answer as it was typed; the slider shows where it lies."""

    clearable = True

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        assert question.bounds is not None
        asked = question.appearance
        upright = "vertical" in asked
        self.slider = NumberSlider(question.bounds, upright=upright, ticks="no-ticks" not in asked, parent=self)
        self.slider.moved.connect(self._on_moved)
        self.slider.released.connect(self.chosen)
        self.line = TypedLine(8, read, shown, self)
        self.line.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.line.textEdited.connect(self._on_typed)
        self.echo = QLabel(self)
        self.echo.setTextFormat(Qt.TextFormat.PlainText)
        self.echo.setProperty("role", "secondary")
        self.echo.setWordWrap(True)
        for each in (self.slider, self.line):
            each.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(16)
        row.addWidget(self.slider, 0 if upright else 1)
        row.addWidget(self.line, 0, Qt.AlignmentFlag.AlignVCenter if upright else Qt.AlignmentFlag.AlignTop)
        if upright:
            row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.echo)

    def stored(self) -> str | None:
        return self.line.stored()

    def show_value(self, value: str | None) -> None:
        self.line.show_value(value)
        self._follow()

    def inputs(self) -> tuple[QWidget, ...]:
        return (self.slider, self.line)

    def leave(self) -> None:
        self.line.tidy()

    def clear(self) -> None:
        if self.stored() is not None:
            self.show_value(None)
            self.chosen.emit()

    def describe(self, name: str, description: str) -> None:
        bounds = self.slider.bounds
        text = QCoreApplication.translate("Forms", "from {start} to {end}, in steps of {step}")
        start, end, step = (shown(written(each)) for each in (bounds.start, bounds.end, bounds.step))
        now = shown(self.stored()) or self.echo.text()
        parts = (now, text.format(start=start, end=end, step=step), description)
        super().describe(name, ". ".join(part for part in parts if part))
        self.line.setAccessibleName(QCoreApplication.translate("Forms", "{label}: number").format(label=name))

    def _on_moved(self, value: str | None) -> None:
        self.line.show_value(value)
        self._follow()
        self.typed.emit()

    def _on_typed(self, _text: str) -> None:
        self._follow()
        self.typed.emit()

    def _follow(self) -> None:
        """Bring the slider and the words below in step with the line."""
        number = parse_decimal(self.line.text())
        self.slider.show_value(None if number is None else Decimal(number))
        empty = not self.line.text().strip()
        self.echo.setText(QCoreApplication.translate("Forms", "No answer yet") if empty else "")
        self.echo.setVisible(empty)
