"""One field to settle: every value with who wrote it, when, and what they had seen; choose one, or write another."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QVBoxLayout, QWidget

from cases.views import Claim
from desktop.context import Context
from desktop.screens.contested.model import ContestedField
from desktop.theme import theme
from desktop.values.field import ValueField
from desktop.widgets.basics import add_key, button, clear, column, frame, holder, label, row
from desktop.widgets.elided import ElidedLabel
from desktop.words.dates import moment

SIDE_BY_SIDE_PX = 560
KEYS_MAX = 9
SAID_MAX = 40
"""A value on a button is cut after so many signs; it stands whole above it."""


class ContestedCard(QFrame):
    """What is typed stays while the field waits, whatever else changes on the screen.

    Signals:
        settled: (this card, stored value) the person has chosen; the value is text or None.
        case_wanted: open the case.
    """

    settled = Signal(object, object)
    case_wanted = Signal(str)

    def __init__(self, context: Context, field: ContestedField, *, name: str) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self.setObjectName(name)
        self.field = field
        self._context = context
        self._choices: list[QPushButton] = []
        self._busy = False
        self._citizen = label("", "strong", wrap=False)
        self._procedure = ElidedLabel("secondary")
        self._open = button(self.tr("Open the case"), self._open_case, kind="quiet", name=f"{name}.open")
        head = row(self._citizen, self._procedure, self._open, gap=12)
        head.setStretch(1, 1)
        self._label = label("", "section")
        self._claims = SideBySide()
        self._other = button(self.tr("Write another value"), self._begin_other, icon="pencil", name=f"{name}.other")
        self._note = label("", "secondary")
        self._message = label("", "error", name=f"{name}.message")
        self._message.hide()
        self._editing: QVBoxLayout = column(gap=8)
        self._editing_place = holder(self._editing)
        self._editing_place.hide()
        self.value: ValueField | None = None
        inside = column(
            head,
            self._label,
            self._claims,
            row(self._other, -1),
            self._note,
            self._editing_place,
            self._message,
            margins=(20, 12, 20, 12),
            gap=8,
        )
        self.setLayout(inside)
        for number in range(1, KEYS_MAX + 1):
            add_key(self, f"Alt+{number}", partial(self._press, number))
        self.show_field(field)

    def show_field(self, field: ContestedField) -> None:
        """Show the field as it stands now; what is being typed stays."""
        self.field = field
        item = field.item
        title = self._context.procedure_title(item.procedure, item.procedure_version) if item.procedure else ""
        self._citizen.setText(item.citizen_name)
        self._procedure.setText(title)
        self._open.setVisible(bool(item.case))
        self._label.setText(field.words.label)
        self.setAccessibleName(f"{item.citizen_name}, {field.words.label}")
        self._claims.clear()
        self._choices = []
        for number, claim in enumerate(item.claims):
            self._claims.add(self._claim(number, claim))
        free = item.can_settle and item.can_type and field.words.kind in ("form", "citizen") and field.words.writable
        self._other.setVisible(free and not self.is_writing)
        self._note.setText(self._who_settles())
        self._note.setVisible(not item.can_settle)
        if not free:
            self._end_other()

    def _who_settles(self) -> str:
        """Say why this field is the supervisor's; empty where it is the agents'."""
        if self.field.item.can_settle:
            return ""
        if self.field.item.decided:
            return self.tr("The case is decided: only your supervisor can settle this field, and the decision stands.")
        return self.tr("The case was submitted meanwhile: your supervisor settles this field.")

    def focus_first(self) -> QWidget:
        """Put the focus where the choice is made; return what has it."""
        writing = self.value.entrance() if self.value is not None and self.is_writing else None
        target = writing or (self._choices or [self._open])[0]
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        return target

    def say(self, text: str) -> None:
        """Say what went wrong; empty takes it away. What was chosen or typed stays."""
        self._message.setText(text)
        self._message.setVisible(bool(text))
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """While an act is under way nothing is done twice. Nothing is disabled: the focus would go elsewhere."""
        self._busy = busy

    def _choose(self, value: str | None) -> None:
        if not self._busy:
            self.settled.emit(self, value)

    def step_back(self) -> bool:
        """Esc: fold writing another value, what was typed kept; False when none was begun."""
        if not self.is_writing:
            return False
        self._give_up()
        return True

    def _claim(self, number: int, claim: Claim) -> QWidget:
        caption = self.tr("Shown meanwhile") if number == 0 else self.tr("The other value")
        where = self.tr("on this computer") if claim.own else self.tr("on another computer")
        who = f"{claim.agent_name}, {where}, {moment(claim.time_ms, self._context.now_ms())}"
        parts: list[QWidget | int] = [label(caption, "secondary"), label(self.field.said[number], "section")]
        parts.append(label(who, "secondary"))
        if self.field.seen[number]:
            seen = self.tr("had before their eyes: %1").replace("%1", self.field.seen[number])
            parts.append(label(seen, "secondary"))
        parts.append(-1)
        if self.field.item.can_settle:
            parts += [4, holder(row(self._choice(number, claim), -1))]
        return frame("inset", column(*parts, margins=(16, 12, 16, 12), gap=4))

    def _choice(self, number: int, claim: Claim) -> QPushButton:
        said = self.field.said[number].replace("\n", ", ")
        made = button(
            self.tr("Keep this value"),
            lambda: self._choose(claim.value),
            icon="check",
            name=f"{self.objectName()}.keep{number + 1}",
            tip=self.tr("Keep this value (Alt+%1)").replace("%1", str(number + 1)),
        )
        made.setAccessibleName(self.tr("Keep « %1 »").replace("%1", said))
        self._choices.append(made)
        return made

    def _press(self, number: int) -> None:
        if number <= len(self._choices):
            self._choices[number - 1].click()

    def _open_case(self) -> None:
        self.case_wanted.emit(self.field.item.case)

    # --- another value ---

    @property
    def is_writing(self) -> bool:
        """Whether another value is being written."""
        return not self._editing_place.isHidden()

    def _begin_other(self) -> None:
        if self.value is None:
            self._build_other()
        assert self.value is not None
        self._editing_place.show()
        self._other.hide()
        self.value.entrance().setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_other(self) -> None:
        name = self.objectName()
        today, zone = self._context.today(), self._context.identity.zone
        self.value = ValueField(self.field.words, self.field.item.claims[0].value, today, zone, name=f"{name}.value")
        acts = row(
            button(self.tr("Keep what I wrote"), self._take_other, kind="primary", name=f"{name}.take"),
            button(self.tr("Rather not"), self._give_up, kind="quiet", name=f"{name}.give_up"),
            -1,
        )
        self._editing.addWidget(self.value)
        self._editing.addWidget(holder(acts))

    def _give_up(self) -> None:
        self._editing_place.hide()
        self._other.show()
        self._other.setFocus(Qt.FocusReason.OtherFocusReason)

    def _end_other(self) -> None:
        self.value = None
        self._editing_place.hide()
        clear(self._editing)

    def _take_other(self) -> None:
        field = self.value
        if field is None or self._busy:
            return
        problem = field.problem()
        if problem:
            field.set_error(problem)
            field.entrance().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.set_busy(True)
        self._context.tasks.change(self, field.checked(), lambda said: self._checked(field, said))

    def _checked(self, field: ValueField, problem: str) -> None:
        self.set_busy(False)
        field.set_error(problem)
        if problem:
            field.entrance().setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._choose(field.stored())


class SideBySide(QWidget):
    """The values beside each other, below each other where there is no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(12)
        self.setLayout(self._box)
        theme().changed.connect(self._arrange)

    def clear(self) -> None:
        """Take everything away."""
        clear(self._box)

    def add(self, each: QWidget) -> None:
        """Put one more beside the others; all are equally wide."""
        self._box.addWidget(each, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < theme().px(SIDE_BY_SIDE_PX)
        self._box.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)


def card_around(widget: QObject | None) -> ContestedCard | None:
    """Return the card that a widget is in; None when it is in none."""
    while widget is not None and not isinstance(widget, ContestedCard):
        widget = widget.parent()
    return widget
