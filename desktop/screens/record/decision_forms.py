"""What an agent fills in to propose a decision, or to record one that was handed over on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPlainTextEdit, QRadioButton, QWidget

from cases.errors import EstafetteError
from cases.workflow import HOW_MAX
from desktop.forms.entry import parse_date
from desktop.theme import theme
from desktop.widgets.basics import bring_in_sight, button, column, holder, label, row
from desktop.widgets.field import Field
from desktop.words.dates import day, iso_day
from desktop.words.errors import explain
from desktop.words.states import case_state

DECISIONS = ("accepted", "refused", "closed_without_effect")
TEXT_PX = 72
_STEPS = {
    int(Qt.Key.Key_Down): 1,
    int(Qt.Key.Key_Right): 1,
    int(Qt.Key.Key_Up): -1,
    int(Qt.Key.Key_Left): -1,
}


class DecisionChoice(QWidget):
    """One of the three decisions, or none yet; arrows walk and choose."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._radios: dict[str, QRadioButton] = {}
        for decision in DECISIONS:
            made = QRadioButton(case_state(decision).word)
            made.setObjectName(f"{name}.{decision}")
            self._group.addButton(made)
            made.installEventFilter(self)
            self._radios[decision] = made
        self.setLayout(column(*self._radios.values(), gap=0))
        self.setFocusProxy(self._radios[DECISIONS[0]])

    @property
    def value(self) -> str:
        """The decision chosen; empty for none."""
        return next((decision for decision, made in self._radios.items() if made.isChecked()), "")

    def choose(self, decision: str) -> None:
        """Choose a decision; any other text is none."""
        self._group.setExclusive(False)
        for each, made in self._radios.items():
            made.setChecked(each == decision)
        self._group.setExclusive(True)
        self.setFocusProxy(self._radios.get(decision, self._radios[DECISIONS[0]]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Qt's own arrows go by where the buttons lie, which is not settled yet in a form that was just opened.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            radios = list(self._radios.values())
            here = next((place for place, made in enumerate(radios) if made is watched), 0)
            target = radios[(here + _STEPS[event.key()]) % len(radios)]
            target.setFocus(Qt.FocusReason.TabFocusReason)
            target.click()
            return True
        return super().eventFilter(watched, event)

    def on_choice(self, act: object) -> None:
        """Call ``act`` when another is chosen."""
        self._group.buttonClicked.connect(act)


class ActForm(QWidget):
    """Fields, what is wrong with each, and two buttons. What is typed stays until ``empty``.

    Signals:
        wanted: the person is done, and what can be seen here is right.
        given_up: rather not.
    """

    wanted = Signal()
    given_up = Signal()

    def __init__(self, name: str, title: str, lead: str, done: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.choice = DecisionChoice(f"{name}.decision")
        self.fields: dict[str, Field] = {"decision": Field(self.tr("Decision"), self.choice, name=f"{name}.decision")}
        self.choice.on_choice(self.fields["decision"].clear_error)
        self._message = label("", "error", name=f"{name}.message")
        self._message.hide()
        self._take = button(done, self._done, kind="primary", name=f"{name}.take")
        rather = button(self.tr("Rather not"), self.given_up.emit, kind="quiet", name=f"{name}.give_up")
        self._fields = column(gap=12)
        acts = holder(row(self._take, rather, -1))
        self.setLayout(
            column(label(title, "section"), label(lead, "secondary"), self._fields, self._message, acts, gap=12)
        )
        self._fields.addWidget(self.fields["decision"])

    def typed(self) -> Mapping[str, str]:
        """Return what is in the fields, untouched."""
        return {name: self._text(name) for name in self.fields}

    def fill(self, typed: Mapping[str, str]) -> None:
        """Put texts into the fields; those that are not named are emptied."""
        for name, field in self.fields.items():
            field.clear_error()
            self._put(name, typed.get(name, ""))
        self._say("")

    def refuse(self, error: EstafetteError) -> None:
        """Say why it was not recorded, at its field where there is one."""
        words = explain(error)
        field = self.fields.get(str(error.details.get("field", "")))
        if field is None:
            self._say(words.sentence)
        else:
            self.wrong(field, f"{words.what} {words.next}")

    def wrong(self, field: Field, text: str) -> None:
        """Say what is wrong with a field, and put the focus there."""
        field.set_error(text)
        field.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_in_sight(field)

    def begin(self) -> None:
        """Put the focus into the first field."""
        self.choice.setFocus(Qt.FocusReason.TabFocusReason)
        bring_in_sight(self)

    def check(self) -> bool:
        """Say whether what is typed can be read; what cannot is said at its field."""
        if self.choice.value:
            return True
        what, advice = self.tr("Decision: none is chosen."), self.tr("Choose one of the three.")
        self.wrong(self.fields["decision"], f"{what} {advice}")
        return False

    def _done(self) -> None:
        self._say("")
        for field in self.fields.values():
            field.clear_error()
        if self.check():
            self.wanted.emit()

    def _add(self, key: str, field: Field) -> Field:
        self.fields[key] = field
        self._fields.addWidget(field)
        return field

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))

    def _text(self, name: str) -> str:
        editor = self.fields[name].editor
        if isinstance(editor, DecisionChoice):
            return editor.value
        if isinstance(editor, QPlainTextEdit):
            return editor.toPlainText()
        assert isinstance(editor, QLineEdit)
        return editor.text()

    def _put(self, name: str, text: str) -> None:
        editor = self.fields[name].editor
        if isinstance(editor, DecisionChoice):
            editor.choose(text)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)
        else:
            assert isinstance(editor, QLineEdit)
            editor.setText(text)


class ProposeForm(ActForm):
    """A decision for a supervisor to take: ``decision``, ``reasons``, ``message``."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            self.tr("Propose a decision"),
            self.tr("A supervisor takes the decision, or another one. Until then nothing changes for the person."),
            self.tr("Propose"),
        )
        reasons = self.tr("In fact and in law: the supervisor reads them first.")
        message = self.tr("What the person would read with the decision.")
        self._add("reasons", self._lines(self.tr("Reasons"), reasons, f"{name}.reasons"))
        self._add("message", self._lines(self.tr("Message to the person (optional)"), message, f"{name}.text"))
        theme().changed.connect(self._resize)
        self._resize()

    def _lines(self, words: str, help_text: str, name: str) -> Field:
        editor = QPlainTextEdit()
        editor.setTabChangesFocus(True)
        field = Field(words, editor, help_text=help_text, name=name)
        editor.textChanged.connect(field.clear_error)
        return field

    def _resize(self) -> None:
        for name in ("reasons", "message"):
            self.fields[name].editor.setFixedHeight(theme().px(TEXT_PX))


class PaperForm(ActForm):
    """A decision that the person holds on paper: ``decision``, ``on``, ``how``."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            self.tr("Record a decision handed over on paper"),
            self.tr("What the person was given is a fact: it is never changed or removed. Check the paper first."),
            self.tr("Record"),
        )
        self._today = dt.date.today()
        on = self._add("on", Field(self.tr("Day"), QLineEdit(), name=f"{name}.on"))
        on.line.textChanged.connect(self._read_back)
        said = self.tr("Such as « handed over in person », « registered letter ».")
        how = self._add(
            "how", Field(self.tr("How it was handed over"), QLineEdit(), help_text=said, name=f"{name}.how")
        )
        how.line.setMaxLength(HOW_MAX)
        for field in (on, how):
            field.line.textEdited.connect(field.clear_error)
            field.line.returnPressed.connect(self._done)

    def propose_values(self, decision: str, today: dt.date) -> None:
        """Begin with the decision that the paper most likely says, and today."""
        self._today = today
        self.fill({"decision": decision, "on": iso_day(today.isoformat())})

    def on(self) -> dt.date | None:
        """The day that is typed; None when it is none."""
        return parse_date(self._text("on"), today=self._today)

    def know_today(self, today: dt.date) -> None:
        """Read short dates against this day."""
        self._today = today

    def check(self) -> bool:
        if not super().check():
            return False
        if self.on() is not None:
            return True
        typed = self._text("on").strip()
        what = self.tr("Day: « %1 » is no date.").replace("%1", typed) if typed else self.tr("Day: none is given.")
        advice = self.tr("Write it as 3/4/2026 or 030426.")
        self.wrong(self.fields["on"], f"{what} {advice}")
        return False

    def _read_back(self) -> None:
        # A year of two digits can be meant otherwise: the day that was understood is said in full, below the field.
        understood = self.on()
        self.fields["on"].set_help(day(understood) if understood else "")
