"""``main.py form``: states as JSON lines, the author's report, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sync.form_command import run_form
from tests.support.forms import xform

FORM = """
| survey |  |  |  |  |  |
|  | type | name | label | calculation | appearance |
|  | text | a | A |  |  |
|  | text | r | R |  | custom(1) |
|  | calculate | day |  | today() |  |
|  | calculate | low |  | lower-case(${a}) |  |
"""
CLOCK = ("--now", "2026-11-23T23:30:00+00:00", "--timezone", "Europe/Paris")


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.xml"
    path.write_bytes(xform(FORM))
    return path


def run(form: Path, script: object, *more: str) -> int:
    steps = form.with_name("steps.json")
    steps.write_text(script if isinstance(script, str) else json.dumps(script), "utf-8")
    return run_form([str(form), "--replay", str(steps), *CLOCK, *more])


def test_a_replay_prints_a_state_before_and_after_each_step(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(form, [{"answer": "/data/a", "with": "Éa"}]) == 0
    first, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["values"]["/data/day"] == "2026-11-24"
    assert last["values"]["/data/low"] == "éa" and last["refused"] is False


def test_a_step_on_what_the_form_has_not_is_named_and_refused(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(form, [{"answer": "/data/b", "with": "x"}]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[1])["refused"] is True
    assert "étape 1" in said.err and "step 1" in said.err and "/data/b" in said.err


def test_a_wrong_script_is_said_in_both_languages(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(form, [{"language": "fr"}, {"jump": "/data/a"}]) == 2
    said = capsys.readouterr()
    assert "étape 2" in said.err and "step 2" in said.err and said.out == ""
    assert run(form, "[", "--seed", "3") == 2


def test_files_and_words_that_are_wrong_are_said(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_form([str(form.with_name("none.xlsx")), "--check"]) == 3
    assert run(form, [], "--timezone", "Mars/Olympus") == 2
    assert run(form, [], "--now", "soon") == 2
    said = capsys.readouterr().err
    assert "none.xlsx" in said and "Mars/Olympus" in said and "soon" in said


def test_a_form_that_is_none_is_refused(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form.write_bytes(b"plain text")
    assert run(form, []) == 1
    assert "Ce formulaire est refusé" in capsys.readouterr().err
    assert run_form([str(form), "--check", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["opens"] is False and report["problems"][0]["code"] == "forms.not_a_form"


def test_the_report_says_what_is_unsupported_and_what_collect_reads_otherwise(
    form: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = b'<bind nodeset="/data/a" relevant="frobnicate()"/></model>'
    form.write_bytes(form.read_bytes().replace(b"</model>", wrong))
    assert run_form([str(form), "--check"]) == 1
    said = capsys.readouterr().out
    assert "ne peut pas être publié tel quel" in said
    assert "custom" in said and "lower-case" in said
    assert run_form([str(form), "--check", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["opens"] and not report["publishable"] and report["questions"] == 2
    assert [one["details"]["feature"] for one in report["unsupported"]] == ["frobnicate()"]
    assert [one["details"]["reason"] for one in report["notices"]] == ["appearance_unknown", "unread", "unread"]
    assert [one["details"]["name"] for one in report["differs"]] == ["lower-case"]


def test_a_form_is_printed_blank_or_filled_by_a_script(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper, steps = form.with_name("out.pdf"), form.with_name("steps.json")
    assert run_form([str(form), "--print", str(paper), *CLOCK]) == 0
    blank = paper.read_bytes()
    assert blank.startswith(b"%PDF") and b"pdfuaid" in blank
    steps.write_text(json.dumps([{"answer": "/data/a", "with": "#panic()"}]), "utf-8")
    assert run_form([str(form), "--print", str(paper), "--answers", str(steps), *CLOCK]) == 0
    assert paper.read_bytes() != blank
    assert capsys.readouterr() == ("", "")


def test_what_cannot_be_printed_is_said(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper, steps = form.with_name("out.pdf"), form.with_name("steps.json")
    assert run_form([str(form), "--print", str(paper), "--language", "Klingon", *CLOCK]) == 2
    assert run_form([str(form), "--print", str(form.parent / "none" / "out.pdf"), *CLOCK]) == 3
    steps.write_text(json.dumps([{"answer": "/data/none", "with": "x"}]), "utf-8")
    assert run_form([str(form), "--print", str(paper), "--answers", str(steps), *CLOCK]) == 1
    said = capsys.readouterr().err
    assert "Klingon" in said and "étape 1" in said and "step 1" in said
    assert paper.exists(), "the rest of the script is printed all the same"


def test_printing_replaces_nothing_but_a_pdf(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = form.read_bytes()
    assert run_form([str(form), "--print", str(form), *CLOCK]) == 2
    assert form.read_bytes() == before
    said = capsys.readouterr().err
    assert form.name in said and "n'est pas un PDF" in said
    paper = form.with_name("out.pdf")
    assert run_form([str(form), "--print", str(paper), *CLOCK]) == 0
    assert run_form([str(form), "--print", str(paper), *CLOCK]) == 0, "an older PDF is replaced"
    assert sorted(one.name for one in form.parent.iterdir() if ".new" in one.name) == []


@pytest.mark.parametrize(
    "more",
    [
        ("--check", "--language", "fr"),
        ("--replay", "steps.json", "--language", "fr"),
        ("--replay", "steps.json", "--json"),
        ("--check", "--answers", "steps.json"),
    ],
)
def test_what_would_be_ignored_is_refused(form: Path, more: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_form([str(form), *more])
    assert ended.value.code == 2


def test_a_zone_that_nobody_knows_is_the_writer_s_slip(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_form([str(form), "--check", "--timezone", "Europe/Pari"]) in (0, 1)
    assert run_form([str(form), "--print", str(form.with_name("o.pdf")), "--timezone", "Europe/Pari"]) == 2
    assert "Europe/Pari" in capsys.readouterr().err
