"""À départager: both values side by side, who wrote them and when; choose one or write another, take it back."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cases.errors import EstafetteError
from cases.settled import Settled
from desktop import route
from desktop.bridge import TITLES, Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.contested.card import ContestedCard, card_around
from desktop.screens.contested.model import (
    ContestedField,
    ContestedView,
    SettledField,
    read_contested,
    settle,
)
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, centred, clear, column, frame, holder, label, row, rule, scroll
from desktop.words.dates import moment
from desktop.words.errors import explain

MARGIN_PX = 160
"""So much around what has the focus is brought into view: the value that is chosen stands above its button."""


class ContestedScreen(Screen):
    """A card for each contested field; the agent's own fields come first."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cards: dict[tuple[str, str], ContestedCard] = {}
        self._wanted = ("", "")
        self._made = 0
        self._explanation = Banner(
            "info",
            self.tr("Both values are kept"),
            self.tr(
                "Two people changed the same field without having seen each other's work. Choose the right value, or "
                "write another; a colleague who knows the person helps. What you choose can be taken back."
            ),
        )
        self._empty = Empty(
            "split",
            self.tr("Nothing to settle"),
            self.tr("Fields that two people changed at the same time appear here."),
        )
        self._list: QVBoxLayout = column(gap=12)
        self._more = label("", "secondary", name="contested.more")
        self._recent: QVBoxLayout = column(gap=0)
        self._recent_part = holder(
            column(
                label(self.tr("Settled on this computer lately"), "section"),
                frame("card", column(holder(self._recent), margins=(20, 4, 12, 4))),
                gap=8,
            )
        )
        content = column(
            label(self.tr("To settle"), "title"),
            4,
            self._explanation,
            holder(self._list),
            self._more,
            self._empty,
            8,
            self._recent_part,
            -1,
            gap=12,
        )
        self.area = scroll(centred(holder(content), 860))
        self.setLayout(column(self.area))
        for each in (self._explanation, self._more, self._empty, self._recent_part):
            each.hide()

    def title(self) -> str:
        return self.tr("To settle")

    def explain(self) -> str:
        return self.tr(
            "Fields with two different values that nobody has compared yet. Nothing is lost: both values stay in the "
            "history. Tab goes from choice to choice, Return takes one; Alt+1 and Alt+2 take a value of the card where "
            "you are. Ctrl+Shift+Z takes back what was just settled."
        )

    def open(self, to: Route) -> None:
        self._wanted = (to.record, to.detail.get("field", ""))
        self._read()

    def route(self) -> Route:
        card = card_around(QApplication.focusWidget())
        return Route(route.CONTESTED, card.field.item.record if card else "", {})

    def refresh(self, changes: Changes) -> None:
        if changes.kinds & {"case", "citizen", "procedure", TITLES}:
            self._read()

    def focus_first(self) -> None:
        card = self._wanted_card()
        if card is not None:
            self.area.ensureWidgetVisible(card.focus_first(), 0, MARGIN_PX)
        else:
            self.setFocus()

    def step_back(self) -> bool:
        card = card_around(QApplication.focusWidget())
        return card is not None and card.step_back()

    def _wanted_card(self) -> ContestedCard | None:
        cards = list(self._cards.values())
        record, field = self._wanted
        fitting = [each for each in cards if each.field.item.record == record and field in ("", each.field.item.field)]
        return next(iter(fitting or cards), None)

    def _read(self) -> None:
        workspace, desk = self.context.workspace, self.context.desk
        # On the door for acts: the desk belongs to one thread.
        self.context.tasks.change(self, lambda: read_contested(workspace, desk), self._show)

    def _show(self, view: ContestedView) -> None:
        lost = self._bring_in_step(view.fields)
        self._empty.setVisible(not view.fields)
        self._explanation.setVisible(bool(view.fields))
        self._more.setText(self.tr("and %n more", "", view.more))
        self._more.setVisible(view.more > 0)
        clear(self._recent)
        for number, each in enumerate(view.settled):
            if number:
                self._recent.addWidget(rule())
            self._recent.addWidget(self._settled_row(number, each))
        self._recent_part.setVisible(bool(view.settled))
        if self.isVisible() and (lost or self._wanted[0] or QApplication.focusWidget() in (None, self)):
            self.focus_first()
        self._wanted = ("", "")

    def _bring_in_step(self, fields: tuple[ContestedField, ...]) -> bool:
        """Show these cards in this order; one that stays keeps what is typed in it. Say whether the focus was lost."""
        focus = card_around(QApplication.focusWidget())
        keys = [field.key for field in fields]
        for key in [key for key in self._cards if key not in keys]:
            gone = self._cards.pop(key)
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, field in enumerate(fields):
            card = self._cards.get(field.key)
            if card is None:
                self._made += 1
                card = self._cards[field.key] = ContestedCard(self.context, field, name=f"contested{self._made}")
                card.settled.connect(self._settle)
                card.case_wanted.connect(lambda case: self.context.go(Route(route.CASE, case)))
            elif card.field.item != field.item:
                card.show_field(field)
            if self._list.indexOf(card) != place:
                self._list.insertWidget(place, card)
        self._cards = {key: self._cards[key] for key in keys}
        return focus is not None and focus.field.key not in self._cards

    def _settled_row(self, number: int, each: SettledField) -> QWidget:
        settled = each.settled
        said = self.tr("%1: « %2 »").replace("%1", each.label).replace("%2", each.said)
        about = [each.name, settled.agent_name, moment(settled.time_ms, self.context.now_ms())]
        if not settled.can_undo:
            about.append(self.tr("your supervisor can choose anew"))
        words = column(label(said), label(" · ".join(part for part in about if part), "secondary"), gap=2)
        line = row(holder(words), margins=(0, 8, 0, 8), gap=12)
        line.setStretch(0, 1)
        if settled.can_undo:
            undo = button(
                self.tr("Take it back"),
                lambda: self._undo(settled),
                kind="quiet",
                icon="undo-2",
                name=f"contested.undo{number + 1}",
                tip=self.tr("Back to « %1 »").replace("%1", each.before),
            )
            line.addWidget(undo)
        return holder(line)

    # --- acts ---

    def _settle(self, card: ContestedCard, value: str | None) -> None:
        workspace, item = self.context.workspace, card.field.item
        card.set_busy(True)

        self.context.tasks.change(
            self,
            lambda: settle(workspace, item, value),
            lambda settled: self._was_settled(card, settled),
            lambda error: self._not_settled(card, error),
        )

    def _was_settled(self, card: ContestedCard, settled: Settled | None) -> None:
        self._read()
        if settled is None:
            self.context.say(self.tr("Settled; another value has come meanwhile and is to be settled too"), "caution")
            return
        said = card.field.words.said(settled.value)
        text = self.tr("%1 settled: « %2 »").replace("%1", card.field.words.label).replace("%2", said)
        if settled.can_undo:
            self.context.offer_undo(text, lambda: self._undo(settled))
        else:
            self.context.say(text, "positive")

    def _not_settled(self, card: ContestedCard, error: EstafetteError) -> None:
        words = explain(error)
        card.say(f"{words.what} {words.next}")

    def _undo(self, settled: Settled) -> None:
        workspace = self.context.workspace
        self.context.tasks.change(
            self,
            lambda: workspace.unsettle(settled.record, settled.field, base=settled.base),
            lambda _act: self._undone(),
        )

    def _undone(self) -> None:
        self.context.say(self.tr("Taken back: the values wait to be settled again"), "positive")
        self._read()
