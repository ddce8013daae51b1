"""Why a question is as it is, in sentences; no widgets. One literal context, "Forms", so that lupdate finds all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.forms.entry import grouped_number
from desktop.forms.words import decimal_sign
from forms.explaining import Explanation, Finding, Seen


@dataclass(frozen=True)
class Reason:
    """One line of an explanation.

    Attributes:
        holds: whether the condition is met; None for a line that is no condition.
        path: the question to go to, "" for none.
        depth: 0 at the edge.
    """

    text: str
    holds: bool | None = None
    path: str = ""
    depth: int = 0


@dataclass(frozen=True)
class Told:
    """An explanation in words."""

    title: str
    intro: str
    reasons: tuple[Reason, ...]


def quoted(label: str) -> str:
    """Put a question's words between the language's own marks."""
    return QCoreApplication.translate("Forms", "“{label}”").format(label=label)


def told(explanation: Explanation, label: str, path: str) -> Told:
    """Return why the question ``path``, called ``label``, is as it is."""
    if explanation.aspect == "calculate":
        return Told(
            _say(QCoreApplication.translate("Forms", "Where “{label}” comes from"), label), *_value(explanation)
        )
    if explanation.aspect == "constraint":
        title = QCoreApplication.translate("Forms", "What “{label}” accepts")
        intro = QCoreApplication.translate("Forms", "The answer is accepted only if:")
        return Told(_say(title, label), intro, tuple(_conditions(explanation.finding, path)))
    title = _say(QCoreApplication.translate("Forms", "Why “{label}” is not asked"), label)
    if explanation.aspect == "count":
        intro = QCoreApplication.translate("Forms", "“{label}” has as many entries as this says: {value}.")
        intro = intro.format(label=explanation.label, value=explanation.value or "0")
        return Told(title, intro, tuple(_answers(explanation.finding)))
    if explanation.path == path:
        intro = QCoreApplication.translate("Forms", "It is asked only if:")
    else:
        intro = _say(
            QCoreApplication.translate("Forms", "It belongs to “{label}”, which is asked only if:"), explanation.label
        )
    return Told(title, intro, tuple(_conditions(explanation.finding, path)))


def _say(text: str, label: str) -> str:
    return text.format(label=label)


def _value(explanation: Explanation) -> tuple[str, tuple[Reason, ...]]:
    """A calculation: the formula with its result, and the answers that it read."""
    finding = explanation.finding
    lines: list[Reason] = []
    while finding.kind == "choose":
        test, taken = finding.parts
        lines.extend(_conditions(test, ""))
        finding = taken
    value = _number(explanation.value) or QCoreApplication.translate("Forms", "no value yet")
    whole = QCoreApplication.translate("Forms", "{formula} = {value}").format(formula=finding.text, value=value)
    return whole, (*lines, *_answers(finding))


def _answers(finding: Finding) -> Iterator[Reason]:
    for seen in finding.seen:
        line = QCoreApplication.translate("Forms", "“{label}”: {now}")
        yield Reason(line.format(label=seen.label, now=_now(seen)), path=_reachable(seen))
    if finding.more:
        more = QCoreApplication.translate("Forms", "and others ({count})")
        yield Reason(more.format(count=finding.more))


def _conditions(finding: Finding, own: str, *, denied: bool = False, depth: int = 0) -> Iterator[Reason]:
    """The conditions of a formula, one a line; ``denied`` turns each into its opposite, as ``not()`` around it does."""
    if finding.kind == "not":
        yield from _conditions(finding.parts[0], own, denied=not denied, depth=depth)
        return
    if finding.kind not in ("all", "any"):
        yield _condition(finding, own, denied, depth)
        return
    every = (finding.kind == "all") is not denied
    inner = depth
    if not every or depth:
        text = (
            QCoreApplication.translate("Forms", "all of this holds:")
            if every
            else QCoreApplication.translate("Forms", "at least one of these holds:")
        )
        yield Reason(text, finding.holds is not denied, depth=depth)
        inner = depth + 1
    for part in finding.parts:
        yield from _conditions(part, own, denied=denied, depth=inner)


def _condition(finding: Finding, own: str, denied: bool, depth: int) -> Reason:
    holds = finding.holds is not denied
    subject = finding.subject
    if subject is None:
        text = finding.text
        if denied:
            text = QCoreApplication.translate("Forms", "this does not hold: {formula}").format(formula=text)
        # A formula alone says nothing of what it read.
        read = ", ".join(f"{quoted(seen.label)}: {_now(seen)}" for seen in finding.seen[:3])
        return Reason(f"{text} ({read})" if read else text, holds, _first_reachable(finding, own), depth)
    text = _sentence(finding, denied).format(label=subject.label, wanted=_number(finding.wanted))
    now = QCoreApplication.translate("Forms", "{condition} (now: {now})").format(condition=text, now=_now(subject))
    return Reason(now, holds, "" if subject.path == own else _reachable(subject), depth)


def _sentence(finding: Finding, denied: bool) -> str:
    translate = QCoreApplication.translate
    if finding.kind == "selected":
        if denied:
            return translate("Forms", "“{wanted}” is not chosen for “{label}”")
        return translate("Forms", "“{wanted}” is chosen for “{label}”")
    operator = finding.operator if finding.kind == "compare" else "!="
    if denied:
        operator = _OPPOSITE[operator]
    if operator in ("=", "!=") and not finding.wanted:
        if operator == "=":
            return translate("Forms", "“{label}” has no answer")
        return translate("Forms", "“{label}” has an answer")
    return {
        "=": translate("Forms", "“{label}” is “{wanted}”"),
        "!=": translate("Forms", "“{label}” is not “{wanted}”"),
        "<": translate("Forms", "“{label}” is less than {wanted}"),
        "<=": translate("Forms", "“{label}” is at most {wanted}"),
        ">": translate("Forms", "“{label}” is more than {wanted}"),
        ">=": translate("Forms", "“{label}” is at least {wanted}"),
    }[operator]


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _now(seen: Seen) -> str:
    if not seen.relevant:
        return QCoreApplication.translate("Forms", "not asked")
    return _number(seen.shown) or QCoreApplication.translate("Forms", "no answer yet")


def _reachable(seen: Seen) -> str:
    return seen.path if seen.relevant else ""


def _first_reachable(finding: Finding, own: str) -> str:
    return next((seen.path for seen in finding.seen if seen.relevant and seen.path != own), "")


def _number(text: str) -> str:
    """A number as people write it here; other texts as they are."""
    plain = text.removeprefix("-").replace(".", "", 1)
    return grouped_number(text, decimal_sign()) if plain.isdigit() and plain.isascii() else text
