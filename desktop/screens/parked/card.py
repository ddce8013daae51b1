"""One act that waits: what it was, why it waits, what it says, and the ways on that it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from cases.errors import EstafetteError
from cases.workflow import is_supervisors
from desktop.context import Context
from desktop.screens.parked.model import ParkedAct
from desktop.values.field import ValueField
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, clear, column, frame, holder, label, row
from desktop.widgets.elided import ElidedLabel
from desktop.widgets.field import Field
from desktop.words.dates import iso_day, moment
from desktop.words.errors import explain
from desktop.words.events import event_title
from desktop.words.states import case_state

translate = QCoreApplication.translate
ADOPT, RESEND, WITHDRAW = "adopt", "resend", "withdraw"


@dataclass(frozen=True)
class Wanted:
    """What the person decided. ``changes``: fields with another value; ``without``: fields that are left out."""

    action: str
    reason: str
    changes: Mapping[str, str | None]
    without: tuple[str, ...] = ()


class ParkedCard(QFrame):
    """What is typed stays while the act waits, whatever else changes on the screen.

    Signals:
        wanted: (this card, ``Wanted``).
        case_wanted: open the case.
    """

    wanted = Signal(object, object)
    case_wanted = Signal(str)

    def __init__(self, context: Context, act: ParkedAct, *, name: str) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self.setObjectName(name)
        self.act = act
        self._context = context
        self._title = label("", "section")
        self._open = button(self.tr("Open the case"), self._open_case, kind="quiet", name=f"{name}.open")
        self._about = ElidedLabel("secondary")
        head = row(self._title, self._open, gap=12)
        head.setStretch(0, 1)
        self._why = Banner("caution", icon="circle-pause", name=f"{name}.why")
        self._code = label("", "secondary", name=f"{name}.code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._says = QGridLayout()
        self._says.setContentsMargins(0, 0, 0, 0)
        self._says.setHorizontalSpacing(16)
        self._says.setVerticalSpacing(4)
        self._content = holder(self._says)
        self._acts = self._buttons(name)
        self._form: QVBoxLayout = column(gap=12)
        self._form_place = holder(self._form)
        self._message = label("", "error", name=f"{name}.message")
        self._message.hide()
        self._form_place.hide()
        self._doing = ""
        self._built = ""
        self._busy = False
        self.reason: Field | None = None
        self.values: dict[str, ValueField] = {}
        self._sent: dict[str, QCheckBox] = {}
        self.setLayout(
            column(
                head,
                self._about,
                self._why,
                self._content,
                self._code,
                self._acts,
                self._form_place,
                self._message,
                margins=(20, 12, 20, 16),
                gap=8,
            )
        )
        self.show_act(act)

    def show_act(self, act: ParkedAct) -> None:
        """Show the act as it stands now; what is being typed stays."""
        self.act = act
        item = act.item
        when = moment(item.time_ms, self._context.now_ms())
        title = self._context.procedure_title(item.procedure, item.procedure_version) if item.procedure else ""
        titled = act_title(act, self._context.now_ms())
        self._title.setText(titled)
        born = self.tr("born %1").replace("%1", iso_day(act.born)) if act.born else ""
        self._about.setText(
            " · ".join(part for part in (item.citizen_name, born, title, item.agent_name, when) if part)
        )
        self._open.setVisible(bool(item.case))
        self.setAccessibleName(f"{titled}, {item.citizen_name}")
        words = explain(EstafetteError(item.code, **item.details))
        again = self.tr("A first attempt was not accepted either.") if item.tried else ""
        now = self.tr("The case is now: %1.").replace("%1", case_state(act.state).word) if act.state else ""
        # Of an act with one way on, the advice of the code may name ways that it has not; a right's names one.
        advised = ADOPT in item.actions or is_supervisors(item.code)
        advice = words.next if advised else _one_way(item.actions)
        if is_supervisors(item.code) and not item.actions:
            advice = explain(EstafetteError("resolve.closed")).next
        self._why.say(words.what, " ".join(part for part in (now, again, words.safe, advice) if part))
        named = [f"{name} {value}" for name, value in act.named]
        tried = [item.tried] if item.tried and item.tried != item.code else []
        self._code.setText(self.tr("For your IT support: %1").replace("%1", " · ".join([item.code, *named, *tried])))
        self._show_content()
        for action, made in self._by_action.items():
            made.setVisible(action in item.actions)
        if self._doing and self._doing not in item.actions:
            self.give_up()

    def focus_first(self) -> QWidget:
        """Put the focus where the person goes on; return what has it."""
        offered = [made for action, made in self._by_action.items() if action in self.act.item.actions]
        target = self._first_input() if self._doing else (offered or [self._open])[0]
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        return target

    def step_back(self) -> bool:
        """Esc: fold what was begun, its texts kept; False when nothing was."""
        if not self._doing:
            return False
        self.give_up()
        return True

    def refuse(self, error: EstafetteError) -> None:
        """Say why the decision was not taken, at its field where there is one. What was typed stays."""
        self.set_busy(False)
        words = explain(error)
        said, field = f"{words.what} {words.next}", str(error.details.get("field", ""))
        if field == "reason" and self.reason is not None:
            self.reason.set_error(said)
            self.reason.editor.setFocus()
        elif field in self.values:
            self.values[field].set_error(said)
            self.values[field].entrance().setFocus()
        else:
            self._say(said)

    def set_busy(self, busy: bool) -> None:
        """While an act is under way nothing is done twice. Nothing is disabled: the focus would go elsewhere."""
        self._busy = busy

    # --- parts ---

    def _buttons(self, name: str) -> QWidget:
        self._by_action = {
            RESEND: button(
                self.tr("Correct and send again"), lambda: self._begin(RESEND), icon="pencil", name=f"{name}.resend"
            ),
            ADOPT: button(self.tr("Take on as it is"), lambda: self._begin(ADOPT), icon="check", name=f"{name}.adopt"),
            WITHDRAW: button(
                self.tr("Withdraw"),
                lambda: self._begin(WITHDRAW),
                kind="danger",
                icon="trash-2",
                name=f"{name}.withdraw",
            ),
        }
        return holder(row(*self._by_action.values(), -1, gap=8))

    def _show_content(self) -> None:
        clear(self._says)
        for number, field in enumerate(self.act.says):
            self._says.addWidget(label(field.words.label, "secondary"), number, 0, Qt.AlignmentFlag.AlignTop)
            said = label(field.said)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._says.addWidget(said, number, 1)
        self._says.setColumnStretch(0, 2)
        self._says.setColumnStretch(1, 3)
        self._content.setVisible(bool(self.act.says) and self._doing != RESEND)

    def _begin(self, action: str) -> None:
        if self._built != action:
            self._build(action)
        self._doing = self._built = action
        self._acts.hide()
        self._form_place.show()
        self._content.setVisible(bool(self.act.says) and action != RESEND)
        self._first_input().setFocus(Qt.FocusReason.OtherFocusReason)

    def give_up(self) -> None:
        """Fold the decision that was begun; the act goes on waiting."""
        doing, self._doing = self._doing, ""
        self._form_place.hide()
        self._acts.show()
        self._say("")
        self._content.setVisible(bool(self.act.says))
        self._by_action[doing].setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, action: str) -> None:
        clear(self._form)
        self.values, self._sent = {}, {}
        name = self.objectName()
        if action == RESEND:
            self._add_fields(name)
        optional = action == RESEND
        asked = self.tr("Why? (optional)") if optional else self.tr("Why?")
        said = self.tr("It stays in the history, for whoever reads the case later.")
        self.reason = Field(asked, QLineEdit(), help_text=said, name=f"{name}.reason")
        self.reason.line.returnPressed.connect(self._take)
        self.reason.line.textEdited.connect(self.reason.clear_error)
        self._form.addWidget(self.reason)
        words = {RESEND: self.tr("Send again"), ADOPT: self.tr("Take on"), WITHDRAW: self.tr("Withdraw for good")}
        kind = "danger" if action == WITHDRAW else "primary"
        take = button(words[action], self._take, kind=kind, name=f"{name}.take")
        rather = button(self.tr("Rather not"), self.give_up, kind="quiet", name=f"{name}.give_up")
        self._form.addWidget(holder(row(take, rather, -1)))

    def _add_fields(self, name: str) -> None:
        today, zone = self._context.today(), self._context.identity.zone
        for number, field in enumerate(self.act.fields, start=1):
            path = field.words.field
            made = ValueField(field.words, field.value, today, zone, name=f"{name}.value{number}")
            self.values[path] = made
            inside = column(made, gap=4)
            if len(self.act.fields) > 1:
                leave = QCheckBox(self.tr("Send this field"))
                leave.setChecked(True)
                leave.setObjectName(f"{name}.send{number}")
                leave.setAccessibleName(self.tr("Send « %1 »").replace("%1", field.words.label))
                leave.toggled.connect(made.setEnabled)
                self._sent[path] = leave
                inside.addWidget(leave)
            self._form.addWidget(frame("inset", column(holder(inside), margins=(16, 12, 16, 8))))

    def _first_input(self) -> QWidget:
        if self.values:
            return next(iter(self.values.values())).entrance()
        assert self.reason is not None
        return self.reason.editor

    def _open_case(self) -> None:
        self.case_wanted.emit(self.act.item.case)

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))

    # --- deciding ---

    def _take(self) -> None:
        if self._busy:
            return
        self._say("")
        sent = {path: made for path, made in self.values.items() if self._is_sent(path)}
        for made in sent.values():
            made.set_error(made.problem())
        wrong = [made for made in sent.values() if made.error]
        if wrong:
            wrong[0].entrance().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        looks = {path: made.checked() for path, made in sent.items()}
        self.set_busy(True)
        self._context.tasks.change(
            self, lambda: {path: look() for path, look in looks.items()}, lambda found: self._checked(found)
        )

    def _checked(self, problems: Mapping[str, str]) -> None:
        self.set_busy(False)
        for path, problem in problems.items():
            self.values[path].set_error(problem)
        wrong = [path for path, problem in problems.items() if problem]
        if wrong:
            self.values[wrong[0]].entrance().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        assert self.reason is not None
        before = {field.words.field: field.value for field in self.act.fields}
        typed = {path: made.stored() for path, made in self.values.items() if self._is_sent(path)}
        changes = {path: value for path, value in typed.items() if value != before[path]}
        without = tuple(path for path in self.values if not self._is_sent(path))
        self.wanted.emit(self, Wanted(self._doing, self.reason.line.text().strip(), changes, without))

    def _is_sent(self, path: str) -> bool:
        return path not in self._sent or self._sent[path].isChecked()


def act_title(act: ParkedAct, now_ms: int) -> str:
    """Return what the act was; of a decision about another one, which decision and of when that other one is."""
    if act.about_ms is None:
        return event_title(act)
    said = {
        ADOPT: translate("ParkedCard", "Take on as it is the act written %1"),
        RESEND: translate("ParkedCard", "Correct and send again the act written %1"),
    }
    words = said.get(str((act.body or {}).get("action")), translate("ParkedCard", "Withdraw the act written %1"))
    return words.replace("%1", moment(act.about_ms, now_ms))


def _one_way(actions: Collection[str]) -> str:
    if WITHDRAW not in actions:
        return ""
    return translate("ParkedCard", "It can be withdrawn; what it says stays in the history.")


def card_around(widget: QObject | None) -> ParkedCard | None:
    """Return the card that a widget is in; None when it is in none."""
    while widget is not None and not isinstance(widget, ParkedCard):
        widget = widget.parent()
    return widget
