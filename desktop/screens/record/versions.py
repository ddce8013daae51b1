"""The versions of a form: a quiet line that there is a newer one, what moving would do, what earlier ones hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cases import versions
from desktop.forms import words
from desktop.theme import theme
from desktop.widgets.basics import button, clear, column, frame, holder, label, row, rule, scroll
from desktop.words.plurals import plurals
from forms.moving import Earlier, Line
from forms.views import QuestionView
from sync import moving
from sync.desk import Desk, OpenForm
from sync.moving import Move

LISTED_MAX = 100
"""Answers listed of one kind; their count says how many there are."""
PAGE_PX = 760


@dataclass(frozen=True)
class VersionStanding:
    """Where a case stands among the versions of its form.

    Attributes:
        newer, back: another version that it could be moved to, with its name; "" for none.
    """

    newer: str = ""
    newer_name: str = ""
    back: str = ""
    back_name: str = ""
    earlier: tuple[Earlier, ...] = ()


def standing_of(desk: Desk, form: OpenForm) -> VersionStanding:
    """Read where an open case stands. On the thread of the desk."""
    newer = moving.newer_version(desk, form.view) or ""
    left = versions.left_behind(form.view.fields, form.view.version) if form.editable else ()
    back = next((one for one in left if one != newer and moving.is_held(desk, form.view.procedure, one)), "")
    name = moving.version_name
    return VersionStanding(
        newer,
        name(desk, form.view.procedure, newer, form.view.version) if newer else "",
        back,
        name(desk, form.view.procedure, back, form.view.version) if back else "",
        moving.earlier(desk, form),
    )


class VersionLine(QWidget):
    """One quiet line above the form; hidden where there is nothing to say.

    Signals:
        look_wanted: show what moving to this version would do.
        earlier_wanted: show what earlier versions hold.
        later_wanted: not now.
    """

    look_wanted = Signal(str)
    earlier_wanted = Signal()
    later_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._newer = ""
        self._words = label("", wrap=True, name="case.version_words")
        self._look = button(self.tr("See what would change"), self._wants, kind="link", name="case.version_look")
        self._later = button(self.tr("Not now"), self.later_wanted.emit, kind="link", name="case.version_later")
        self._earlier_words = label("", wrap=True, name="case.earlier_words")
        self._earlier = button(self.tr("Read them"), self.earlier_wanted.emit, kind="link", name="case.earlier_look")
        lines = row(self._words, self._look, self._later, gap=12), row(self._earlier_words, self._earlier, gap=12)
        for line in lines:
            line.setStretch(0, 1)
        self._first, self._second = map(holder, lines)
        self.setLayout(column(self._first, self._second, rule(), margins=(24, 4, 24, 0), gap=4))
        self.show_standing(VersionStanding(), put_off=False)

    @property
    def said(self) -> str:
        """What it says; empty when it is hidden."""
        parts = ((self._first, self._words), (self._second, self._earlier_words))
        return " ".join(text.text() for line, text in parts if not line.isHidden())

    def show_standing(self, standing: VersionStanding, *, put_off: bool) -> None:
        """Say what there is; ``put_off``: nothing of a newer version, as the person said not now."""
        self._newer = standing.newer
        self._words.setText(self.tr("There is a newer version of the form."))
        self._first.setVisible(bool(standing.newer) and not put_off)
        self._earlier_words.setText(plurals.earlier_answers(len(standing.earlier)))
        self._second.setVisible(bool(standing.earlier or standing.back))
        self.setVisible(not (self._first.isHidden() and self._second.isHidden()))

    def _wants(self) -> None:
        self.look_wanted.emit(self._newer)


class VersionPage(QWidget):
    """What moving would do, or what earlier versions hold, in place of the form. GUI thread only.

    Signals:
        move_wanted: do what is shown.
        look_wanted: show what going back to this version would do.
        take_wanted: put an earlier answer where the form asks for it now: its place and its value.
        closed: back to the form.
    """

    move_wanted = Signal(object)
    look_wanted = Signal(str)
    take_wanted = Signal(str, str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._move: Move | None = None
        self._title = label("", "heading", name="version.title")
        self._about = label("", "secondary", name="version.about")
        self._lists: QVBoxLayout = column(gap=16)
        self._go = button("", self._goes, kind="primary", name="version.move")
        self._back = button("", self.closed.emit, name="version.close")
        self._bar = row(self._go, self._back, -1, margins=(0, 8, 0, 8), gap=8)
        inside = column(self._title, self._about, self._lists, -1, margins=(24, 16, 24, 16), gap=8)
        self._inside = holder(inside)
        foot = frame("band", row(holder(self._bar), margins=(24, 0, 24, 0)))
        whole = column(scroll(self._inside), foot, gap=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        theme().changed.connect(self._resize)
        self._resize()

    def show_move(self, move: Move) -> None:
        """Show a dry run."""
        self._move = move
        plan = move.plan
        self._title.setText(self.tr("Move to version %1 of the form").replace("%1", move.name))
        self._about.setText(
            self.tr("Nothing is moved yet. Nothing typed is lost: the case can go back to the version of now.")
        )
        clear(self._lists)
        self._list(plurals.answers_to_check(len(plan.doubtful)), _pairs(plan.doubtful), "to_check")
        self._list(plurals.answers_without_place(len(plan.unplaced)), _pairs(plan.unplaced), "without_place")
        self._list(plurals.newly_asked(len(plan.asked)), [(each.label, _asked(each)) for each in plan.asked], "asked")
        self._list(plurals.answers_moved(len(plan.moved)), _pairs(plan.moved), "moved")
        self._list(plurals.answers_kept(len(plan.kept)), _pairs(plan.kept), "kept")
        self._go.setText(self.tr("Move to version %1").replace("%1", move.name))
        self._go.setAccessibleName(self._go.text())
        self._go.show()
        self._back.setText(self.tr("Not now"))
        self._go.setFocus()

    def show_earlier(self, standing: VersionStanding, *, editable: bool) -> None:
        """Show what earlier versions hold."""
        self._move = None
        self._title.setText(self.tr("Answers of an earlier version of the form"))
        self._about.setText(
            self.tr("They stay with the case and travel with it. The form of now has no place for them.")
        )
        clear(self._lists)
        late = [each for each in standing.earlier if each.to is not None]
        for each in late:
            self._late(each, editable=editable)
        gone = [each for each in standing.earlier if each.to is None]
        self._list("", [(each.label, _said(each.question, each.value, each.labels)) for each in gone], "earlier")
        if standing.back:
            back = standing.back
            words = self.tr("Go back to version %1…").replace("%1", standing.back_name)
            again = button(words, lambda: self.look_wanted.emit(back), kind="link", name="version.back")
            self._lists.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        self._go.hide()
        self._back.setText(self.tr("Back to the form"))
        self._back.setFocus()

    def _goes(self) -> None:
        if self._move is not None:
            self.move_wanted.emit(self._move)

    def _late(self, each: Earlier, *, editable: bool) -> None:
        """An answer that came to its old place after the move: the two values, and taking the one or the other."""
        said = _said(each.question, each.value, each.labels)
        there = self.tr("(no answer)") if each.now is None else _said(each.question, each.now, ())
        told = self.tr("Given on the version before, by somebody who had not seen the move: « %1 ». Here: « %2 ».")
        acts: list[QWidget | int] = []
        if editable and each.to is not None:
            to, value, now = each.to, each.value, each.now or ""
            acts = [
                button(self.tr("Take this answer"), lambda: self.take_wanted.emit(to, value), name="version.take"),
                button(self.tr("Keep the one here"), lambda: self.take_wanted.emit(to, now), name="version.keep"),
                -1,
            ]
        words = label(told.replace("%2", there).replace("%1", said))
        card = column(label(each.label, "strong"), words, row(*acts, gap=8), margins=(16, 12, 16, 12), gap=8)
        self._lists.addWidget(frame("caution", card))

    def _list(self, title: str, pairs: Iterable[tuple[str, str]], name: str) -> None:
        """A heading with its count, and below it what it counts."""
        listed = list(pairs)
        if not listed:
            return
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for place, (question, answer) in enumerate(listed[:LISTED_MAX]):
            grid.addWidget(label(question, "secondary"), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(answer), place, 1, Qt.AlignmentFlag.AlignTop)
        parts: list[QWidget] = [label(title, "strong")] if title else []
        if len(listed) > LISTED_MAX:
            parts.append(label(plurals.first_ones(LISTED_MAX), "secondary"))
        card = frame("card", column(*parts, holder(grid), margins=(16, 12, 16, 12), gap=8), name=f"version.{name}")
        card.setAccessibleName(title)
        self._lists.addWidget(card)

    def _resize(self) -> None:
        self._inside.setMaximumWidth(theme().px(PAGE_PX))


def _pairs(lines: Iterable[Line]) -> list[tuple[str, str]]:
    return [(line.question.label, _said(line.question, line.question.value or "", line.labels)) for line in lines]


def _said(question: QuestionView | None, value: str, labels: tuple[str, ...]) -> str:
    """Return an answer in words; never hides what was typed."""
    if question is None:
        return value
    return words.value_text(replace(question, value=value), labels or (value,), given=True) or value


def _asked(question: QuestionView) -> str:
    return QCoreApplication.translate("Versions", "required") if question.required else ""
