"""À départager: both values side by side, who wrote them and when. Choosing comes with a later version and says so."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cases.views import Claim
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.contested.model import ContestedField, read_contested
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, centred, clear, column, frame, holder, label, row, scroll
from desktop.widgets.elided import ElidedLabel
from desktop.words.dates import moment


class ContestedScreen(Screen):
    """A card for each contested field."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._explanation = Banner(
            "info",
            self.tr("Both values are kept"),
            self.tr(
                "Two people changed the same field without having seen each other's work. The latest value is shown "
                "in the case meanwhile. Agree with your colleague; the supervisor can settle it."
            ),
        )
        self._empty = Empty(
            "split",
            self.tr("Nothing to settle"),
            self.tr("Fields that two people changed at the same time appear here."),
        )
        self._cards: QVBoxLayout = column(gap=12)
        content = column(
            label(self.tr("To settle"), "title"), 4, self._explanation, holder(self._cards), self._empty, -1, gap=12
        )
        self.setLayout(column(scroll(centred(holder(content), 860))))

    def title(self) -> str:
        return self.tr("To settle")

    def explain(self) -> str:
        return self.tr(
            "Fields with two different values that nobody has compared yet. Nothing is lost: both values stay."
        )

    def open(self, _to: Route) -> None:
        self._read()

    def route(self) -> Route:
        return Route(route.CONTESTED)

    def refresh(self, changes: Changes) -> None:
        if changes.kinds & {"case", "procedure"}:
            self._read()

    def _read(self) -> None:
        workspace, desk = self.context.workspace, self.context.desk
        # On the door for acts: the desk belongs to one thread.
        self.context.tasks.change(self, lambda: read_contested(workspace, desk), self._show)

    def _show(self, fields: tuple[ContestedField, ...]) -> None:
        clear(self._cards)
        for field in fields:
            self._cards.addWidget(self._card(field))
        self._empty.setVisible(not fields)
        self._explanation.setVisible(bool(fields))

    def _card(self, field: ContestedField) -> QWidget:
        see = button(self.tr("Open the case"), lambda: self.context.go(Route(route.CASE, field.case)), kind="quiet")
        title = ElidedLabel("secondary")
        title.setText(self.context.procedure_title(field.procedure))
        head = row(label(field.citizen_name, "strong", wrap=False), title, see)
        head.setStretch(1, 1)
        values = [self._claim(claim, shown=number == 0) for number, claim in enumerate(field.claims)]
        return frame(
            "card", column(head, label(field.label, "section"), row(*values, gap=12), margins=(20, 12, 16, 20), gap=8)
        )

    def _claim(self, claim: Claim, *, shown: bool) -> QWidget:
        who = f"{claim.agent_name}, {moment(claim.time_ms, self.context.now_ms())}"
        words = self.tr("Shown in the case") if shown else self.tr("The other value")
        value = claim.value if claim.value is not None else self.tr("(cleared)")
        return frame(
            "inset",
            column(
                label(words, "secondary"),
                label(value, "strong"),
                label(who, "secondary"),
                margins=(16, 12, 16, 12),
                gap=4,
            ),
        )
