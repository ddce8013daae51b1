"""Radio buttons and check boxes whose words wrap, which Qt's own never do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from desktop.theme import theme

LEAST_WIDTH = 120
ACROSS_AIR = 6
"""Room at either side of words under a mark."""

_LEFT = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter)
_MIDDLE = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.AlignmentFlag.AlignTop)


def line_height() -> int:
    """The height of a button of one line, its border included."""
    return theme().px(32) + 4


class _Look:
    """What one kind of button is drawn with."""

    def __init__(
        self, control: QStyle.ControlElement, mark: QStyle.PrimitiveElement, contents: QStyle.SubElement
    ) -> None:
        self.control, self.mark, self.contents = control, mark, contents


_RADIO = _Look(
    QStyle.ControlElement.CE_RadioButton,
    QStyle.PrimitiveElement.PE_IndicatorRadioButton,
    QStyle.SubElement.SE_RadioButtonContents,
)
_CHECK = _Look(
    QStyle.ControlElement.CE_CheckBox,
    QStyle.PrimitiveElement.PE_IndicatorCheckBox,
    QStyle.SubElement.SE_CheckBoxContents,
)


class _WrappingText:
    """Mixed into a radio button or check box: its words wrap and are never cut; they stand beside the mark, under it
    (`across`), or are only spoken (`bare`)."""

    def __init__(self, button: QAbstractButton, look: _Look) -> None:
        self._button = button
        self._look = look
        self._heights: dict[int, int] = {}
        self.across = False
        self.bare = False
        # Not "Fixed": that would hold the height of one line against the height that the width asks for.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        button.setSizePolicy(policy)

    def height(self, width: int) -> int:
        """Return the height that the words need; layouts ask for it dozens of times a page, so it is kept."""
        if width not in self._heights:
            self._heights[width] = self._measured(width, line_height())
        return self._heights[width]

    def forget(self) -> None:
        """Measure again: the font or the look is another."""
        self._heights.clear()

    def least(self) -> QSize:
        """The size below which the button is no longer one."""
        width = theme().px(24) + 8 if self.across else theme().px(LEAST_WIDTH)
        return QSize(width, line_height())

    def _measured(self, width: int, least: int) -> int:
        if self.across:
            return least if self.bare else least + self._words(width - 2 * ACROSS_AIR, _MIDDLE) + ACROSS_AIR
        option = self._option(QRect(0, 0, width, least))
        room = self._button.style().subElementRect(self._look.contents, option, self._button)
        return max(least, self._words(room.width(), _LEFT) + 12)

    def _words(self, width: int, flags: int) -> int:
        room = QRect(0, 0, max(width, 40), 100_000)
        return self._button.fontMetrics().boundingRect(room, flags, self._text()).height()

    def _text(self) -> str:
        return self._button.text().replace("&&", "&")

    def paint(self) -> None:
        painter = QStylePainter(self._button)
        if self.across:
            self._paint_across(painter)
            return
        option = self._option(self._button.rect())
        room = self._button.style().subElementRect(self._look.contents, option, self._button)
        painter.drawControl(self._look.control, option)
        self._draw_words(painter, room, _LEFT, option)

    def _paint_across(self, painter: QStylePainter) -> None:
        button, size = self._button, theme().px(18) + 4
        option = self._option(button.rect())
        self._paint_ground(painter, option)
        top = (line_height() - size) // 2
        option.rect = QRect((button.width() - size) // 2, top, size, size)
        painter.drawPrimitive(self._look.mark, option)
        if not self.bare:
            room = button.rect().adjusted(ACROSS_AIR, line_height(), -ACROSS_AIR, 0)
            self._draw_words(painter, room, _MIDDLE, option)

    def _paint_ground(self, painter: QStylePainter, option: QStyleOptionButton) -> None:
        state: QStyle.StateFlag = option.state
        inside = self._button.rect().adjusted(1, 1, -1, -1)
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme().colour("hover"))
            painter.drawRoundedRect(inside, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().colour("accent"), 2))
            painter.drawRoundedRect(inside, 6, 6)

    def _draw_words(self, painter: QStylePainter, room: QRect, flags: int, option: QStyleOptionButton) -> None:
        button = self._button
        painter.drawItemText(
            room,
            flags,
            option.palette,
            button.isEnabled(),
            self._text(),
            button.foregroundRole(),
        )

    def _option(self, rect: QRect) -> QStyleOptionButton:
        option = QStyleOptionButton()
        self._button.initStyleOption(option)  # type: ignore[attr-defined]
        option.rect = rect
        option.text = ""
        return option


class WrappingRadioButton(QRadioButton):
    """A radio button whose words wrap."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.wrapping = _WrappingText(self, _RADIO)

    def heightForWidth(self, width: int) -> int:
        return self.wrapping.height(width)

    def changeEvent(self, event: QEvent) -> None:
        self.wrapping.forget()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return self.wrapping.least()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.wrapping.paint()

    def hitButton(self, place: object) -> bool:
        return True


class WrappingCheckBox(QCheckBox):
    """A check box whose words wrap."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.wrapping = _WrappingText(self, _CHECK)

    def heightForWidth(self, width: int) -> int:
        return self.wrapping.height(width)

    def changeEvent(self, event: QEvent) -> None:
        self.wrapping.forget()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return self.wrapping.least()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.wrapping.paint()

    def hitButton(self, place: object) -> bool:
        return True
