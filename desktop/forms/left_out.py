"""What a desk cannot do, said plainly where the form asks for it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.forms import rich
from desktop.forms.blocks import AIR_BELOW, Block, PageContext, help_text
from desktop.forms.status import plain_label
from desktop.theme import theme
from forms.views import QuestionView


def left_out_text(question: QuestionView) -> str:
    """Return what is not possible here, and what that means for the form."""
    asked = question.appearance
    if "audio" in asked:
        what = QCoreApplication.translate("Forms", "A sound cannot be recorded at this desk.")
    elif "video" in asked:
        what = QCoreApplication.translate("Forms", "A video cannot be filmed at this desk.")
    elif "signature" in asked:
        what = QCoreApplication.translate("Forms", "A signature cannot be drawn at this desk.")
    elif "image" in asked:
        what = QCoreApplication.translate("Forms", "A picture cannot be taken or drawn at this desk.")
    else:
        what = QCoreApplication.translate("Forms", "A file cannot be attached at this desk.")
    if question.required:
        then = QCoreApplication.translate(
            "Forms", "The form asks for it, and can be handed in without it: write in a note how it will be brought."
        )
    else:
        then = QCoreApplication.translate("Forms", "Go on without it: the rest of the form is complete all the same.")
    return f"{what} {then}"


class LeftOutBlock(Block):
    """A question that is shown and cannot be answered here. What another device answered is kept and said."""

    def __init__(self, question: QuestionView, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(question, context, parent)
        self.column.setContentsMargins(0, 0, 0, AIR_BELOW)
        self.label = plain_label(role="label", parent=self)
        self.help = plain_label(role="help", parent=self)
        self.frame = QFrame(self)
        self.frame.setProperty("surface", "info")
        self.icon = QLabel(self.frame)
        self.icon.setAccessibleName(QCoreApplication.translate("Forms", "State"))
        self.said = plain_label(parent=self.frame)
        inside = QHBoxLayout(self.frame)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.setSpacing(10)
        marks = QVBoxLayout()
        marks.addWidget(self.icon)
        marks.addStretch(1)
        inside.addLayout(marks)
        inside.addWidget(self.said, 1)
        for widget in (self.label, self.help, self.frame):
            self.column.addWidget(widget)
        theme().changed.connect(self._dress)
        self._dress()
        self.show_question(question)

    def show_question(self, question: QuestionView) -> None:
        super().show_question(question)
        rich.put(self.label, question.label, question.label_parts)
        rich.put(self.help, help_text(question), question.help_parts)
        self.help.setVisible(bool(self.help.text()))
        text = left_out_text(question)
        if question.value:
            kept = QCoreApplication.translate("Forms", "Answered elsewhere and kept: {file}")
            text = kept.format(file=question.value)
        self.said.setText(text)
        self.setAccessibleName(f"{question.label}: {text}")

    def _dress(self) -> None:
        self.icon.setPixmap(theme().pixmap("info", "info", ratio=self.devicePixelRatioF()))
