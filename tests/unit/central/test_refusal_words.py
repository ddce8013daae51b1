"""Why a form is refused, in sentences: every code of ``forms`` has French and English words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import forms
from cases.errors import InputError
from cases.verify import Verified
from central.words import error_lines, refusal_lines, verified_lines
from forms.errors import FormRefused, Problem
from sync.refusal_words import PROCEDURE_ERRORS, problem_lines

FORMS = Path(forms.__file__).parent
UNKNOWN = problem_lines(Problem("forms.of_a_later_version"))[0].partition(" [")[0]


def sources() -> str:
    return "\n".join(file.read_text("utf-8") for file in sorted(FORMS.rglob("*.py")))


def test_a_reason_has_its_place_in_front_and_its_code_at_the_end() -> None:
    problem = Problem("forms.unsupported", "survey", 390, None, {"feature": "image", "path": "/main/photo"})
    assert problem_lines(problem) == (
        "feuille survey, ligne 390 : les photos ne sont pas encore prises en charge (image, /main/photo)"
        " [forms.unsupported]",
        "sheet survey, row 390: photos are not supported yet (image, /main/photo) [forms.unsupported]",
    )


def test_french_comes_first_and_both_name_every_reason() -> None:
    refused = FormRefused(
        Problem("forms.media_missing", "survey", 3, None, {"file": "communes.csv"}),
        Problem("forms.compile_timeout", details={"seconds": "20"}),
    )
    lines = refusal_lines(refused)
    assert [line.startswith("  ") for line in lines] == [False, True, True, False, True, True]
    assert lines[0].startswith("Ce formulaire") and lines[3].startswith("This form")
    assert "communes.csv" in lines[1] and "communes.csv" in lines[4]
    assert "20 secondes" in lines[2] and "20 seconds" in lines[5]


def test_every_code_that_forms_can_refuse_with_has_words() -> None:
    codes = set(re.findall(r'Problem\(\s*"(forms\.[a-z_]+)"', sources())) | {"forms.author", "forms.not_a_form"}
    assert len(codes) > 8
    for code in codes:
        french, english = problem_lines(Problem(code))
        assert not french.startswith(UNKNOWN), code
        assert french != english


CODES = ("forms.not_a_form", "forms.media_unreadable", "forms.expression", "forms.too_large", "forms.notice")


@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_words_of_its_own(code: str) -> None:
    by_code = {
        "forms.not_a_form": ("reason", r'"forms\.not_a_form", details=\{"reason": "(\w+)"'),
        "forms.media_unreadable": ("reason", r'"forms\.media_unreadable", details=\{[^}]*"reason": "(\w+)"'),
        "forms.expression": ("reason", r'ExpressionError\(\s*"(\w+)"'),
        "forms.notice": ("reason", r'notice\(\s*"(\w+)"'),
        "forms.too_large": ("limit", r'(?:_too_large\(|"limit": )"(\w+)"'),
    }
    name, pattern = by_code[code]
    reasons = set(re.findall(pattern, sources()))
    assert len(reasons) > 2
    said = {problem_lines(Problem(code, details={name: reason})) for reason in [*reasons, "of a later version"]}
    assert len(said) in (len(reasons), len(reasons) + 1)


def test_features_are_named_as_people_name_them() -> None:
    for feature, words in (
        ("video", "les vidéos ne sont pas encore prises en charge"),
        ("audio", "les enregistrements sonores ne sont pas encore pris en charge"),
        ("calendar ethiopian", "les autres calendriers"),
        ("external_geojson", "les listes externes de ce format"),
        ("something new", "les éléments de ce genre ne sont pas encore pris en charge (something new)"),
    ):
        assert words in problem_lines(Problem("forms.unsupported", details={"feature": feature}))[0]


def test_what_an_author_wrote_cannot_write_on_the_terminal_or_fill_it() -> None:
    details = {"reason": "syntax", "expression": "\x1b[31m{name}\n" + "x" * 5_000, "name": "}{"}
    for line in problem_lines(Problem("forms.expression", "survey\n", 2, None, details)):
        assert line.isprintable()
        assert len(line) < 500


def test_procedure_errors_name_the_path_and_both_languages_differ() -> None:
    for code in PROCEDURE_ERRORS:
        french, english, shown = error_lines(InputError(code, path="demo/apa", file="form.xlsx", id="É", bytes_max=5))
        assert french != english and shown == f"[{code}]"
        assert "demo/apa" in french or code == "procedure.bad_bundle"
    toml = InputError("procedure.bad_toml", path="demo/apa", file="procedure.toml", key="delay", reason="missing")
    assert error_lines(toml)[0] == "demo/apa : dans procedure.toml, « delay » manque"


def test_an_export_counts_as_unaltered_only_once_its_origin_is_proven() -> None:
    proven = verified_lines(Verified(3, None, fingerprint="7201 5078", proven=True))
    alone = verified_lines(Verified(3, None, fingerprint="7201 5078"))
    assert proven[0].startswith("complet et inaltéré") and proven[1].startswith("complete and unaltered")
    assert not any("inaltéré" in line or "unaltered" in line for line in alone)
    assert all("7201 5078" in line for line in (*proven, *alone)) and "--service-key" in alone[0]
