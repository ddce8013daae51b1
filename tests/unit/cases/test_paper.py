"""``cases.paper``: what is printed of a form, blank and filled, and that no words become markup."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from cases.errors import InputError
from cases.paper import PAGES_MOST, PaperData, form_language, pages_about, paper_of, paper_pages, paper_pdf
from cases.paper import _compiler as compiler
from tests.support.form_sessions import CHOICES, SURVEY, MemoryForm, definition_of

Rows = Sequence[tuple[str, str, str, Mapping[str, str]]]
HOSTILE = (
    "#panic()",
    '#read("/etc/passwd")',
    "$ x $ `raw` @ref <label> = Titre",
    "]} #set text(red) {[",
    '"\\u{23} \\n // comment /* */',
    '#import "@preview/x:1.0.0"',
)


def paper(form: MemoryForm, **changes: Any) -> PaperData:
    known: dict[str, Any] = {"blank": False, "title": "Demande d'aide", "printed_ms": 1_795_000_000_000, "tz": UTC}
    return paper_of(form.session, **{**known, **changes})


def blank(survey: Rows = SURVEY, choices: Sequence[tuple[str, str, str]] = CHOICES) -> PaperData:
    return paper(MemoryForm(definition_of(survey, choices)), blank=True)


def filled(survey: Rows, answers: Mapping[str, str], choices: Sequence[tuple[str, str, str]] = CHOICES) -> PaperData:
    form = MemoryForm(definition_of(survey, choices))
    for path, value in answers.items():
        form.answer(path, value)
    return paper(form)


def item(data: PaperData, path: str) -> dict[str, Any]:
    return next(one for one in data.items if one.get("path") == path)


def label(one: Mapping[str, Any]) -> str:
    return "".join(part["text"] for part in one["label"])


def printed(data: PaperData) -> list[str]:
    """Every text of the laid-out form."""
    laid_out = compiler(data)
    return [text for kind in ("heading", "par") for text in texts_of(json.loads(laid_out.query(kind)))]


def texts_of(content: Any) -> list[str]:
    if isinstance(content, list):
        return [text for part in content for text in texts_of(part)]
    if not isinstance(content, dict):
        return []
    if content.get("func") == "text":
        return [content["text"]]
    return [text for part in content.values() for text in texts_of(part)]


def pages_of(data: PaperData) -> dict[str, list[int]]:
    """The pages on which each question begins and ends."""
    found: dict[str, list[int]] = {}
    for one in json.loads(compiler(data).query("<where>"))[0]["value"]:
        found.setdefault(one["path"], []).append(one["page"])
    return found


# --- a blank form


def test_each_kind_of_question_gets_its_own_place_to_write() -> None:
    data = blank()
    shapes = {path: item(data, path)["shape"] for path in ("/who/name", "/who/birth", "/who/children", "/who/works")}
    assert shapes == {"/who/name": "line", "/who/birth": "date", "/who/children": "short", "/who/works": "ticks"}
    assert item(data, "/money/remarks")["shape"] == "lines"
    assert item(data, "/end/call_at")["shape"] == "time"
    assert item(data, "/end/meeting")["shape"] == "datetime"
    assert item(data, "/end/agree")["choices"] == ["Oui, je confirme"]


def test_choices_are_boxes_to_tick_and_say_how_many() -> None:
    works, helps = (item(blank(), path) for path in ("/who/works", "/who/helps"))
    assert works["choices"] == ["Oui", "Non", "Ne sait pas"] and works["how"] == "Cochez une seule case."
    assert len(helps["choices"]) == 5 and helps["how"].startswith("Cochez toutes")


def test_a_long_list_is_told_and_not_printed() -> None:
    towns = tuple(("towns", f"t{number}", f"Commune {number}") for number in range(2_500))
    town = item(blank((("select_one towns", "town", "Commune", {}),), towns), "/town")
    assert town["shape"] == "line" and "2\u202f500" in town["how"]
    assert "choices" not in town


def test_what_is_asked_only_sometimes_is_there_with_its_condition() -> None:
    employer = item(blank(), "/who/employer")
    condition = "À remplir seulement si «\u00a0Travaillez-vous\u202f?\u00a0»\u00a0: Oui."
    assert employer["condition"] == condition


def test_results_of_formulas_are_not_asked_by_hand() -> None:
    paths = {one.get("path") for one in blank().items}
    assert "/money/yearly" not in paths and "/money/income" in paths


def test_a_repeat_of_short_questions_is_a_table_with_empty_rows() -> None:
    table = next(one for one in blank().items if one["what"] == "table")
    assert table["heads"] == ["Prénom", "Âge", "École"] and len(table["rows"]) == 5


def test_a_counted_repeat_is_printed_although_nobody_counted_yet() -> None:
    survey = (
        ("integer", "n", "Combien ?", {}),
        ("begin_repeat", "child", "Enfant", {"repeat_count": "${n}"}),
        ("text", "first", "Prénom", {}),
        ("end_repeat", "", "", {}),
    )
    assert next(one for one in blank(survey, ()).items if one["what"] == "table")["heads"] == ["Prénom"]


def test_a_repeat_that_is_too_wide_is_printed_as_blocks() -> None:
    questions = [("text", f"q{number}", f"Question numéro {number}", {}) for number in range(9)]
    survey = (("begin_repeat", "person", "Personne", {}), *questions, ("end_repeat", "", "", {}))
    data = blank(survey, ())
    assert not [one for one in data.items if one["what"] == "table"]
    assert [one["text"] for one in data.items if one["what"] == "heading"] == ["Personne", "Personne n° 1"]
    assert "Recopiez" in label([one for one in data.items if one["what"] == "note"][-1])


# --- a filled one


def test_answers_are_read_as_people_write_them() -> None:
    answers = {
        "/who/name": "Lefèbvre",
        "/who/birth": "1950-04-03",
        "/who/works": "no",
        "/who/helps": "h1 h3",
        "/money/income": "1234.5",
    }
    data = filled(SURVEY, answers)
    values = {one["path"]: one["value"] for one in data.items if one["what"] == "question"}
    assert values["/who/birth"] == "3\u00a0avril\u00a01950"
    assert values["/who/works"] == "Non" and values["/who/helps"] == "Aide 1\nAide 3"
    assert values["/money/income"] == "1234,5"
    assert values["/who/children"] == "", "what was not answered is there too"
    assert "/who/employer" not in values, "what is not asked now is not"


def test_rows_are_a_table_where_they_fit() -> None:
    form = MemoryForm(definition_of(SURVEY, CHOICES))
    first = next(iter(form.session.pages()[2].items)).rows[0].path  # type: ignore[union-attr]
    form.answer(f"{first}/first", "Awa")
    form.answer(f"{first}/age", "7")
    form.add_row("/person")
    table = next(one for one in paper(form).items if one["what"] == "table")
    assert table["heads"] == ["Prénom", "Âge", "École"]
    assert [cell["value"] for cell in table["rows"][0]] == ["Awa", "7", ""]
    form.answer(f"{first}/first", "mot " * 40)
    assert not [one for one in paper(form).items if one["what"] == "table"], "long answers need blocks"


def test_the_code_and_the_pages_are_on_every_page() -> None:
    data = replace(
        filled(SURVEY, {"/who/name": "x"}), tracking_code="E1-7K3M-9QXP-4T2A", citizen_name="Jeanne Lefèbvre"
    )
    assert b"pdfuaid" in paper_pdf(data)
    long = replace(data, items=data.items * 9)
    said = [text for text in printed(long) if "E1-7K3M-9QXP-4T2A" in text]
    assert len(said) == 1 + len(paper_pages(long)) > 3, "above the answers once, and at the head of each page"


# --- on the page


def long_form(questions: int) -> tuple[Rows, tuple[tuple[str, str, str], ...]]:
    choices = tuple(("some", f"c{number}", f"Choix numéro {number}") for number in range(9))
    rows: list[tuple[str, str, str, Mapping[str, str]]] = []
    for number in range(questions):
        kind = ("text", "select_one some", "date", "select_multiple some", "decimal")[number % 5]
        columns = {"hint": "Une aide " * (number % 23), "guidance_hint": "Pour l'agent", "appearance": ""}
        if number % 10 == 0:
            rows.append(("begin_group", f"g{number}", f"Partie {number}", {}))
        rows.append((kind, f"q{number}", f"Question {number} " * (1 + number % 7), columns))
        if number % 10 == 9:
            rows.append(("end_group", "", "", {}))
    return rows, choices


@pytest.mark.parametrize("empty", [True, False])
def test_no_question_is_cut_in_two(empty: bool) -> None:
    survey, choices = long_form(120)
    data = paper(MemoryForm(definition_of(survey, choices)), blank=empty)
    places = pages_of(data)
    assert len(places) == 120
    assert not [path for path, pages in places.items() if len(set(pages)) > 1]
    assert 4 < max(page for pages in places.values() for page in pages) == len(paper_pages(data))


def test_an_answer_longer_than_a_page_runs_over_pages_and_ends_on_a_later_one() -> None:
    data = filled((("text", "long", "Récit", {}),), {"/long": "\n".join(f"ligne {number}" for number in range(150))})
    begins, ends = pages_of(data)["/long"]
    assert (begins, ends) == (1, 4) or ends > begins + 1


# --- words that are not ours


@pytest.mark.parametrize("typed", HOSTILE)
def test_markup_is_shown_and_never_run(typed: str) -> None:
    survey = (
        ("begin_group", "g", typed, {}),
        ("text", "a", typed, {"hint": typed, "guidance_hint": typed}),
        ("note", "n", typed, {}),
        ("select_one some", "s", typed, {}),
        ("end_group", "", "", {}),
        ("begin_repeat", "r", typed, {}),
        ("text", "cell", typed, {}),
        ("end_repeat", "", "", {}),
    )
    choices = (("some", "x", typed), ("some", "y", "y"))
    form = MemoryForm(definition_of(survey, choices))
    form.answer("/g/a", typed)
    form.answer("/g/s", "x")
    for empty in (False, True):
        data = replace(paper(form, blank=empty, title=typed), citizen_name=typed, office_name=typed, tenant_name=typed)
        assert paper_pdf(data).startswith(b"%PDF")
    data = paper(form, title="t")
    assert item(data, "/g/a")["value"] == typed
    assert any(typed in text for text in printed(data))


def test_letters_that_no_bundled_font_has_do_not_stop_the_printing() -> None:
    pdf = paper_pdf(filled((("text", "a", "李 🎉", {}),), {"/a": "李 🎉 \ue000 \x07"}))
    assert pdf.startswith(b"%PDF") and b"pdfuaid" not in pdf


def test_the_authors_formatting_is_printed_and_links_lead_somewhere_harmless() -> None:
    data = blank((("text", "a", "**Nom** et [aide](https://exemple.fr) [non](javascript:alert(1))", {}),), ())
    parts = item(data, "/a")["label"]
    assert parts[0]["bold"] and [part["link"] for part in parts if part["link"]] == ["https://exemple.fr"]
    assert paper_pdf(data).startswith(b"%PDF")


def test_groups_within_repeats_without_words_still_make_an_accessible_document() -> None:
    survey = (
        ("begin_repeat", "r", "", {}),
        ("begin_group", "g", "", {}),
        ("begin_group", "h", "Tout au fond", {}),
        ("text", "a", "A", {}),
        ("end_group", "", "", {}),
        ("end_group", "", "", {}),
        ("end_repeat", "", "", {}),
    )
    for empty in (True, False):
        assert b"pdfuaid" in paper_pdf(paper(MemoryForm(definition_of(survey)), blank=empty))


# --- languages


def test_the_forms_language_and_the_words_around_it_are_chosen_together() -> None:
    survey = (("text", "a", "", {"label::Français (fr)": "Nom : ici", "label::English (en)": "Name"}),)
    form = MemoryForm(definition_of(survey))
    names = form.session.definition.languages
    english = form_language(names, "en")
    assert english == "English (en)" and form_language(names, "de") is None
    form.session.set_language("Français (fr)")
    assert label(item(paper(form, blank=True), "/a")) == "Nom\u00a0: ici"
    form.session.set_language(english)
    data = paper(form, blank=True)
    assert (data.language, data.form_language, label(item(data, "/a"))) == ("en", "en", "Name")
    assert b"/Lang(en)" in paper_pdf(data)


def questions(count: int, *, letters: int) -> PaperData:
    data = blank()
    one = next(one for one in data.items if one.get("shape") == "line")
    label = [{**one["label"][0], "text": "mots " * (letters // 5)}]
    return replace(data, items=tuple({**one, "path": f"/q{place}", "label": label} for place in range(count)))


@pytest.mark.parametrize("laid_out", [paper_pdf, paper_pages])
@pytest.mark.parametrize(("count", "letters"), [(10_000, 20), (40, 20_000)])
def test_a_form_too_long_to_be_laid_out_in_memory_is_told_before_that(laid_out: Any, count: int, letters: int) -> None:
    data = questions(count, letters=letters)
    with pytest.raises(InputError) as told:
        laid_out(data)
    assert told.value.code == "print.too_long"
    assert told.value.details["pages"] == pages_about(data) > PAGES_MOST == told.value.details["most"]


def test_the_length_is_foretold_well_enough() -> None:
    survey, choices = long_form(120)
    data = blank(survey, choices)
    assert len(paper_pages(data)) / 2.5 < pages_about(data) < len(paper_pages(data)) * 2.5
