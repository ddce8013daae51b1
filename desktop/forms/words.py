"""The sentences of the form view. The form's own words always win; these stand in where it has none.

One literal context, "Forms", so that lupdate finds every sentence.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, QObject

from cases.errors import EstafetteError
from desktop.forms import places
from desktop.forms.entry import grouped_number, shown_date, shown_month, shown_number, shown_time, shown_year
from forms.refusals import left_out_feature
from forms.views import Issue, QuestionView


def issue_text(issue: Issue, question: QuestionView) -> str:
    """Return what is wrong with the answer to `question`: the form's own words, else ours, naming the field."""
    if issue.message:
        return issue.message
    if issue.code == "required":
        text = QCoreApplication.translate("Forms", "“{label}” still needs an answer.")
    elif issue.code == "type":
        text = _type_text(question.kind, question.appearance)
    elif is_of_the_form(issue):
        return uncomputed_text(issue)
    else:
        text = QCoreApplication.translate("Forms", "The form does not accept this answer to “{label}”.")
    bounds = question.bounds
    ends = () if bounds is None else (bounds.start, bounds.end)
    start, end = (shown_number(format(each, "f"), decimal_sign()) for each in ends) if ends else ("", "")
    return text.format(label=question.label or issue.label, start=start, end=end)


def is_of_the_form(issue: Issue | None) -> bool:
    """Whether the form is at fault and not the answer."""
    return issue is not None and issue.code in ("uncomputed", "rows")


def uncomputed_text(issue: Issue) -> str:
    """Return what the form could not work out: its author can mend that, the person cannot."""
    if issue.code == "rows":
        text = QCoreApplication.translate(
            "Forms", "The form asks for more “{label}” than it may have. Tell the person who made the form."
        )
    else:
        text = QCoreApplication.translate(
            "Forms",
            "A formula of “{label}” takes too many calculations, so it was not worked out."
            " Tell the person who made the form.",
        )
    return text.format(label=issue.label)


def _type_text(kind: str, asked: frozenset[str]) -> str:
    if kind == "date" and "year" in asked:
        return QCoreApplication.translate("Forms", "“{label}” takes a year, for example 1950.")
    if kind == "date" and "month-year" in asked:
        return QCoreApplication.translate("Forms", "“{label}” takes a month, for example 04/1950.")
    if kind == "text" and "geopoint" in asked:
        return QCoreApplication.translate(
            "Forms", "“{label}” takes a latitude and a longitude, for example 48.85 2.35."
        )
    if kind == "text" and {"geotrace", "geoshape"} & asked:
        return QCoreApplication.translate(
            "Forms",
            "“{label}” takes a point on each line, two at least, three around a surface, for example 48.85 2.35.",
        )
    if kind == "integer":
        return QCoreApplication.translate("Forms", "“{label}” takes a whole number, for example 12.")
    if kind == "range":
        return QCoreApplication.translate("Forms", "“{label}” takes a number from {start} to {end}.")
    if kind == "decimal":
        return QCoreApplication.translate("Forms", "“{label}” takes a number, for example 12.5.")
    if kind == "date":
        return QCoreApplication.translate("Forms", "“{label}” takes a date, for example 03/04/1950 or 030450.")
    if kind == "time":
        return QCoreApplication.translate("Forms", "“{label}” takes a time, for example 9:30.")
    if kind == "datetime":
        return QCoreApplication.translate("Forms", "“{label}” takes a date and a time, for example 03/04/1950 9:30.")
    if kind in ("select_one", "select_multiple", "rank"):
        return QCoreApplication.translate("Forms", "“{label}” takes an answer from the list.")
    return QCoreApplication.translate("Forms", "The form does not accept this answer to “{label}”.")


def aside_text(question: QuestionView) -> str:
    """Return what the form asks for beside the answer and this desk does without, "" for nothing."""
    feature = left_out_feature(" ".join(sorted(question.appearance))) or ""
    if feature.startswith("calendar") and question.kind in ("date", "datetime"):
        return QCoreApplication.translate(
            "Forms", "The calendar that the form asks for is not offered here: give the day in the Gregorian calendar."
        )
    if feature == "image-map":
        return QCoreApplication.translate("Forms", "The picture to point at is not shown here: choose in the list.")
    if any(word.startswith("ex:") for word in question.appearance) and question.kind != "file":
        return QCoreApplication.translate("Forms", "The application that the form calls is not here: type the answer.")
    return ""


def not_in_list_text(label: str) -> str:
    """Return what to say when the typed words name no choice."""
    text = QCoreApplication.translate("Forms", "Nothing in the list has this name. Choose “{label}” in the list.")
    return text.format(label=label)


def failure_text(error: EstafetteError, label: str) -> str:
    """Return why the answer could not be saved, what is safe and what to do."""
    if error.code == "forms.row_limit":
        text = QCoreApplication.translate("Forms", "“{label}” has as many entries as the form allows. All is saved.")
    elif error.code == "forms.answer_too_long":
        text = QCoreApplication.translate("Forms", "The answer to “{label}” is too long to be saved: shorten it.")
    elif error.code == "case.not_editable":
        text = QCoreApplication.translate(
            "Forms",
            "The case has moved on meanwhile, so “{label}” can no longer be changed here. What came before is saved.",
        )
    elif error.code == "store.disk_full":
        text = QCoreApplication.translate(
            "Forms",
            "The disk is full: “{label}” is not saved yet. It stays here as you typed it, and what came before is "
            "saved. Free some space, then try again.",
        )
    elif error.code == "store.read_only":
        text = QCoreApplication.translate(
            "Forms",
            "This computer refuses to write: “{label}” is not saved yet. It stays here as you typed it, and what came "
            "before is saved. Tell your IT service, then try again.",
        )
    else:
        text = QCoreApplication.translate(
            "Forms",
            "“{label}” is not saved yet. It stays here as you typed it, and what came before is saved. Try again soon.",
        )
    return text.format(label=label)


def beside_icon(text: str) -> str:
    """Return a button's words with a little air before them: Qt leaves hardly any between an icon and its words."""
    return f"\N{NO-BREAK SPACE}{text.replace('&', '&&')}"


def saved_text() -> str:
    return QCoreApplication.translate("Forms", "Saved on this computer")


def progress_text(answered: int, questions: int, to_check: int, *, complete: bool = False) -> str:
    """Return a page's progress, like ``12 of 40, 2 to check``."""
    if not questions:
        return QCoreApplication.translate("Forms", "Nothing to fill in")
    if complete and not to_check:
        return QCoreApplication.translate("Forms", "Complete")
    if not to_check:
        return QCoreApplication.translate("Forms", "{answered} of {questions}").format(
            answered=answered, questions=questions
        )
    text = QCoreApplication.translate("Forms", "{answered} of {questions}, {problems} to check")
    return text.format(answered=answered, questions=questions, problems=to_check)


class Counts(QObject):
    """Sentences with a number. In a class of their own, since lupdate sees plural forms in ``self.tr`` alone."""

    def to_check(self, count: int) -> str:
        return self.tr("%n answer(s) to check", "", count)

    def points(self, count: int) -> str:
        return self.tr("%n point(s)", "", count)

    def more(self, count: int) -> str:
        return self.tr("and %n more; F8 goes to the next one", "", count)


def page_title(label: str, number: int) -> str:
    """Return a page's title; a run of questions outside any group has none of its own."""
    return label or QCoreApplication.translate("Forms", "Page {number}").format(number=number)


def value_text(question: QuestionView, labels: tuple[str, ...], *, given: bool) -> str:
    """Return a stored answer as people read it.

    Args:
        labels: the names of its choices, if it has any.
        given: a person answers it, where else the form finds it.
    """
    if question.value is None and not given:
        return QCoreApplication.translate("Forms", "Not known yet")
    if question.value is None:
        return QCoreApplication.translate("Forms", "No answer")
    if question.kind in ("select_one", "select_multiple"):
        return "\n".join(labels)
    if question.kind == "rank":
        return "\n".join(f"{place}. {label}" for place, label in enumerate(labels, 1))
    if question.kind == "acknowledge":
        return QCoreApplication.translate("Forms", "Yes")
    if question.kind == "date":
        shown = shown_year if "year" in question.appearance else shown_month
        return (shown if {"year", "month-year"} & question.appearance else shown_date)(question.value)
    if {"geopoint", "geotrace", "geoshape"} & question.appearance:
        return place_text(question.value) or question.value
    if question.kind == "time":
        return shown_time(question.value)
    if question.kind == "datetime":
        day, _, moment = question.value.partition("T")
        return f"{shown_date(day)} {shown_time(moment)}".strip()
    if question.kind in ("integer", "decimal", "range", "calculate"):
        return grouped_number(question.value, decimal_sign())
    return question.value


def direction_text(degrees: float) -> str:
    """Return the direction that a bearing leads to; nothing for what is no bearing."""
    if not 0 <= degrees <= 360:
        return ""
    names = (
        QCoreApplication.translate("Forms", "north"),
        QCoreApplication.translate("Forms", "north-east"),
        QCoreApplication.translate("Forms", "east"),
        QCoreApplication.translate("Forms", "south-east"),
        QCoreApplication.translate("Forms", "south"),
        QCoreApplication.translate("Forms", "south-west"),
        QCoreApplication.translate("Forms", "west"),
        QCoreApplication.translate("Forms", "north-west"),
    )
    return names[round(degrees / 45) % 8]


def place_text(stored: str | None) -> str:
    """Return a stored point, line or surface in words, "" when it is none."""
    points = [places.parse_position(part) for part in (stored or "").split(";") if part.strip()]
    read = [point for point in points if point is not None]
    if not read or len(read) < len(points):
        return ""
    if len(read) == 1 and ";" not in (stored or ""):
        return _point_text(read[0])
    first, last = _point_text(read[0]), _point_text(read[-1])
    if len(read) > 1 and first == last:
        text = QCoreApplication.translate("Forms", "{points}, closed, from {first}")
        return text.format(points=Counts().points(len(read) - 1), first=first)
    text = QCoreApplication.translate("Forms", "{points}, from {first} to {last}")
    return text.format(points=Counts().points(len(read)), first=first, last=last)


def _point_text(point: places.Position) -> str:
    north = QCoreApplication.translate("Forms", "{degrees}° north")
    south = QCoreApplication.translate("Forms", "{degrees}° south")
    east = QCoreApplication.translate("Forms", "{degrees}° east")
    west = QCoreApplication.translate("Forms", "{degrees}° west")
    latitude, longitude, altitude, accuracy = (each.lstrip("-") for each in point.stored().split())
    parts = [
        (south if point.latitude < 0 else north).format(degrees=shown_number(latitude, decimal_sign())),
        (west if point.longitude < 0 else east).format(degrees=shown_number(longitude, decimal_sign())),
    ]
    if point.altitude:
        text = QCoreApplication.translate("Forms", "altitude {metres} m")
        sign = "-" if point.altitude < 0 else ""
        parts.append(text.format(metres=sign + shown_number(altitude, decimal_sign())))
    if point.accuracy:
        text = QCoreApplication.translate("Forms", "to within {metres} m")
        parts.append(text.format(metres=shown_number(accuracy, decimal_sign())))
    return ", ".join(parts)


def decimal_sign() -> str:
    """Return the decimal sign of the language in use."""
    return QLocale().decimalPoint()
