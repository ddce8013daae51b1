"""Lucide icons, tinted by a token's colour and sharp at every scale. GUI thread only."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cases import resources

_STROKE = 'stroke-width="1.75"'


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resources.read(f"icons/{name}.svg").decode()


def svg(name: str, colour: str) -> bytes:
    """Return the icon's SVG drawn in ``colour`` (as SVG names it); FileNotFoundError when there is no such icon."""
    text = _source(name).replace("currentColor", colour)
    return re.sub(r'stroke-width="[^"]*"', _STROKE, text).encode()


@lru_cache(maxsize=256)
def _shape(name: str, side_px: int) -> QPixmap:
    """Return the icon in black: reading and rendering an SVG costs ten times what tinting does."""
    shape = QPixmap(QSize(side_px, side_px))
    shape.fill(Qt.GlobalColor.transparent)
    painter = QPainter(shape)
    QSvgRenderer(QByteArray(svg(name, "black"))).render(painter, QRectF(shape.rect()))
    painter.end()
    return shape


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size_px: int, ratio: float) -> QPixmap:
    tinted = QPixmap(_shape(name, round(size_px * ratio)))
    painter = QPainter(tinted)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(tinted.rect(), QColor(colour))
    painter.end()
    tinted.setDevicePixelRatio(ratio)
    return tinted


def pixmap(name: str, colour: str, size_px: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a picture of ``size_px`` logical pixels for a screen of that pixel ratio."""
    return _pixmap(name, colour, size_px, ratio)


def icon(
    name: str, colour: str, disabled: str, size_px: int, *, on: str = "", ratios: Collection[float] = (1.0,)
) -> QIcon:
    """Return an icon in ``colour``; ``disabled`` when its control is, ``on`` while it is checked.

    Args:
        ratios: pixel ratios of the screens that it is to be sharp on.
    """
    made = QIcon()
    for ratio in ratios:
        made.addPixmap(pixmap(name, colour, size_px, ratio))
        made.addPixmap(pixmap(name, disabled, size_px, ratio), QIcon.Mode.Disabled)
        if on:
            made.addPixmap(pixmap(name, on, size_px, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return made
