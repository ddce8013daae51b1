"""A form as it goes on paper: questions, headings and tables in reading order, as plain data for the template.

Every text is data. What a person answered stays as it was typed; what the form's author wrote gets its language's
spaces and apostrophes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cases import paper_words, receipt_words
from cases.receipt import TEXT_LENGTH_MAX, answer_in_words
from forms.explaining import Explanation
from forms.markup import Segment
from forms.schema import SchemaNode
from forms.views import Choice, Item, Page, QuestionView, RepeatView, Row, Section

CHOICES_PRINTED = 24
"""Longer lists are told, never printed: nobody ticks one of 36,000 communes on paper."""
COLUMNS_MOST = 6
TABLE_CHARS = 84
"""The letters that fit beside each other in a table on one page."""
CELL_CHARS_MOST = 60
BLANK_ROWS = 5
CHOICES_IN_CELL = 4
_CHOOSING = frozenset({"select_one", "select_multiple", "rank"})
_WIDTHS = {"date": 12, "integer": 10, "decimal": 11, "time": 9, "datetime": 18, "acknowledge": 8}
_SILENT = frozenset({"note", "calculate"})

Printed = dict[str, Any]
"""One thing to print: ``what`` is ``heading``, ``question``, ``note``, ``table`` or ``back``; the rest as the template
names it."""


class PaperForm(Protocol):
    """The part of ``forms.session.Session`` that a printed form needs."""

    def pages(self) -> tuple[Page, ...]: ...

    def pages_on_paper(self) -> tuple[Page, ...]: ...

    def choices(self, path: str, search: str = "", limit: int = 200) -> tuple[Choice, ...]: ...

    def choice_label(self, path: str, value: str) -> str: ...


class _Explaining(Protocol):
    def __call__(self, path: str, aspect: str, *, own: bool) -> Explanation | None: ...


@dataclass(frozen=True)
class Printing:
    """How one form is printed.

    Attributes:
        form: read, and for a blank one given rows: never one that is kept.
        nodes: of its definition, by reference.
        explain: gives a condition.
        language: of the words around the form, ``fr`` or ``en``; form_language: the tag of the form's own.
    """

    form: PaperForm
    nodes: Mapping[str, SchemaNode]
    explain: _Explaining
    language: str
    form_language: str
    blank: bool

    def items(self) -> tuple[Printed, ...]:
        """Everything in reading order."""
        found: list[Printed] = []
        pages = self.form.pages_on_paper() if self.blank else self.form.pages()
        for page in pages:
            alone = page.items[0] if len(page.items) == 1 else None
            titled = isinstance(alone, RepeatView) and alone.path == page.path
            if page.label and not titled:
                found.append(self._heading(page.label, 2, page.path, group=True))
            elif found and not titled:
                found.append({"what": "back"})
            found.extend(self._all(page.items, 2 if titled else 3))
        return tuple(_stepwise(found))

    # --- under each other

    def _all(self, items: Sequence[Item], level: int) -> Iterator[Printed]:
        nested = False
        for item in items:
            if isinstance(item, QuestionView):
                if nested:
                    yield {"what": "back"}  # what follows a section is no part of it
                yield from self._question(item)
            elif isinstance(item, Section):
                if item.label:
                    yield self._heading(item.label, level, item.path, group=True)
                yield from self._all(item.items, level + 1)
            else:
                yield from self._repeat(item, level)
            nested = not isinstance(item, QuestionView)

    def _heading(self, label: str, level: int, path: str, *, group: bool = False) -> Printed:
        condition = self._condition(path, ("group", "repeat")) if group else ""
        return {"what": "heading", "text": self._own(label), "level": min(level, 5), "condition": condition}

    def _question(self, question: QuestionView) -> Iterator[Printed]:
        if question.kind == "note":
            if question.label or question.help_parts or question.hint:
                yield {"what": "note", **self._words(question)}
            return
        if question.heading:
            return  # it names the choices of the questions below, which name them too
        if question.computed if self.blank else question.kind == "calculate" and not question.value:
            return  # nobody writes a result by hand
        yield {"what": "question", **self._words(question), **self._answer(question)}

    def _words(self, question: QuestionView) -> Printed:
        hint = "\n".join(text for text in (question.hint, question.guidance) if text)
        return {
            "path": question.path,
            "label": self._parts(question.label, question.label_parts),
            "help": self._parts(hint, question.help_parts),
            "required": question.required and not question.readonly,
            "condition": self._condition(question.path, ()),
        }

    def _answer(self, question: QuestionView) -> Printed:
        if not self.blank:
            return {"shape": "answer", "value": self._value(question)}
        if question.readonly and question.value:
            return {"shape": "told", "value": self._value(question)}
        return self._space(question)

    # --- a place to write

    def _space(self, question: QuestionView) -> Printed:
        known = paper_words.words(self.language)
        if question.kind in _CHOOSING:
            return self._choices(question)
        if question.kind == "acknowledge":
            return {"shape": "ticks", "how": "", "choices": [known["confirm"]], "more": ""}
        if question.kind == "file":
            signed = {"signature", "draw", "annotate"} & question.appearance
            return {"shape": "area"} if signed else {"shape": "told", "value": known["attach"]}
        if question.kind in ("date", "time", "datetime"):
            return {"shape": question.kind}
        if question.kind in ("integer", "decimal", "range"):
            bounds = question.bounds
            how = "" if bounds is None else known["between"].format(start=bounds.start, end=bounds.end)
            return {"shape": "short", "how": how}
        long = {"multiline", "textarea"} & question.appearance
        return {"shape": "lines" if long else "line"}

    def _choices(self, question: QuestionView) -> Printed:
        known = paper_words.words(self.language)
        if question.choice_count == 0:
            return {"shape": "line", "how": known["depends"]}
        if question.choice_count > CHOICES_PRINTED:
            count = receipt_words.number_in_words(str(question.choice_count), self.language, amount=True)
            return {"shape": "line", "how": known["listed"].format(count=count)}
        offered = self.form.choices(question.path, "", CHOICES_PRINTED)
        how = {"select_one": "one", "select_multiple": "many", "rank": "rank"}[question.kind]
        labels = [self._own(choice.label or choice.value) for choice in offered]
        return {"shape": "ticks", "how": known[how], "choices": labels, "more": ""}

    # --- what was answered

    def _value(self, question: QuestionView) -> str:
        if not question.value:
            return ""
        if question.kind == "rank":
            labels = [self.form.choice_label(question.path, value) for value in question.value.split()]
            return "\n".join(f"{place}. {self._own(label)}" for place, label in enumerate(labels, 1))
        text = question.value
        if question.kind == "select_one":
            text = self.form.choice_label(question.path, text)
        return _cut(
            answer_in_words(question, text, lambda value: self.form.choice_label(question.path, value), self.language)
        )

    # --- rows

    def _repeat(self, repeat: RepeatView, level: int) -> Iterator[Printed]:
        if not repeat.rows:
            return
        if repeat.label:
            yield self._heading(repeat.label, level, repeat.path, group=True)
        columns = self._columns(repeat)
        if columns:
            yield self._table(repeat, columns)
            return
        known = paper_words.words(self.language)
        for number, row in enumerate(repeat.rows, 1):
            label = row.label if not self.blank else known["row"].format(label=repeat.label, number=number)
            yield {"what": "heading", "text": self._own(label), "level": min(level + 1, 5), "condition": ""}
            yield from self._all(row.items, level + 2)
        if self.blank and repeat.label:
            yield {"what": "note", "path": repeat.path, **self._plain(known["copy"].format(label=repeat.label))}

    def _plain(self, text: str) -> Printed:
        return {"label": self._parts(text, ()), "help": [], "required": False, "condition": ""}

    def _columns(self, repeat: RepeatView) -> tuple[QuestionView, ...]:
        """The questions that stand above the columns of a table; none where a table would not fit."""
        found: dict[str, QuestionView] = {}
        for row in repeat.rows:
            for item in row.items:
                if not isinstance(item, QuestionView) or item.kind == "note":
                    return ()
                found.setdefault(item.ref, item)
        order = {ref: place for place, ref in enumerate(self.nodes)}
        columns = tuple(sorted(found.values(), key=lambda question: order.get(question.ref, 0)))
        if self.blank:
            columns = tuple(one for one in columns if not one.computed and one.kind not in _SILENT)
        if not 1 <= len(columns) <= COLUMNS_MOST:
            return ()
        widths = [self._width(column, repeat) for column in columns]
        return columns if all(widths) and sum(widths) <= TABLE_CHARS else ()

    def _width(self, column: QuestionView, repeat: RepeatView) -> int:
        """The letters that a column needs; 0 when it does not suit a table."""
        word = max((len(word) for word in column.label.split()), default=1)
        least = max(word, min(len(column.label), 14), 5)
        if self.blank:
            space = self._space(column)
            if space["shape"] == "ticks":
                labels = space["choices"] if column.kind != "acknowledge" else []
                longest = max((len(label) for label in labels), default=2) + 4
                return max(least, longest) if len(labels) <= CHOICES_IN_CELL and longest <= CELL_CHARS_MOST // 2 else 0
            if space["shape"] in ("lines", "area", "told"):
                return 0
            return max(least, _WIDTHS.get(column.kind, 18))
        cells = [self._value(one) for one in _cells(repeat.rows, column.ref)]
        longest = max((len(line) for cell in cells for line in cell.split("\n")), default=0)
        if any(len(cell) > CELL_CHARS_MOST for cell in cells):
            return 0
        return max(least, min(longest, 28))

    def _table(self, repeat: RepeatView, columns: Sequence[QuestionView]) -> Printed:
        rows: list[list[Printed]] = []
        for row in repeat.rows:
            by_ref = {item.ref: item for item in row.items if isinstance(item, QuestionView)}
            rows.append([self._cell(by_ref.get(column.ref)) for column in columns])
        if self.blank:
            rows = rows[:1] * max(BLANK_ROWS, len(rows))
        return {
            "what": "table",
            "path": repeat.path,
            "heads": [self._own(column.label) for column in columns],
            "widths": [self._width(column, repeat) for column in columns],
            "required": [self.blank and column.required for column in columns],
            "rows": rows,
        }

    def _cell(self, question: QuestionView | None) -> Printed:
        if question is None:
            return {"shape": "answer", "value": "–"}  # not asked in this row
        if not self.blank:
            return {"shape": "answer", "value": self._value(question)}
        space = self._space(question)
        if space["shape"] == "ticks":
            return {"shape": "ticks", "choices": space["choices"] if question.kind != "acknowledge" else [""]}
        return {"shape": "empty"}

    # --- words

    def _condition(self, path: str, kinds: Sequence[str]) -> str:
        """When this is to be filled in, for who has no program that hides it. Of groups only where a node is one."""
        if not self.blank:
            return ""
        node = self.nodes.get(_without_rows(path))
        if node is None or node.relevant is None or node.control is None:
            return ""
        if bool(kinds) != (node.control.kind in ("group", "repeat")):
            return ""
        explanation = self.explain(path, "relevant", own=True)
        return "" if explanation is None else self._ours(paper_words.condition_words(explanation, self.language))

    def _parts(self, text: str, parts: Sequence[Segment]) -> list[Printed]:
        pieces = parts or ((Segment(text),) if text else ())
        return [
            {
                "text": self._own(part.text),
                "bold": part.bold or bool(part.heading),
                "italic": part.italic,
                "underlined": part.underlined,
                "link": part.link,
            }
            for part in pieces
        ]

    def _own(self, text: str) -> str:
        """The author's words as they are printed in the form's language."""
        return _cut(text if self.form_language not in ("fr", "en") else self._set(text, self.form_language))

    def _ours(self, text: str) -> str:
        return self._set(text, self.language)

    @staticmethod
    def _set(text: str, language: str) -> str:
        return receipt_words.typographic(text, language)


def _stepwise(items: Sequence[Printed]) -> Iterator[Printed]:
    """The same with headings that never skip a level and never lack words: an accessible document may not."""
    above = 1
    for item in items:
        if item["what"] != "heading":
            yield item
        elif item["text"].strip():
            above = min(item["level"], above + 1)
            yield {**item, "level": above}


def _cells(rows: Sequence[Row], ref: str) -> Iterator[QuestionView]:
    for row in rows:
        for item in row.items:
            if isinstance(item, QuestionView) and item.ref == ref:
                yield item


def _without_rows(path: str) -> str:
    return "/".join(step.partition("[")[0] for step in path.split("/"))


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH_MAX else text[: TEXT_LENGTH_MAX - 1] + "…"
