"""Choices in one row of marks: a scale, a row of a table, stars. Where there is no room, under each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QRadioButton, QWidget

from desktop.forms.editors.base import Surroundings
from desktop.forms.editors.buttons import ButtonsEditor, ChecksEditor, RadioEditor
from desktop.forms.editors.numbers import steps_of
from desktop.forms.editors.wrapping import ACROSS_AIR, WrappingCheckBox, WrappingRadioButton
from desktop.theme import theme
from forms.views import Choice, QuestionView

ACROSS_MOST = 12
"""More marks than these are no row any more."""
MARK_LEAST = 36
BETWEEN = 4
_BREAKS = re.compile(r"[\s\-/]+")


def fits_across(labels: Sequence[str], metrics: QFontMetrics, width: int) -> bool:
    """Whether so many columns fit into `width` with no word cut."""
    if not labels or len(labels) > ACROSS_MOST:
        return False
    cell = (width + BETWEEN) // len(labels) - BETWEEN
    longest = max(metrics.horizontalAdvance(word) for label in labels for word in _BREAKS.split(label))
    return cell >= max(longest + 2 * ACROSS_AIR + 2, theme().px(MARK_LEAST))


class AcrossEditor(ButtonsEditor):
    """Marks in columns of one width, their words below.

    Signals:
        left_row: in a table of questions: to the row so many further, in this column.

    Attributes:
        bare: the words stand in a head above and are only spoken here.
    """

    left_row = Signal(int, int)
    bare = False

    def set_bare(self, bare: bool) -> None:
        """Leave the words to a head above, or show them."""
        if bare != self.bare:
            self.bare = bare
            self._place()

    def labels(self) -> list[str]:
        """The words of the choices offered now."""
        return [choice.label for choice in self._choices]

    def wanted_columns(self) -> int:
        labels = self.labels()
        return len(labels) if fits_across(labels, self.fontMetrics(), self.width()) else 1

    def _place(self) -> None:
        super()._place()
        across = self.columns > 1
        for button in self.buttons:
            assert isinstance(button, (WrappingRadioButton, WrappingCheckBox))
            self.grid.setAlignment(button, Qt.AlignmentFlag.AlignTop if across else Qt.AlignmentFlag(0))
            button.wrapping.across, button.wrapping.bare = across, across and self.bare
            button.wrapping.forget()
            button.updateGeometry()
        self.grid.setHorizontalSpacing(BETWEEN if across else 0)

    def steps(self) -> dict[Qt.Key, int]:
        # Up and down in a row of marks lead the same way as left and right.
        return {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}

    def _key(self, watched: object, event: QKeyEvent) -> bool:
        rows = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if rows and self.bare and self.columns > 1:
            self.left_row.emit(rows, next((n for n, each in enumerate(self.buttons) if each is watched), 0))
            return True
        return super()._key(watched, event)  # type: ignore[arg-type]


class LikertEditor(AcrossEditor, RadioEditor):
    """A scale: one row of marks with the words below; digits and arrows choose."""


class TableRowEditor(AcrossEditor, RadioEditor):
    """One of the choices that the head of a table names."""


class TableChecksEditor(AcrossEditor, ChecksEditor):
    """Any of the choices that the head of a table names."""


class Star(QRadioButton):
    """One step of a rating; full when the rating is at least this one."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.full = False

    def sizeHint(self) -> QSize:
        return QSize(theme().px(40), theme().px(40))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(28), theme().px(40))

    def hitButton(self, place: object) -> bool:
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour("hover"))
            painter.drawRoundedRect(inside, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.drawRoundedRect(inside, 6, 6)
        colour = "critical" if self.property("invalid") else "accent" if self.full else "field_line"
        painter.setPen(QPen(theme().colour(colour), 2, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(theme().colour("accent") if self.full else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_star(inside.center(), min(inside.width(), inside.height()) * 0.36))


def _star(middle: QPointF, radius: float) -> QPolygonF:
    """A star of five points, the first above; its inner corners lie where the lines of its points cross."""
    # Sines and cosines of the ten corners, from the top; written down because they never change.
    around = ((0.0, -1.0), (0.588, -0.809), (0.951, -0.309), (0.951, 0.309), (0.588, 0.809))
    corners = [*around, (0.0, 1.0), *((-x, y) for x, y in reversed(around[1:]))]
    sizes = (radius, radius * 0.45)
    return QPolygonF(
        [QPointF(middle.x() + x * sizes[n % 2], middle.y() + y * sizes[n % 2]) for n, (x, y) in enumerate(corners)]
    )


class RatingEditor(RadioEditor):
    """So many stars out of a few; stored as the number."""

    def __init__(self, question: QuestionView, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(question, around, parent)
        theme().changed.connect(self.update)

    def offered(self) -> tuple[Choice, ...]:
        return steps_of(self.question)

    def wanted_columns(self) -> int:
        return max(1, min(len(self.buttons), self.width() // theme().px(40) or 1))

    def make(self, choice: Choice) -> QAbstractButton:
        button = Star(choice.label, self)
        button.setAutoExclusive(False)
        button.setToolTip(choice.label)
        self.join(button, choice)
        return button

    def _place(self) -> None:
        super()._place()
        self.grid.setHorizontalSpacing(0)
        for column in range(self.grid.columnCount()):
            self.grid.setColumnStretch(column, int(column == self.columns))

    def mark_held(self) -> None:
        """Fill the stars up to the one chosen."""
        super().mark_held()
        place = self.values.index(self._held) if self._held in self.values else -1
        for number, button in enumerate(self.buttons):
            assert isinstance(button, Star)
            button.full = number <= place
            button.update()
