"""A case's answers in the form's own words: labels, choices, order and headings come from the form.

A form that this service cannot read never hides an answer: paths and stored values are shown, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cases.procedures import Procedure, form_definition
from cases.receipt_words import number_in_words
from central.web.words import Words
from forms.errors import FormRefused, FormsError
from forms.languages import matching_language
from forms.session import Session


@dataclass(frozen=True)
class AnswerLine:
    """A line of the answers: a heading (``group``, ``row``) or a question with its answer, ``depth`` from 0."""

    kind: str
    depth: int
    label: str
    value: str
    path: str


class Reader:
    """Reads the answers of one case."""

    def __init__(self, session: Session | None, answers: Mapping[str, str | None], words: Words) -> None:
        self.session = session
        self._answers = answers
        self._words = words
        self.understood = session is not None
        """False when the form's own words are not to be had."""

    def lines(self) -> tuple[AnswerLine, ...]:
        """Return the answers in the form's order."""
        if self.session is None:
            return tuple(
                AnswerLine("answer", 0, path, value, path)
                for path, value in sorted(self._answers.items())
                if value is not None
            )
        return tuple(
            AnswerLine(item.kind, item.depth, item.label, self._read(item.path, item.kind, item.value_text), item.path)
            for item in self.session.summary()
        )

    def knows(self, path: str) -> bool:
        """Say whether the form asks, or calculates, what stands at this path."""
        try:
            return self.session is not None and self.session.question(path) is not None
        except FormsError:
            return False

    def label(self, path: str) -> str:
        """Return a question's label, or its path when the form does not know it."""
        if self.session is None:
            return path
        try:
            return self.session.question(path).label or path
        except FormsError:
            return path

    def kind(self, path: str) -> str:
        """Return a question's kind (``forms.views.QuestionView``), ``text`` for one that the form does not know."""
        if self.session is None:
            return "text"
        try:
            return self.session.question(path).kind
        except FormsError:
            return "text"

    def choices(self, path: str) -> tuple[tuple[str, str], ...]:
        """Return the choices offered now, as (value, label); none where a question has none."""
        if self.session is None or self.kind(path) != "select_one":
            return ()
        return tuple((choice.value, choice.label) for choice in self.session.choices(path))

    def value(self, path: str, value: str | None) -> str:
        """Return a stored value as people say it; an empty text for no value."""
        if self.session is None or not value:
            return value or ""
        try:
            kind = self.session.question(path).kind
            if kind not in ("select_one", "select_multiple"):
                return self._read(path, "answer", value)
            return ", ".join(self.session.choice_label(path, part) or part for part in value.split())
        except FormsError:
            return value

    def _read(self, path: str, kind: str, text: str) -> str:
        """Return an answer's text with dates, numbers and acknowledgements as people write them."""
        if self.session is None or kind != "answer" or not text:
            return text
        view = self.session.question(path)
        question = view.kind
        if question == "date":
            return self._words.calendar_day(text)
        if question in ("integer", "decimal", "calculate"):
            return number_in_words(text, self._words.language, amount="thousands-sep" in view.appearance)
        return self._words.gettext("Yes") if question == "acknowledge" else text


def open_reader(
    procedure: Procedure | None,
    answers: Mapping[str, str | None],
    *,
    now_ms: int,
    words: Words,
    new_row_id: Callable[[], str],
) -> Reader:
    """Return the reader of these answers; ``procedure`` is None when its version is not held."""
    if procedure is None:
        return Reader(None, answers, words)
    try:
        definition = form_definition(procedure)
        session = Session(
            definition,
            answers=answers,
            today=words.day(now_ms),
            now_ms=now_ms,
            tz=words.zone,
            language=matching_language(definition.languages, words.language),
            new_row_id=new_row_id,
            decimal_sign="," if words.language.startswith("fr") else ".",
        )
    except (FormRefused, FormsError):
        return Reader(None, answers, words)
    return Reader(session, answers, words)
