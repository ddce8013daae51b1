"""The mark on a question that two people answered differently without having seen each other's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.theme import theme
from desktop.widgets.basics import PushButton


def _nowhere(_path: str) -> None:
    """Go nowhere: nobody shows the fields to settle."""


@dataclass
class ContestedFields:
    """The questions of the form that are contested, each with words about the other value; ``settle`` goes there."""

    notes: Mapping[str, str] = field(default_factory=dict)
    settle: Callable[[str], None] = _nowhere


class ContestedMark(QFrame):
    """One line below a question; hidden while nothing is to settle. GUI thread only."""

    def __init__(self, path: str, label: str, fields: ContestedFields, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"contested:{path}")
        self._path, self._fields = path, fields
        self.icon = QLabel(self)
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setProperty("role", "secondary")
        self.text.setProperty("tone", "caution")
        self.link = PushButton(QCoreApplication.translate("Forms", "Settle"))
        self.link.setProperty("kind", "link")
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.setAccessibleName(QCoreApplication.translate("Forms", "Settle “{label}”").format(label=label))
        self.link.clicked.connect(lambda _checked=False: self._fields.settle(self._path))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 4)
        row.setSpacing(6)
        row.addWidget(self.icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.link)
        theme().changed.connect(self._dress)
        self.tell()

    def tell(self) -> None:
        """Show what there is to settle now."""
        note = self._fields.notes.get(self._path, "")
        self.text.setText(note)
        self.setVisible(bool(note))
        self._dress()

    def _dress(self) -> None:
        if not self.isHidden():
            self.icon.setPixmap(theme().pixmap("split", "caution", size=16, ratio=self.devicePixelRatioF()))
