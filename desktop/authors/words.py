"""What the bench says. One literal context, "Authors", so that lupdate finds all."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject

from desktop.i18n import language
from desktop.words.states import StateWords
from desktop.words.sync_line import SyncLine
from desktop.words.typography import kept_together
from forms.repairs import CERTAIN, GUESS
from forms.statelines import StateLine
from sync.form_reading import (
    BLOCKING,
    CYCLE,
    DIFFERS,
    LEFT_OUT,
    NOTICE,
    REPAIR,
    UNSUPPORTED,
    WARNING,
    ReadForm,
    ReportLine,
)
from sync.refusal_words import Pair, problem_lines

translate = QCoreApplication.translate


class TrialCounts(QObject):
    """Sentences by what they count."""

    def steps(self, count: int) -> str:
        return self.tr("%n step(s) so far", "", count)

    def lines(self, count: int) -> str:
        return self.tr("%n line(s)", "", count)

    def changed(self, count: int) -> str:
        return self.tr("%n changed by the last act", "", count)

    def dropped(self, count: int) -> str:
        return self.tr("%n answer(s) have no place in the form any more: %1", "", count)

    def unfit(self, count: int) -> str:
        return self.tr("%n answer(s) are no longer offered: %1", "", count)


def spoken(pair: Pair) -> str:
    """The words of a pair (French, English) in the language of the screens."""
    return kept_together(pair[0]) if language() == "fr" else pair[1]


def section_title(section: str) -> str:
    """The heading of a part of the report."""
    return {
        BLOCKING: translate("Authors", "To be mended before anyone can use the form"),
        UNSUPPORTED: translate("Authors", "What cannot be asked here yet"),
        REPAIR: translate("Authors", "Mended while reading"),
        NOTICE: translate("Authors", "Worth a look"),
        DIFFERS: translate("Authors", "What ODK Collect reads differently"),
        LEFT_OUT: translate("Authors", "What a desk does without"),
        CYCLE: translate("Authors", "Formulas that need each other"),
        WARNING: translate("Authors", "What the converter remarks (in its own words)"),
    }[section]


def line_state(line: ReportLine) -> StateWords:
    """How much a line matters: word, icon, tone."""
    if line.section in (BLOCKING, UNSUPPORTED):
        return StateWords(translate("Authors", "To mend"), "circle-x", "critical")
    if line.section == REPAIR and line.sure == CERTAIN:
        return StateWords(translate("Authors", "Certain"), "circle-check", "positive")
    if line.section == REPAIR and line.sure != GUESS:
        return StateWords(translate("Authors", "Likely"), "info", "info")
    if line.section in (REPAIR, NOTICE, CYCLE):
        return StateWords(translate("Authors", "To check"), "triangle-alert", "caution")
    return StateWords(translate("Authors", "To know"), "info", "info")


def verdict(publishable: bool | None) -> StateWords:
    """Whether the form can be published; None: it does not open."""
    if publishable is None:
        return StateWords(translate("Authors", "Does not open"), "circle-x", "critical")
    if publishable:
        return StateWords(translate("Authors", "Can be published"), "circle-check", "positive")
    return StateWords(translate("Authors", "Not to be published yet"), "triangle-alert", "caution")


def marks(line: StateLine) -> list[StateWords]:
    """What there is to say of a node beside its value, what matters most first."""
    found = []
    if line.hidden:
        found.append(StateWords(translate("Authors", "not asked"), "eye-off", "ink_soft"))
    if line.uncomputed:
        found.append(StateWords(translate("Authors", "not worked out"), "hourglass", "critical"))
    if line.flaw:
        found.append(StateWords(translate("Authors", "refused"), "circle-x", "critical"))
    if line.missing:
        found.append(StateWords(translate("Authors", "missing"), "circle-alert", "caution"))
    elif line.required:
        found.append(StateWords(translate("Authors", "required"), "circle-dot", "info"))
    if line.kind == "computed":
        found.append(StateWords(translate("Authors", "computed"), "settings", "ink_soft"))
    elif line.readonly:
        found.append(StateWords(translate("Authors", "read only"), "lock", "ink_soft"))
    return found


def value_words(line: StateLine) -> str:
    """A node's value as one line: as it is stored, quoted by nothing."""
    if line.rows is not None:
        return TrialCounts().lines(line.rows)
    if line.kind == "part":
        return translate("Authors", "group or row")
    return " ".join(line.value.split()) or translate("Authors", "empty")


def aspect_title(aspect: str) -> str:
    """The heading of an explanation."""
    return {
        "relevant": translate("Authors", "When it is asked"),
        "required": translate("Authors", "When it is required"),
        "readonly": translate("Authors", "When it is read only"),
        "constraint": translate("Authors", "What it accepts"),
        "calculate": translate("Authors", "Where its value comes from"),
        "count": translate("Authors", "How many rows there are"),
        "choice_filter": translate("Authors", "Which choices are offered"),
        "default": translate("Authors", "What stands there at first"),
    }[aspect]


def trial_line() -> SyncLine:
    """What the strip says all the time."""
    return SyncLine(translate("Authors", "A trial: nothing is kept or sent; closing forgets it"), "info", "info")


def notices(form: ReadForm) -> dict[str, str]:
    """What stands above a question that cannot be asked as its author means it, by its path without rows."""
    found: dict[str, str] = {}
    for problem in form.limitations:
        path = problem.details.get("path", "")
        words = spoken(problem_lines(replace(problem, sheet=None, row=None))).rpartition(" [")[0]
        if problem.code == "forms.expression":
            more = translate("Authors", "Left out here, so that the rest can be tried: %1.")
        else:
            more = translate("Authors", "No agent can be asked this yet: %1. What would be stored can be typed.")
        text = more.replace("%1", words)
        found[path] = f"{found[path]}\n{text}" if path in found else text
    return found
