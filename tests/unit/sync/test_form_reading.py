"""What a form's author is told of a file: every line with its place, and what opens in spite of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms.errors import FormRefused
from sync.form_reading import BLOCKING, REPAIR, SECTIONS, UNSUPPORTED, read_form, report_lines
from tests.support.form_sessions import workbook_of

SURVEY = (
    ("text", "a", "A", {}),
    ("select_one nowhere", "b", "B", {}),
    ("integer", "c", "C", {"relevant": "${a} = 'x'", "constraint": "frobnicate(.)"}),
    ("calculate", "d", "", {"calculation": "${c} * 2"}),
    ("text", "e", "", {"required": "oui"}),
)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "essai.xlsx"
    path.write_bytes(workbook_of(SURVEY, (("towns", "t", "T"),)))
    return path


def test_a_form_with_mistakes_opens_for_its_author_with_each_of_them_named(workbook: Path) -> None:
    with pytest.raises(FormRefused):
        read_form(workbook)
    form = read_form(workbook, for_author=True)
    assert not form.publishable and set(form.definition.questions) == {"/a", "/b", "/c", "/e"}
    lines = report_lines(form)
    told = {(line.section, line.code, line.path) for line in lines}
    assert (BLOCKING, "forms.list_missing", "/b") in told
    assert (REPAIR, "forms.repair.list_missing", "/b") in told
    assert (UNSUPPORTED, "forms.expression", "/c") in told
    blocking = next(line for line in lines if line.section == BLOCKING)
    assert blocking.words[0].startswith("feuille survey, ligne 3") and "[" not in blocking.words[0]
    order = [line.section for line in lines]
    assert order == sorted(order, key=SECTIONS.index)


def test_formulas_are_told_as_their_author_wrote_them(workbook: Path) -> None:
    written = read_form(workbook, for_author=True).converted.written
    assert {(one.row, one.path, one.aspect, one.text) for one in written} == {
        (4, "/c", "relevant", "${a} = 'x'"),
        (4, "/c", "constraint", "frobnicate(.)"),
        (5, "/d", "calculate", "${c} * 2"),
        (6, "/e", "required", "oui"),
    }
    assert all(one.cell.endswith(str(one.row)) for one in written)


def test_what_opens_in_no_way_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(FormRefused) as refused:
        read_form(broken, for_author=True)
    assert [problem.code for problem in refused.value.problems] == ["forms.not_a_form"]


def test_what_the_converter_refuses_is_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "essai.xlsx"
    rows = (
        ("integer", "n", "N", {}),
        ("begin_repeat", "r", "R", {"repeat_count": "${n"}),
        ("text", "a", "A", {"save_to": "nowhere"}),
        ("end_repeat", "", "", {}),
        ("text", "z", "Z", {}),
    )
    path.write_bytes(workbook_of(rows, ()))
    with pytest.raises(FormRefused):
        read_form(path)
    form = read_form(path, for_author=True)
    assert set(form.definition.questions) == {"/n", "/r/a", "/z"} and not form.publishable
    dropped = {(one.cell, one.found) for one in form.converted.repairs if one.code == "forms.repair.cell_dropped"}
    assert {found for _cell, found in dropped} == {"${n", "nowhere"}
    assert [line.path for line in report_lines(form) if line.section == BLOCKING] == ["/r/a"], (
        "the converter names what it meets first"
    )
