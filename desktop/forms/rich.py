"""Formatted words of a form on a label: bold, italic, headings, links, and colours that can be read."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import QLabel

from desktop.theme import theme
from desktop.theme.tokens import TEXT_CONTRAST, contrast
from forms.markup import Segment

_SHADES = 25
_HEADING_PX = (24, 22, 20, 18, 16, 16)


def put(label: QLabel, words: str, parts: tuple[Segment, ...]) -> None:
    """Show words, formatted where ``parts`` says how; a screen reader reads them without formatting."""
    if not parts:
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setText(words)
        return
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setText("".join(_html(part) for part in parts))
    label.setAccessibleName(words)
    linked = any(part.link for part in parts)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        if linked
        else Qt.TextInteractionFlag.NoTextInteraction
    )
    if linked and not label.property("leads"):
        label.setProperty("leads", True)
        label.linkActivated.connect(_open)
        label.linkHovered.connect(label.setToolTip)


def _open(address: str) -> None:
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.isValid() and url.scheme() in ("http", "https", "mailto"):
        QDesktopServices.openUrl(url)


def _html(part: Segment) -> str:
    text = escape(part.text).replace("\n", "<br>")
    style = _style(part)
    if style:
        text = f'<span style="{style}">{text}</span>'
    for tag, wanted in (("b", part.bold), ("i", part.italic), ("u", part.underlined)):
        if wanted:
            text = f"<{tag}>{text}</{tag}>"
    if part.link:
        colour = theme().colour("accent").name()
        text = f'<a href="{escape(part.link)}" style="color: {colour}">{text}</a>'
    return text


def _style(part: Segment) -> str:
    found = []
    if part.heading:
        found.append(f"font-size: {theme().px(_HEADING_PX[part.heading - 1])}px; font-weight: 600")
    colour = _readable(part.colour)
    if colour:
        found.append(f"color: {colour}")
    return "; ".join(found)


def _readable(name: str) -> str:
    """The author's colour, so much darker or lighter that its words can be read on every ground of the theme."""
    colour = QColor.fromString(name) if name else QColor()
    if not colour.isValid():
        return ""
    tint = theme()
    grounds = [tint.colour(token).name() for token in ("surface_0", "surface_1", "surface_2")]
    for _ in range(_SHADES):
        if all(contrast(colour.name(), ground) >= TEXT_CONTRAST for ground in grounds):
            return colour.name()
        colour = _mixed(colour, 255 if tint.is_dark else 0)
    return ""


def _mixed(colour: QColor, towards: int) -> QColor:
    """A step of a tenth towards white or black."""
    return QColor(*((9 * part + towards) // 10 for part in (colour.red(), colour.green(), colour.blue())))
