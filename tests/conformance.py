"""``python -m tests.conformance``: writes the published list of what is supported into docs/forms-conformance.md.

Each line is a form of a few rows that is converted, opened and filled here and now, or an entry of a registry that the
engine itself reads; a test fails when the page says something else. ``--check`` only looks.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from forms import refusals
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused
from forms.expressions.dialects import FOREIGN, ORIGINS
from forms.expressions.functions import ANY, FUNCTIONS
from forms.expressions.special import SPECIAL
from forms.session import Session
from tests.support.forms import convert_here, start
from tests.support.workbooks import Rows, workbook

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "forms-conformance.md"
BEGIN = "<!-- from here on written by: python -m tests.conformance -->"
END = "<!-- until here -->"
_CHOICES: Rows = [["list_name", "name", "label", "kind"], ["c", "a", "A", "x"], ["c", "b", "B", "y"]]
MEDIA = {file: b"name,label\nt1,Rennes\nt2,Brest\n" for file in ("towns.csv", "q.csv")}
_ON_GROUPS = {
    "field-list": "of a group, whose questions are shown together in any case",
    "table-list": "of a group: `label` and `list-nolabel` for the questions in it",
}

TYPES = (
    *("text", "integer", "decimal", "date", "time", "dateTime", "select_one c", "select_multiple c"),
    *("select_one c or_other", "select_one_from_file towns.csv", "select_multiple_from_file towns.csv", "rank c"),
    *("range", "note", "calculate", "hidden", "acknowledge", "barcode", "geopoint", "geotrace", "geoshape"),
    *("image", "audio", "video", "file", "start", "end", "today", "deviceid", "username", "email", "phonenumber"),
    *("audit", "background-audio", "start-geopoint", "csv-external", "osm"),
)
_UNASKED = frozenset({"audit", "csv-external", "background-audio", "start-geopoint"})
APPEARANCES = (
    *("multiline", "numbers", "thousands-sep", "bearing", "minimal", "autocomplete", "search", "quick", "likert"),
    *("columns", "columns-3", "columns-pack", "horizontal", "horizontal-compact", "no-buttons", "label"),
    *("list-nolabel", "image-map", "field-list", "table-list", "w1", "no-calendar", "month-year", "year"),
    *("ethiopian", "islamic", "vertical", "no-ticks", "picker", "rating", "signature", "draw", "annotate", "new"),
    *("placement-map", "maps", "hidden-answer", "masked", "ex:another.app", "printer:zebra"),
)


@dataclass(frozen=True)
class Column:
    """A column or setting, rows of the sheets that use it, and what a session over them must show."""

    name: str
    means: str
    survey: Rows
    shows: Callable[[Session], object]
    settings: Rows | None = None
    choices: Rows | None = None


def _survey(column: str, *cells: str, first: str = "integer", second: str = "integer") -> Rows:
    """Two questions, ``q`` and ``r``; the cells of the column for them."""
    values = (*cells, "", "")
    return [
        ["type", "name", "label", column],
        [first, "q", "Q", values[0]],
        [second, "r", "R", values[1]],
    ]


def _told(session: Session, path: str) -> list[str]:
    return [issue.message or issue.code for issue in session.validate() if issue.path == path]


def _after(session: Session, path: str, value: str) -> Session:
    session.answer(path, value)
    return session


_FRENCH = "label::Français (fr)"
_BOTH: Rows = [["type", "name", _FRENCH, "label::English (en)"], ["text", "q", "Nom", "Name"]]
COLUMNS = (
    Column("label", "words, in every language", _BOTH, lambda s: s.question("/q").label in ("Nom", "Name")),
    Column("hint", "help below the words", _survey("hint", "H"), lambda s: s.question("/q").hint == "H"),
    Column("guidance_hint", "longer help", _survey("guidance_hint", "G"), lambda s: s.question("/q").guidance == "G"),
    Column("required", "yes, or a formula", _survey("required", "", "${q} = 1"),
           lambda s: _told(_after(s, "/q", "1"), "/r") == ["required"]),
    Column("required_message", "the author's words",
           [["type", "name", "label", "required", "required_message"], ["text", "q", "Q", "yes", "Il faut"]],
           lambda s: _told(s, "/q") == ["Il faut"]),
    Column("relevant", "asked only when it is true", _survey("relevant", "", "${q} > 1"),
           lambda s: not s.question("/r").relevant and _after(s, "/q", "2").question("/r").relevant),
    Column("constraint", "what an answer must fulfil", _survey("constraint", ". < 5"),
           lambda s: bool(_told(_after(s, "/q", "7"), "/q"))),
    Column("constraint_message", "the author's words",
           [["type", "name", "label", "constraint", "constraint_message"], ["integer", "q", "Q", ". < 5", "Trop"]],
           lambda s: _told(_after(s, "/q", "7"), "/q") == ["Trop"]),
    Column("calculation", "a computed value", _survey("calculation", "", "${q} * 2", second="calculate"),
           lambda s: _after(s, "/q", "4").question("/r").value == "8"),
    Column("trigger", "computed when another answer changes",
           [["type", "name", "label", "calculation", "trigger"], ["integer", "q", "Q"],
            ["integer", "r", "R", "${q} + 1", "${q}"]],
           lambda s: _after(s, "/q", "4").question("/r").value == "5"),
    Column("default", "a first answer, or a formula for it", _survey("default", "3", "1 + 1"),
           lambda s: (s.question("/q").value, s.question("/r").value) == ("3", "2")),
    Column("readonly", "yes, or a formula", _survey("readonly", "yes"), lambda s: s.question("/q").readonly),
    Column("appearance", "see below", _survey("appearance", "multiline", first="text"),
           lambda s: "multiline" in s.question("/q").appearance),
    Column("parameters", "bounds and step of `range`, `randomize` with a seed, columns of a data file",
           _survey("parameters", "start=1 end=9 step=2", first="range"), lambda s: s.question("/q").bounds is not None),
    Column("choice_filter", "which choices are offered",
           [["type", "name", "label", "choice_filter"], ["text", "q", "Q"], ["select_one c", "r", "R", "kind = ${q}"]],
           lambda s: _after(s, "/q", "y").offered("/r") == ("b",), choices=_CHOICES),
    Column("repeat_count", "so many rows",
           [["type", "name", "label", "repeat_count"], ["begin repeat", "g", "G", "3"], ["text", "q", "Q"],
            ["end repeat"]],
           lambda s: sum(path.endswith("/q") for path in s.state()["values"]) == 3),
    Column("bind::…, instance::…, body::…", "attributes of the document itself", _survey("bind::required", "true()"),
           lambda s: _told(s, "/q") == ["required"]),
    Column("form_title, form_id, version", "setting: what the form is called", _survey("hint"),
           lambda s: (s.definition.title, s.definition.version) == ("Titre", "3"),
           settings=[["form_title", "form_id", "version"], ["Titre", "f", "3"]]),
    Column("default_language", "setting: spoken first", _BOTH, lambda s: s.language == "English (en)",
           settings=[["form_id", "default_language"], ["f", "English (en)"]]),
    Column("instance_name", "setting: what one filled form is called", _survey("hint"),
           lambda s: "n7" in _after(s, "/q", "7").submission().values(),
           settings=[["form_id", "instance_name"], ["f", "concat('n', ${q})"]]),
    Column("allow_choice_duplicates", "setting: one value twice in a list", _survey("hint", first="select_one d"),
           lambda s: len(s.offered("/q")) == 2, settings=[["form_id", "allow_choice_duplicates"], ["f", "yes"]],
           choices=[["list_name", "name", "label"], ["d", "a", "A"], ["d", "a", "A again"]]),
)  # fmt: skip


def converted(survey: Rows, choices: Rows | None = None, settings: Rows | None = None) -> bytes:
    """The document of a workbook of these sheets."""
    sheets = {"survey": survey, "choices": choices or _CHOICES, "settings": settings or [["form_id"], ["f"]]}
    return convert_here(workbook(**sheets), "f")


def holds(column: Column) -> bool:
    """Whether the column does what the page says."""
    definition = parse_form(converted(column.survey, column.choices, column.settings), MEDIA)
    return bool(column.shows(start(definition)))


def _one(kind: str) -> FormDefinition | FormRefused:
    survey: Rows = [["type", "name", "label", "calculation", "appearance"]]
    name = "audit" if kind == "audit" else "q"
    survey.append([kind, name, None if kind in _UNASKED else "Q", "1" if kind == "calculate" else None])
    survey.append(["text", "beside", "Beside"])
    try:
        return parse_form(converted(survey), MEDIA)
    except FormRefused as refused:
        return refused


def type_line(kind: str) -> str:
    """What becomes of a question of this type."""
    found = _one(kind)
    if isinstance(found, FormRefused):
        problem = found.problems[0]
        return f"refused: {problem.details.get('feature') or problem.code}"
    question = next((node for ref, node in found.questions.items() if ref == "/q"), None)
    control = question.control if question is not None else None
    if control is not None and control.kind == "file":
        return "shown, cannot be answered at a desk: told by `--check`, never counts as missing"
    told = [one.details.get("feature", one.code) for one in (*found.limitations, *found.left_out, *found.notices)]
    if told:
        return f"not done at a desk, the rest of the form is whole; told by `--check` ({', '.join(told)})"
    if control is None:
        return "stored without being asked" if kind != "csv-external" else "a table for formulas"
    return f"asked as `{control.kind}`" + (", read only" if control.kind == "note" else "")


def _words_read() -> frozenset[str]:
    """Every text that the rendering and the engine compare with: an appearance is honoured where its word is one."""
    files = [
        *(ROOT / "desktop" / "forms").rglob("*.py"),
        ROOT / "forms" / "presentation.py",
        ROOT / "forms" / "views.py",
    ]
    found: set[str] = set()
    for file in files:
        if file.name in ("refusals.py", "entry.py", "words.py", "left_out.py"):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        found.update(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and _is_text(node))
    return frozenset(found)


def _is_text(node: ast.Constant) -> bool:
    return isinstance(node.value, str)


def appearance_line(word: str, read: frozenset[str]) -> str:
    """What becomes of an appearance."""
    if word in ("signature", "draw", "annotate", "new"):
        return "of a picture, which no desk can take: see `image`"
    if word in _ON_GROUPS:
        return _ON_GROUPS[word]
    if word.startswith("printer"):
        return "nothing is printed from a question; told by `--check`"
    if refusals.left_out_feature(word) is not None:
        return "asked as a list or by typing, with a line that says so"
    if word in read or word == "w1" or word.startswith("columns-"):
        return "honoured"
    return "no effect: the question is asked in its plain shape"


def function_lines() -> list[tuple[str, str]]:
    """Every function with how many values it takes."""
    found = {name: (one.low, one.high) for name, one in FUNCTIONS.items()}
    found |= {name: (low, high) for name, (low, high, _maker) in SPECIAL.items()}
    return [(name, _many(*found[name])) for name in sorted(found)]


def _many(low: int, high: int) -> str:
    if high >= ANY:
        return f"{low} or more" if low else "any"
    return str(low) if low == high else f"{low} to {high}"


def _table(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def page() -> str:
    """The generated part of the page."""
    read = _words_read()
    by_many: dict[str, list[str]] = {}
    for name, many in function_lines():
        by_many.setdefault(many, []).append(f"`{name}`")
    tools: dict[str, list[str]] = {}
    for name, origin in sorted({**FOREIGN, **ORIGINS}.items()):
        tools.setdefault(origin.tool, []).append(f"`{name}`")
    lines = [
        BEGIN,
        "",
        "## What is supported",
        "",
        "Every line is seen by a form of a few rows that is converted, opened and filled when this page is written.",
        "",
        "### Question types",
        "",
        *_table("type | what becomes of it", [(f"`{kind}`", type_line(kind)) for kind in TYPES]),
        "### Appearances",
        "",
        *_table("appearance | what becomes of it", [(f"`{one}`", appearance_line(one, read)) for one in APPEARANCES]),
        "### Columns and settings",
        "",
        *_table("column | what it does", [(f"`{one.name}`", one.means) for one in COLUMNS if holds(one)]),
        "### Functions",
        "",
        *_table("values | functions", [(many, ", ".join(names)) for many, names in sorted(by_many.items())]),
        "Of other tools, told to the author by `--check` with what to write instead:",
        "",
        *_table("tool | functions", [(tool, ", ".join(names)) for tool, names in sorted(tools.items())]),
        END,
    ]
    return "\n".join(lines)


def whole(text: str) -> str:
    """The page with its generated part written anew, at its end where there was none."""
    if BEGIN not in text:
        return f"{text.rstrip()}\n\n{page()}\n"
    before, _, rest = text.partition(BEGIN)
    return before + page() + rest.partition(END)[2]


def main() -> int:
    """Write the page, or with ``--check`` tell whether it is stale."""
    text = PAGE.read_text("utf-8")
    wanted = whole(text)
    if "--check" in sys.argv:
        return int(text != wanted)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
