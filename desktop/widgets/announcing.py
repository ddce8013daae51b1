"""Words for who listens instead of looking."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say ``text`` when it has a moment; nothing is shown."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
