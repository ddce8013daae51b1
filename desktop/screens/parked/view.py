"""En attente : the acts that the central service could not apply, why, what they say, and what can be done."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout

from cases.errors import EstafetteError
from desktop import route
from desktop.bridge import TITLES, Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.parked.card import ParkedCard, Wanted, card_around
from desktop.screens.parked.model import ParkedAct, ParkedView, read_parked
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import centred, column, holder, label, scroll

MARGIN_PX = 160
"""So much around what has the focus is brought into view: why an act waits stands above the buttons."""


class ParkedScreen(Screen):
    """A card for each act that waits."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._cards: dict[str, ParkedCard] = {}
        self._wanted = ""
        self._made = 0
        self._explanation = Banner(
            "info",
            self.tr("Nothing was lost"),
            self.tr(
                "These acts of yours reached the central service, but could not be applied to the case as it was "
                "there. Each says why, and what can be done about it."
            ),
        )
        self._empty = Empty(
            "circle-check-big",
            self.tr("No act waits for a decision"),
            self.tr("Acts that the central service could not apply appear here, with the reason."),
        )
        self._list: QVBoxLayout = column(gap=12)
        self._more = label("", "secondary", name="parked.more")
        title = label(self.tr("Waiting for a decision"), "title")
        content = column(title, 4, self._explanation, holder(self._list), self._more, self._empty, -1, gap=12)
        self.area = scroll(centred(holder(content), 860))
        self.setLayout(column(self.area))
        for each in (self._explanation, self._more, self._empty):
            each.hide()

    def title(self) -> str:
        return self.tr("Waiting for a decision")

    def explain(self) -> str:
        return self.tr(
            "Your acts that the central service could not apply, each with the reason and what it says. « Take on as "
            "it is » tries again; « Correct and send again » lets you change what is wrong; « Withdraw » gives it up, "
            "with a reason that stays in the history. Tab goes from one to the next, Esc gives up what was begun."
        )

    def open(self, to: Route) -> None:
        self._wanted = to.record
        self._read()

    def route(self) -> Route:
        return Route(route.PARKED)

    def refresh(self, changes: Changes) -> None:
        if changes.kinds & {"case", "citizen", "procedure", TITLES}:
            self._read()

    def focus_first(self) -> None:
        cards = list(self._cards.values())
        fitting = [each for each in cards if each.act.item.record == self._wanted]
        if cards:
            self.area.ensureWidgetVisible((fitting or cards)[0].focus_first(), 0, MARGIN_PX)
        else:
            self.setFocus()

    def step_back(self) -> bool:
        card = card_around(QApplication.focusWidget())
        return card is not None and card.step_back()

    def _read(self) -> None:
        workspace, desk = self.context.workspace, self.context.desk
        # On the door for acts: the desk belongs to one thread.
        self.context.tasks.change(self, lambda: read_parked(workspace, desk), self._show)

    def _show(self, view: ParkedView) -> None:
        focus = card_around(QApplication.focusWidget())
        self._bring_in_step(view.acts)
        self._empty.setVisible(not view.acts)
        self._explanation.setVisible(bool(view.acts))
        self._more.setText(self.tr("and %n more", "", view.more))
        self._more.setVisible(view.more > 0)
        lost = focus is not None and focus not in self._cards.values()
        if self.isVisible() and (lost or self._wanted or QApplication.focusWidget() in (None, self)):
            self.focus_first()
        self._wanted = ""

    def _bring_in_step(self, acts: tuple[ParkedAct, ...]) -> None:
        """Show these cards in this order; one that stays keeps what is typed in it."""
        keys = [str(act.item.event) for act in acts]
        for key in [key for key in self._cards if key not in keys]:
            gone = self._cards.pop(key)
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, (key, act) in enumerate(zip(keys, acts, strict=True)):
            card = self._cards.get(key)
            if card is None:
                self._made += 1
                card = self._cards[key] = ParkedCard(self.context, act, name=f"parked{self._made}")
                card.wanted.connect(self._resolve)
                card.case_wanted.connect(lambda case: self.context.go(Route(route.CASE, case)))
            elif card.act.item != act.item:
                card.show_act(act)
            if self._list.indexOf(card) != place:
                self._list.insertWidget(place, card)
        self._cards = {key: self._cards[key] for key in keys}

    def _resolve(self, card: ParkedCard, wanted: Wanted) -> None:
        workspace, item = self.context.workspace, card.act.item

        def act() -> object:
            if wanted.action == "withdraw":
                return workspace.withdraw(item.event, wanted.reason)
            if wanted.action == "adopt":
                return workspace.adopt(item.event, wanted.reason, base=item.base)
            return workspace.resend(
                item.event, wanted.changes, base=item.base, reason=wanted.reason, without=wanted.without
            )

        card.set_busy(True)
        self.context.tasks.change(
            self, act, lambda _act: self._resolved(wanted), lambda error: self._not_resolved(card, error)
        )

    def _resolved(self, wanted: Wanted) -> None:
        said = {
            "withdraw": self.tr("Withdrawn: it stays in the history, with your reason"),
            "adopt": self.tr("Taken on: saved on this computer, it is tried again"),
            "resend": self.tr("Corrected: saved on this computer, it is sent again"),
        }
        self.context.say(said[wanted.action], "positive")
        self._read()

    def _not_resolved(self, card: ParkedCard, error: EstafetteError) -> None:
        card.refuse(error)
