"""Find the person first; create them only after the search has shown who is there already."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QListView, QStackedWidget, QWidget

from cases.errors import EstafetteError
from cases.views import Act, Hit
from cases.workspace import Workspace
from desktop import route
from desktop.bridge import Changes
from desktop.context import Context, Screen
from desktop.route import Route
from desktop.screens.citizens.form import CitizenForm
from desktop.screens.citizens.model import guess_fields
from desktop.shell.search.delegate import HitDelegate
from desktop.shell.search.model import HIT, HitModel
from desktop.theme import theme
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, centred, column, frame, holder, label, row, scroll
from desktop.words.errors import explain

LIMIT = 30
SEARCHED = 100
PAUSE_MS = 80
NEAR_MAX = 6
BESIDE_PX = 820
QWIDGETSIZE_MAX = (1 << 24) - 1


def find_citizens(workspace: Workspace, text: str, limit: int) -> list[Hit]:
    """Return citizens for a search; without a text the first ones of the alphabet."""
    if text:
        return [hit for hit in workspace.search(text, SEARCHED) if hit.record_type == "citizen"][:limit]
    rows = workspace.citizens(limit=limit)
    return [
        Hit(
            "citizen",
            each.id,
            f"{each.family_name} {each.given_names}".strip(),
            " · ".join(part for part in (each.birth_date, each.commune) if part),
            None,
        )
        for each in rows
    ]


class HitList(QListView):
    """A list of hits; Return opens one, or does what ``pick`` does with it."""

    def __init__(self, context: Context, words: str, name: str, *, pick: Callable[[Hit], None] | None = None) -> None:
        super().__init__()
        self._pick = pick or (lambda hit: context.go(Route(route.CITIZEN, hit.record_id)))
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setProperty("role", "contents")
        self._hits = HitModel()
        self.setModel(self._hits)
        self._delegate = HitDelegate(context.procedure_title)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._open)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is listed."""
        return self._hits.hits

    def show_hits(self, hits: list[Hit]) -> None:
        """List these."""
        if tuple(hits) != self._hits.hits:
            self._hits.show(hits)

    def choose(self, row: int) -> None:
        """Put the selection on a row that exists."""
        if 0 <= row < self._hits.rowCount():
            self.setCurrentIndex(self._hits.index(row, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        hit = index.data(HIT) if index.isValid() else None
        if isinstance(hit, Hit):
            self._pick(hit)


class CitizensScreen(Screen):
    """Two pages: the search, and the form of a new citizen with near matches beside it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._why = ""
        self.box = QLineEdit()
        self.box.setObjectName("citizens.search")
        self.box.setProperty("role", "search")
        self.box.setAccessibleName(self.tr("Search a citizen"))
        self.box.setPlaceholderText(self.tr("Name, date of birth, phone, commune…"))
        self.box.setClearButtonEnabled(True)
        self.results = HitList(context, self.tr("Citizens found"), "citizens.results")
        self._title = label("", "title")
        self._lead = label("", "secondary")
        self._outcome = label("", "strong", wrap=False, name="citizens.outcome")
        self._create = button(
            self.tr("Create a citizen"), self.begin, icon="user-plus", name="citizens.new", shortcut="Alt+N"
        )
        self._empty = Empty(
            "users", self.tr("No citizen on this computer yet"), self.tr("Type the name of the person in front of you.")
        )
        self.form = CitizenForm()
        self.near = HitList(context, self.tr("Citizens with a near name"), "citizens.near")
        self._near_title = label("", "section")
        self._near_words = label("", "secondary")
        self._message = Banner("critical", name="citizen.message")
        self._save = button(
            self.tr("Save the citizen"), self.save, kind="primary", name="citizen.save", shortcut="Ctrl+Return"
        )
        self._pages = QStackedWidget()
        self._pages.addWidget(self._search_page())
        self._pages.addWidget(self._form_page())
        self.setLayout(column(self._pages))
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self._near_pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._near_pause.timeout.connect(self._search_near)
        self.box.textEdited.connect(lambda _text: self._pause.start())
        self.box.textChanged.connect(lambda text: None if text else self._pause.start())
        self.box.returnPressed.connect(self._return_in_box)
        self.form.edited.connect(self._near_pause.start)
        self.form.accepted.connect(self.save)
        theme().changed.connect(self._turn)

    def title(self) -> str:
        return self.tr("Citizens")

    def explain(self) -> str:
        return self.tr(
            "Search the person first: accents and small typing errors do not matter, a date of birth or a phone number "
            "works too. Return opens the first one. When nobody matches, create the citizen: while you type the name, "
            "near matches are listed beside the form, so that nobody is created twice."
        )

    def open(self, to: Route) -> None:
        self._why = to.detail.get("why", "")
        if "search" in to.detail:
            self.box.setText(to.detail["search"])
        new_case = self._why == "new_case"
        self._title.setText(self.tr("Who is the case for?") if new_case else self.tr("Citizens"))
        self._lead.setText(self.tr("Search the person first. If nobody matches, you can create them here."))
        if not any(self.form.typed().values()):
            self._pages.setCurrentIndex(0)
        self._search()

    def route(self) -> Route:
        return Route(route.CITIZENS, detail={"why": self._why, "search": self.box.text()})

    def refresh(self, changes: Changes) -> None:
        if "citizen" in changes.kinds:
            self._search()

    def step_back(self) -> bool:
        if self._pages.currentIndex() == 1:
            self._pages.setCurrentIndex(0)
            self.box.setFocus()
            return True
        if self.box.text():
            self.box.clear()
            return True
        return False

    def focus_first(self) -> None:
        if self._pages.currentIndex() == 1:
            self.form.focus("family_name")
        else:
            self.box.setFocus()
            self.box.selectAll()

    def begin(self) -> None:
        """Open the form of a new citizen with what was searched; what was typed there before stays."""
        if not any(self.form.typed().values()):
            self.form.fill(guess_fields(self.box.text()))
        self._message.say("")
        self._near_found([])
        self._pages.setCurrentIndex(1)
        names = self.form.typed()
        self.form.focus(
            "family_name" if not names["family_name"] else "given_names" if not names["given_names"] else "birth_date"
        )
        self._search_near()

    def save(self) -> None:
        """Record the citizen; it is saved once it is durable on this computer."""
        checked = self.form.check(self.context.today())
        if checked is None:
            return
        self._save.setEnabled(False)
        workspace, fields = self.context.workspace, checked.fields
        self.context.tasks.change(self, lambda: workspace.create_citizen(fields), self._saved, self._failed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        # Where there is no room beside the form, the near matches come first: they are what must not be missed.
        narrow = self.width() < theme().px(BESIDE_PX)
        self._both.setDirection(QBoxLayout.Direction.BottomToTop if narrow else QBoxLayout.Direction.LeftToRight)
        self.near.setMinimumHeight(theme().px(120))
        # Its place is kept whether it holds anybody or not: nothing moves under the hands of who types.
        self.near.setMaximumHeight(theme().px(120) if narrow else QWIDGETSIZE_MAX)
        self._near_words.setMinimumHeight(2 * self._near_words.fontMetrics().lineSpacing())

    def _search_page(self) -> QWidget:
        top = column(self._title, self._lead, 4, self.box, row(self._outcome, -1, self._create), gap=8)
        results = frame("card", column(self._empty, self.results, margins=(6, 6, 6, 6)))
        body = column(top, results, gap=12)
        body.setStretch(1, 1)
        return centred(holder(body), 860)

    def _form_page(self) -> QWidget:
        acts = row(self._save, button(self.tr("Back to the search"), self.step_back, kind="quiet"), -1)
        fields = column(
            label(self.tr("New citizen"), "title"),
            label(self.tr("Family name, given names and date of birth are needed; the rest helps."), "secondary"),
            8,
            self.form,
            self._message,
            8,
            acts,
            -1,
            gap=8,
        )
        near_card = frame(
            "card",
            column(
                self._near_title,
                self._near_words,
                self.near,
                margins=(16, 16, 12, 12),
                gap=8,
            ),
        )
        near_card.setMinimumWidth(280)
        self._near_card = near_card
        both = row(holder(fields), near_card, gap=24)
        both.setStretch(0, 3)
        both.setStretch(1, 2)
        self._both = both
        return scroll(centred(holder(both), 1100))

    def _search(self) -> None:
        workspace, text = self.context.workspace, self.box.text().strip()
        self.context.tasks.read(
            self, lambda: find_citizens(workspace, text, LIMIT), lambda hits: self._found(text, hits), key="find"
        )

    def _found(self, text: str, hits: list[Hit]) -> None:
        self.results.show_hits(hits)
        self.results.setVisible(bool(hits))
        self._empty.setVisible(not hits)
        self._create.setVisible(bool(text))
        if text and not hits:
            self._outcome.setText(self.tr("No citizen matches « %1 »").replace("%1", text))
            self._empty.say(self.tr("Nobody here by that name"), self.tr("Check the spelling, or create the citizen."))
        elif text:
            self._outcome.setText(self.tr("%n citizen(s) found", "", len(hits)))
            self.results.choose(0)
        else:
            self._outcome.setText("")
            self._empty.say(
                self.tr("No citizen on this computer yet"), self.tr("Type the name of the person in front of you.")
            )

    def _return_in_box(self) -> None:
        if self.results.hits and self.box.text().strip():
            self.context.go(Route(route.CITIZEN, self.results.hits[0].record_id))
        elif self._create.isVisible():
            self.begin()

    def _search_near(self) -> None:
        text = self._names()
        workspace = self.context.workspace
        if len(text) < 2:
            self._near_found([])
            return
        self.context.tasks.read(
            self,
            lambda: find_citizens(workspace, text, NEAR_MAX),
            lambda hits: self._near_found(hits) if text == self._names() else None,
            key="near",
        )

    def _names(self) -> str:
        typed = self.form.typed()
        return f"{typed['family_name']} {typed['given_names']}".strip()

    def _near_found(self, hits: list[Hit]) -> None:
        self.near.show_hits(hits)
        self._near_title.setText(self.tr("%n near match(es)", "", len(hits)) if hits else self.tr("No near match"))
        self._near_words.setText(
            self.tr("Is it one of them? Open it instead of creating a second one.")
            if hits
            else self.tr("People with a near name appear here while you type.")
        )

    def _saved(self, act: Act) -> None:
        self._save.setEnabled(True)
        self.form.fill({})
        self.box.clear()
        self._pages.setCurrentIndex(0)
        self.context.say(self.tr("Citizen saved on this computer"), "positive")
        self.context.go(Route(route.CITIZEN, act.record))

    def _failed(self, error: EstafetteError) -> None:
        self._save.setEnabled(True)
        words = explain(error)
        field = self.form.fields.get(str(error.details.get("field", "")))
        if field is not None:
            field.set_error(words.what)
        self._message.say(words.what, f"{words.safe} {words.next}")
