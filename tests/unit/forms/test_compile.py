"""Workbooks: read by content, held to limits before anything is inflated, converted in a bounded process."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from openpyxl import Workbook

from forms import compile_worker, limits, reader
from forms.compile import WORKER_ARGUMENT, compile_form, worker_command
from forms.definition import parse_form
from forms.errors import FormRefused, Problem
from tests.support.forms import define, start, xform
from tests.support.workbooks import Rows, archive, workbook

SIMPLE: Rows = [["type", "name", "label"], ["text", "a", "A"]]


def refusal(data: bytes, **more: object) -> tuple[Problem, ...]:
    with pytest.raises(FormRefused) as caught:
        compile_form(data, name="test", **more)  # type: ignore[arg-type]
    return caught.value.problems


def test_a_workbook_becomes_a_form_named_after_its_file() -> None:
    definition = parse_form(compile_form(workbook(survey=SIMPLE), name="demande"))
    assert definition.form_id == "demande" and list(definition.questions) == ["/a"]


def test_the_program_itself_is_the_worker_when_packaged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker_command() == (sys.executable, "-m", "forms.compile_worker")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command() == (sys.executable, WORKER_ARGUMENT)


def test_unsupported_questions_are_all_named_with_sheet_and_row() -> None:
    rows: Rows = [
        ["type", "name", "label", "calculation", "appearance"],
        ["text", "a", "A", None, None],
        [None, None, None, None, None],
        ["begin_group", "g", "G", None, None],
        ["text", "found", "Found", None, None],
        ["calculate", "c", None, "frobnicate(${a})", None],
        ["end_group", None, None, None, None],
        ["calculate", "d", None, "draw(${a})", None],
    ]
    found = {(p.code, p.sheet, p.row, p.column, p.details.get("feature")) for p in refusal(workbook(survey=rows))}
    assert found == {
        ("forms.expression", "survey", 8, "calculation", "draw()"),
        ("forms.expression", "survey", 6, "calculation", "frobnicate()"),
    }


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file"])
def test_what_no_desk_can_do_is_told_and_the_form_is_whole(kind: str) -> None:
    definition = define(f"| survey |\n| | type | name | label | required |\n| | {kind} | q | Q | yes |\n")
    assert [(one.code, dict(one.details)) for one in definition.left_out] == [
        ("forms.left_out", {"feature": kind, "path": "/q"})
    ]
    session = start(definition)
    assert session.question("/q").kind == "file" and kind in session.question("/q").appearance
    assert session.question("/q").required
    assert session.validate() == (), "nobody is held up by a photo that nobody can take"


@pytest.mark.parametrize(
    ("kind", "shown", "told"),
    [
        ("geotrace", "text", "geotrace"),
        ("geoshape", "text", "geoshape"),
        ("geopoint", "text", "geopoint"),
        ("barcode", "text", "barcode"),
        ("rank yn", "rank", ""),
    ],
)
def test_each_type_tells_its_widget(kind: str, shown: str, told: str) -> None:
    form = f"""
| survey  |           |      |       |
|         | type      | name | label |
|         | {kind}    | q    | Q     |
| choices |           |      |       |
|         | list_name | name | label |
|         | yn        | y    | Y     |
"""
    view = start(define(form)).question("/q")
    assert view.kind == shown and view.appearance == ({told} if told else set())


@pytest.mark.parametrize("words", ["ex:org.app", "ethiopian", "image-map", "printer:org.app"])
def test_an_appearance_that_a_desk_does_without_is_told(words: str) -> None:
    document = xform("| survey |\n| | type | name | label | appearance |\n| | text | q | Q | marked |\n")
    definition = parse_form(document.replace(b"marked", words.encode()))
    assert [one.details["path"] for one in definition.left_out] == ["/q"]


def test_a_table_is_asked_by_its_rows_and_its_head_is_never_missing() -> None:
    form = """
| survey  |               |      |       |              |          |
|         | type          | name | label | appearance   | required |
|         | select_one yn | h    | H     | label        | yes      |
|         | select_one yn | q    | Q     | list-nolabel | yes      |
| choices |               |      |       |              |          |
|         | list_name     | name | label |              |          |
|         | yn            | y    | Y     |              |          |
"""
    session = start(define(form))
    assert session.question("/h").heading and not session.question("/q").heading
    assert [issue.path for issue in session.validate()] == ["/q"]


def test_a_grid_tells_how_many_widths_go_into_a_row() -> None:
    form = """
| survey   |             |      |       |            |
|          | type        | name | label | appearance |
|          | begin_group | g    | G     | w6         |
|          | text        | q    | Q     | w2         |
|          | end_group   |      |       |            |
|          | text        | r    | R     |            |
| settings |             |      |       |            |
|          | style       |      |       |            |
|          | {style}     |      |       |            |
"""
    grid, plain = (start(define(form.format(style=style))).pages() for style in ("theme-grid pages", "pages"))
    assert [page.columns for page in grid] == [6, 4]
    assert [page.columns for page in plain] == [0, 0]


def test_another_tool_s_appearance_is_told_and_the_question_asked_as_usual() -> None:
    document = xform("| survey |\n| | type | name | label | appearance |\n| | text | q | Q | marked |\n")
    definition = parse_form(document.replace(b"marked", b"w2 custom-list(a=1, b='x y') numbers"))
    assert [(one.details["reason"], one.details["name"]) for one in definition.notices] == [
        ("appearance_unknown", "custom-list")
    ]
    assert start(definition).question("/q").appearance == {"w2", "numbers"}


def test_an_appearance_that_is_only_a_look_is_kept() -> None:
    definition = define("| survey |\n| | type | name | label | appearance |\n| | text | q | Q | multiline w2 |\n")
    control = definition.questions["/q"].control
    assert control is not None and control.appearance == {"multiline", "w2"}


def test_an_authors_mistake_keeps_its_row() -> None:
    (problem,) = refusal(workbook(survey=[["type", "name", "label"], ["select_one nolist", "a", "A"]]))
    assert (problem.code, problem.sheet, problem.row) == ("forms.list_missing", "survey", 2)
    assert problem.details["cell"] == "A2" and problem.details["name"] == "nolist"


def test_an_unknown_type_is_named() -> None:
    (problem,) = refusal(workbook(survey=[["type", "name", "label"], ["hologram", "a", "A"]]))
    assert (problem.code, problem.row, problem.details["feature"]) == ("forms.unsupported", 2, "hologram")


def test_a_missing_data_file_is_named_with_its_row() -> None:
    (problem,) = refusal(workbook(survey=[["type", "name", "label"], ["select_one_from_file towns.csv", "t", "T"]]))
    assert (problem.code, problem.row, problem.details["file"]) == ("forms.media_missing", 2, "towns.csv")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"PK\x03\x04broken", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\x89PNG"]
)
def test_what_is_no_form_is_said_to_be_none(data: bytes) -> None:
    assert [problem.code for problem in refusal(data)] == ["forms.not_a_form"]


def test_a_workbook_without_a_survey_is_no_form() -> None:
    (problem,) = refusal(workbook(Feuille=[["Budget", 2026], ["Eau", 12]], Autre=[["x"]]))
    assert problem.code in ("forms.not_a_form", "forms.author")


def test_content_decides_not_the_name() -> None:
    assert reader.kind_of(workbook(survey=SIMPLE)) == reader.XLSX
    assert reader.kind_of(b"\xef\xbb\xbf <h:html/>") == reader.XML


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    bomb = archive({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 30_000_000})
    (problem,) = refusal(bomb)
    assert (problem.code, problem.details["limit"]) == ("forms.too_large", "compression_ratio")


def test_too_many_parts_and_too_many_bytes_are_refused() -> None:
    (parts,) = refusal(archive({f"xl/{number}": b"x" for number in range(limits.PARTS_MAX + 1)}))
    assert parts.details["limit"] == "parts"
    (packed,) = refusal(b"PK\x03\x04" + bytes(limits.PACKED_BYTES_MAX))
    assert packed.details["limit"] == "packed_bytes"


def _sparse(reference: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in SIMPLE:
        sheet.append(row)
    sheet[reference] = "far"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(("cell", "limit"), [("A1048576", "rows"), ("XFD2", "columns"), ("SH2", "columns")])
def test_a_sparse_giant_sheet_is_refused_with_its_name(cell: str, limit: str) -> None:
    (problem,) = refusal(_sparse(cell), timeout_s=10)
    assert (problem.code, problem.sheet, problem.details["limit"]) == ("forms.too_large", "survey", limit)


def test_a_sheet_with_a_document_type_is_no_form() -> None:
    evil = b'<!DOCTYPE a [<!ENTITY x "y">]><worksheet>&x;</worksheet>'
    (problem,) = refusal(archive({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": evil}))
    assert problem.details["reason"] == "doctype"


def test_a_worker_that_takes_too_long_is_ended() -> None:
    waiting = (sys.executable, "-c", "import threading; threading.Event().wait()")
    (problem,) = refusal(workbook(survey=SIMPLE), timeout_s=0.5, command=lambda: waiting)
    assert problem.code == "forms.compile_timeout"


def test_a_worker_that_dies_is_reported() -> None:
    (problem,) = refusal(workbook(survey=SIMPLE), command=lambda: (sys.executable, "-c", "raise SystemExit(3)"))
    assert (problem.code, problem.details["exit"]) == ("forms.compile_failed", "3")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
def test_a_worker_that_eats_memory_is_stopped() -> None:
    greedy = (
        "from forms import compile_worker as w\n"
        "w.convert = lambda data, name, lenient: bytearray(2 * 1024 ** 3)\n"
        "raise SystemExit(w.main())"
    )
    (problem,) = refusal(workbook(survey=SIMPLE), command=lambda: (sys.executable, "-c", greedy))
    assert problem.code == "forms.compile_memory"


def test_large_forms_convert_in_time_and_the_converter_is_left_as_it_was() -> None:
    from pyxform import utils, xls2xform
    from pyxform.survey_element import SurveyElement

    own = SurveyElement.__eq__
    shared: Any = [{"type": "text"}]
    for _ in range(80):
        shared = [shared, {"children": shared}]
    with compile_worker.converter_in_haste():
        assert SurveyElement.__eq__ is object.__eq__
        looks: Any = xls2xform.has_external_choices
        assert looks(shared) is False
        for given in ({"type": "select one external"}, {"a": [{"type": "select one external x"}]}, {"type": ["text"]}):
            assert looks(given) is utils.has_external_choices(given)
    assert SurveyElement.__eq__ is own and xls2xform.has_external_choices is utils.has_external_choices


def test_an_xform_document_is_taken_as_it_is() -> None:
    document = xform("| survey |\n| | type | name | label |\n| | text | a | A |\n")
    assert compile_form(document, name="x") == document


def test_encryption_and_a_mistake_in_an_entity_are_refused_where_they_are_set() -> None:
    survey: Rows = [["type", "name", "label", "save_to"], ["text", "a", "A", "a"]]
    (entity,) = refusal(workbook(survey=survey, entities=[["dataset", "label"], ["people", "nothing(${a})"]]))
    assert (entity.sheet, entity.row, entity.details["name"]) == ("entities", 2, "nothing")
    (locked,) = refusal(workbook(survey=SIMPLE, settings=[["public_key"], ["MIIBIjAN"]]))
    assert (locked.sheet, locked.row, locked.details["feature"]) == ("settings", 2, "encryption")
