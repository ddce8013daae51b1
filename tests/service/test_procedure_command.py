"""``procedure check``: what was mended is told in both languages, beside the outcome."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.procedure_commands import run_procedure
from tests.support.workbooks import ods, workbook


def test_a_mended_workbook_is_fine_and_says_what_was_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chiens.xlsx"
    path.write_bytes(workbook(survey=[["type", "name", "label"], ["Text", "a", "A"], ["tel", "b", "B"]]))
    assert run_procedure(["check", str(path)]) == 0
    told = capsys.readouterr()
    assert "conforme / fine" in told.out and len(told.out.splitlines()) == 1
    assert "Corrigé à la lecture du classeur (2) :" in told.err
    assert "feuille survey A3 : le type « tel » vient d'un autre outil" in told.err
    assert "sheet survey A2: the type “Text” is read as “text” (certain) [forms.repair.type_spelling]" in told.err


def test_what_cannot_be_mended_is_refused_with_its_cell_and_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chiens.ods"
    survey: list[list[object]] = [
        ["type", "name", "label", "relevant"],
        ["text", "nom", "N"],
        ["text", "b", "B", "${nim}"],
    ]
    path.write_bytes(ods(survey=survey))
    assert run_procedure(["check", str(path)]) == 1
    told = capsys.readouterr().err
    assert "ligne 3, colonne relevant : « ${nim} » ne nomme aucune question (D3) ; au plus près : nom" in told
    assert "row 3, column relevant: “${nim}” names no question (D3); nearest: nom" in told


def test_a_form_that_asks_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "vide.xlsx"
    path.write_bytes(workbook(survey=[["type", "name", "label"]]))
    assert run_procedure(["check", str(path)]) == 1
    told = capsys.readouterr().err
    assert "question" in told and "survey" in told


def test_formulas_that_need_each_other_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ronde.xlsx"
    survey: list[list[object]] = [
        ["type", "name", "label", "calculation"],
        ["calculate", "a", "", "${b} + 1"],
        ["calculate", "b", "", "${a} + 1"],
        ["note", "n", "Voilà ${a}", ""],
    ]
    path.write_bytes(workbook(survey=survey))
    assert run_procedure(["check", str(path)]) == 0
    assert "formules qui se mordent la queue" in capsys.readouterr().err


def test_a_french_author_says_yes_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "oui.xlsx"
    path.write_bytes(workbook(survey=[["type", "name", "label", "required"], ["text", "a", "A", "Oui"]]))
    assert run_procedure(["check", str(path)]) == 0
    assert "« Oui » est lu comme « yes »" in (capsys.readouterr().err)
