"""Synchronisation: where every act of this computer is, what is in the way, and what happened that matters."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from cases.views import Finding
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.theme import theme
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, centred, clear, column, frame, holder, label, row, rule, scroll, set_role
from desktop.words.dates import moment
from desktop.words.findings import finding_words
from desktop.words.notices import Notice, notices
from desktop.words.sync_facts import Fact, sync_facts
from desktop.words.sync_line import Standing

FINDINGS_SHOWN = 6


class SyncScreen(Screen):
    """Drawn from what the sync client says, and from what comparisons with the service found."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._facts: tuple[Fact, ...] = ()
        self._told: tuple[str, ...] = ()
        self._shown: tuple[Finding, ...] = ()
        self._now = button(
            self.tr("Synchronise now"), self._sync, kind="primary", icon="refresh-cw", name="sync.now", tip="F5"
        )
        self._code = label("", "secondary", name="sync.code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._happened: QVBoxLayout = column(gap=8)
        self._rows: QVBoxLayout = column(gap=0)
        head = row(label(self.tr("Synchronisation"), "title"), self._now, gap=12)
        head.setStretch(0, 1)
        card = frame("card", column(holder(self._rows), margins=(20, 8, 20, 8)))
        self._findings: QVBoxLayout = column(gap=4)
        self._found = holder(
            column(
                label(self.tr("What comparisons with the service found"), "section"),
                frame("card", column(holder(self._findings), margins=(20, 12, 20, 12))),
                gap=8,
            )
        )
        self._found.hide()
        content = column(head, 4, holder(self._happened), card, self._code, 8, self._found, -1, gap=8)
        self.setLayout(column(scroll(centred(holder(content), 860))))

    def title(self) -> str:
        return self.tr("Synchronisation")

    def explain(self) -> str:
        return self.tr(
            "Where your acts are: on this computer, received by the central service, or in a backup of it too. Above: "
            "what is in the way and what you should know. F5 makes an exchange now; it happens by itself otherwise."
        )

    def open(self, _to: Route) -> None:
        if self.context.standing is not None:
            self.take_standing(self.context.standing)
        self._look()

    def refresh(self, _changes: Changes) -> None:
        self._look()

    def route(self) -> Route:
        return Route(route.SYNC)

    def focus_first(self) -> None:
        self._now.setFocus()

    def take_standing(self, standing: Standing) -> None:
        now_ms = self.context.now_ms()
        paused = standing.state == "paused"
        self._now.setText(self.tr("Resume and synchronise") if paused else self.tr("Synchronise now"))
        self._now.setAccessibleName(self._now.text())
        told = notices(standing, now_ms)
        if tuple(each.title for each in told) != self._told:
            self._told = tuple(each.title for each in told)
            clear(self._happened)
            for number, each in enumerate(told):
                self._happened.addWidget(self._told_in_full(number, each))
        facts = sync_facts(standing, now_ms)
        if [fact.about for fact in facts] != [fact.about for fact in self._facts]:
            clear(self._rows)
            for number, fact in enumerate(facts):
                if number:
                    self._rows.addWidget(rule())
                self._rows.addWidget(FactRow(fact, name=f"sync.fact{number}"))
        else:
            for made, fact in zip(self._fact_rows(), facts, strict=True):
                made.show_fact(fact)
        self._facts = facts
        details = " · ".join(f"{name} {value}" for name, value in standing.fault_details.items())
        said = f"{standing.fault} {f'({details})' if details else ''}".strip()
        self._code.setText(self.tr("For your IT support: %1").replace("%1", said) if said else "")
        self._code.setVisible(bool(said))

    def _look(self) -> None:
        workspace = self.context.workspace
        self.context.tasks.read(self, workspace.findings, self._show_findings, key="findings")

    def _show_findings(self, found: list[Finding]) -> None:
        shown = tuple(found[:FINDINGS_SHOWN])
        if shown != self._shown:
            self._shown = shown
            clear(self._findings)
            for each in shown:
                when = moment(each.time_ms, self.context.now_ms())
                self._findings.addWidget(label(finding_words(each.code)))
                self._findings.addWidget(label(when, "secondary"))
        self._found.setVisible(bool(shown))

    def _fact_rows(self) -> list[FactRow]:
        items = (self._rows.itemAt(place) for place in range(self._rows.count()))
        widgets = [item.widget() for item in items if item is not None]
        return [each for each in widgets if isinstance(each, FactRow)]

    def _told_in_full(self, number: int, notice: Notice) -> Banner:
        banner = Banner(notice.tone, notice.title, notice.text, icon=notice.icon, name=f"sync.notice{number}")
        if notice.alarm:
            passed_on = button(self.tr("IT support has been told"), self._acknowledge, name="sync.acknowledge")
            banner.add_acts(holder(row(passed_on, -1)))
        return banner

    def _acknowledge(self) -> None:
        workspace = self.context.workspace
        self.context.tasks.change(self, workspace.acknowledge_alarm, lambda _done: self._acknowledged())

    def _acknowledged(self) -> None:
        self.context.say(self.tr("Noted; the proof is kept on this computer"), "positive")
        self._now.setFocus()

    def _sync(self) -> None:
        self.context.synchronise()


class FactRow(QFrame):
    """One fact: about what, how it stands, what that means."""

    def __init__(self, fact: Fact, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._fact = fact
        self._icon = QLabel()
        self._about = label(fact.about, "secondary")
        self._value = label("", "strong", name=f"{name}.value")
        self._help = label("", "secondary")
        words = column(self._about, self._value, self._help, gap=2)
        line = row(self._icon, words, margins=(0, 12, 0, 12), gap=16)
        line.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self.setLayout(line)
        theme().changed.connect(self._draw)
        self.show_fact(fact)

    def show_fact(self, fact: Fact) -> None:
        """Show how it stands now."""
        self._fact = fact
        self._value.setText(fact.value)
        self._help.setText(fact.help)
        self.setAccessibleName(f"{fact.about}: {fact.value}")
        self.setAccessibleDescription(fact.help)
        self._draw()

    def _draw(self) -> None:
        set_role(self._value, "tone", self._fact.tone if self._fact.tone in ("caution", "critical") else "")
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(theme().pixmap(self._fact.icon, self._fact.tone, ratio=ratio))
