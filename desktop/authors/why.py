"""Why a question is as it is: every formula of it with the answers that it read, and as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.authors.words import aspect_title, spoken, translate
from desktop.forms.reasons import Told, quoted, told
from desktop.forms.why import WhyPanel
from desktop.widgets.banner import Banner
from desktop.widgets.basics import clear, column, label, scroll
from forms.compile import Written
from forms.errors import FormsError, Problem
from forms.explaining import Explanation
from forms.session import Session
from sync.form_reading import ReadForm
from sync.refusal_words import problem_lines

ASPECTS = ("relevant", "required", "readonly", "constraint", "calculate")
UNEXPLAINED = ("count", "choice_filter", "default")
"""Aspects of which only the author's own words are shown."""
_ROW = re.compile(r"\[[^\]]*\]")


def without_rows(path: str) -> str:
    """A path as the form has it, whichever row it is in."""
    return _ROW.sub("", path)


class WhyTab(QWidget):
    """Signals:
    picked: the person goes to the question with this path.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._form: ReadForm | None = None
        self._written: dict[tuple[str, str], Written] = {}
        self._unread: dict[str, list[Problem]] = {}
        self.path = ""
        self.title = label(role="heading", name="bench.why.title")
        self.reference = label(role="secondary", name="bench.why.reference")
        self.reference.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.empty = label(translate("Authors", "Go into a question, or choose a line of the state."), "help")
        self._parts = QVBoxLayout()
        self._parts.setSpacing(12)
        inside = QWidget()
        inside.setProperty("surface", "none")
        body = column(self.title, self.reference, self.empty, margins=(16, 12, 16, 16), gap=4)
        body.addSpacing(8)
        body.addLayout(self._parts)
        body.addStretch(1)
        inside.setLayout(body)
        self.area = scroll(inside)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(translate("Authors", "Why"))
        self.setLayout(column(self.area))
        self.setFocusProxy(self.area)

    def use(self, form: ReadForm) -> None:
        """Explain questions of this form from now on."""
        self._form = form
        self._written = {(one.path, one.aspect): one for one in form.converted.written}
        self._unread = {}
        for problem in form.limitations:
            self._unread.setdefault(problem.details.get("path", ""), []).append(problem)

    def texts(self) -> list[str]:
        """What is said, for tests and screen readers' walks."""
        found = [self.title.text(), self.reference.text()]
        for place in range(self._parts.count()):
            item = self._parts.itemAt(place)
            panel = item.widget() if item is not None else None
            if isinstance(panel, WhyPanel):
                found += [panel.title.text(), panel.intro.text(), *panel.texts()]
            elif isinstance(panel, Banner):
                found.append(panel.words)
        return found

    def explain(self, session: Session, path: str) -> None:
        """Explain what stands at ``path``. Called while quiet."""
        clear(self._parts)
        self.path = path
        try:
            reference = session.reference(path) if path else ""
        except FormsError:
            reference = ""  # a row that went, or a question that the changed form has not
        self.empty.setVisible(not reference)
        self.title.setVisible(bool(reference))
        self.reference.setVisible(bool(reference))
        if not reference:
            return
        name = reference.rpartition("/")[2]
        called = session.question(path).label if _is_question(session, reference) else name
        self.title.setText(called)
        self.reference.setText(reference)
        for problem in self._unread.get(without_rows(path), ()):
            self._parts.addWidget(
                Banner("critical", translate("Authors", "Left out here"), spoken(problem_lines(problem)))
            )
        said = [self._panel(one) for one in self._told(session, path)]
        for panel in said:
            self._parts.addWidget(panel)
        if not said and not self._unread.get(without_rows(path)):
            self._parts.addWidget(label(translate("Authors", "No formula says anything about it."), "help"))

    def _panel(self, words: Told) -> WhyPanel:
        panel = WhyPanel(self.area.widget())
        panel.close_button.hide()
        panel.chosen.connect(self.picked)
        panel.show_told(words)
        panel.intro.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return panel

    def _told(self, session: Session, path: str) -> Iterator[Told]:
        for aspect in ASPECTS:
            found = session.explain(path, aspect, quoted=quoted)
            if found is not None:
                yield self._in_words(found, path)
        for aspect in UNEXPLAINED:
            one = self._written.get((without_rows(path), aspect))
            if one is not None:
                yield Told(aspect_title(aspect), _place(one), ())

    def _in_words(self, found: Explanation, path: str) -> Told:
        aspect = found.aspect
        if aspect in ("required", "readonly"):
            # Their conditions read like those of relevance.
            words = told(replace(found, aspect="relevant"), found.label, path)
            intro = {
                "required": translate("Authors", "An answer is required only if:"),
                "readonly": translate("Authors", "It is read only if:"),
            }[aspect]
        else:
            words = told(found, found.label, path)
            intro = words.intro
        one = self._written.get((without_rows(found.path), aspect))
        formula = _place(one) if one is not None else found.source
        if found.source.strip() == "true()":
            always = translate("Authors", "Always.")
            return Told(aspect_title(aspect), f"{formula}\n{always}", ())
        return Told(aspect_title(aspect), f"{formula}\n{intro}", words.reasons)


def _is_question(session: Session, reference: str) -> bool:
    thing = session.locate(reference)
    return thing is not None and thing.schema.is_leaf


def _place(one: Written) -> str:
    words = translate("Authors", "Sheet survey, row %1, cell %2: %3")
    return words.replace("%1", str(one.row)).replace("%2", one.cell).replace("%3", one.text)
