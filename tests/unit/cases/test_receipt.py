"""``cases.receipt``: the words, the list of answers, and that nothing typed becomes markup."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import receipt_words
from cases.errors import InputError
from cases.receipt import ReceiptAnswer, ReceiptData, receipt_answers, receipt_pages, receipt_pdf, receipt_png
from cases.receipt import _compiler as compiler
from cases.receipt import _content as content
from forms.views import QuestionView, SummaryItem

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SUBMITTED_MS = int(datetime(2026, 11, 23, 9, 42, tzinfo=UTC).timestamp() * 1000)
PARIS_IN_WINTER = timezone(timedelta(hours=1))


def receipt(**changes: object) -> ReceiptData:
    data = ReceiptData(
        language="fr",
        tenant_name="Communauté de communes des Sources",
        office_name="Antenne de Felletin",
        agent_name="Claire Dumont",
        procedure_title="Allocation personnalisée d’autonomie (APA) à domicile",
        citizen_name="Jeanne Lefèbvre",
        submitted_ms=SUBMITTED_MS,
        tz=PARIS_IN_WINTER,
        answers=(ReceiptAnswer(0, "group", "La personne", ""), ReceiptAnswer(1, "answer", "Nom", "Lefèbvre")),
        tracking_code="E1-7K3M-9QXP-4T2A",
        tracking_url="https://estafette.example/suivi/E1-7K3M-9QXP-4T2A",
        required_documents=("Pièce d’identité",),
        notices="Premier paragraphe.\n\nSecond paragraphe.",
        delay_days=60,
        silence="acceptance",
        legal_basis=("Code de l’action sociale et des familles, article L232-1",),
    )
    return replace(data, **changes)  # type: ignore[arg-type]


def printed(data: ReceiptData) -> list[str]:
    """Return the texts that the laid-out receipt shows, paragraph by paragraph, as the compiler itself has them."""
    laid_out = compiler(data)
    return [text for kind in ("heading", "par") for text in texts_of(json.loads(laid_out.query(kind)))]


def texts_of(content: Any) -> list[str]:
    if isinstance(content, list):
        return [text for part in content for text in texts_of(part)]
    if not isinstance(content, dict):
        return []
    if content.get("func") == "text":
        return [content["text"]]
    return [text for name, part in content.items() if name != "supplement" for text in texts_of(part)]


def test_pdf_declares_the_archive_and_accessibility_standards_and_its_language() -> None:
    pdf = receipt_pdf(receipt())
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(fr)" in pdf
    assert b"/Lang(en)" in receipt_pdf(receipt(language="en"))


def test_the_same_data_gives_the_same_bytes() -> None:
    assert receipt_pdf(receipt()) == receipt_pdf(receipt())


def test_only_fonts_of_the_program_are_used() -> None:
    fonts = set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([A-Za-z]+)", receipt_pdf(receipt())))
    assert fonts == {b"AtkinsonHyperlegibleNext"}


@pytest.mark.parametrize(
    "typed",
    [
        "#panic()",
        '#read("/etc/passwd")',
        '#image("x.png")',
        "$ x $ *b* _i_ @ref <label> = Titre",
        "]} #set text(red) {[",
        '"\\u{23} \\n // comment /* */ `raw` ```x```',
        "{{ words }} {code}",
    ],
)
def test_typed_markup_is_shown_and_never_run(typed: str) -> None:
    answers = (ReceiptAnswer(0, "group", typed, ""), ReceiptAnswer(1, "answer", typed, typed))
    data = receipt(
        answers=answers, citizen_name=typed, procedure_title=typed, required_documents=(typed,), notices=typed
    )
    assert printed(data).count(typed) >= 4, "heading, label, answer and name, each as it was typed"
    assert receipt_pdf(data).startswith(b"%PDF")


def test_french_signs_never_open_a_line_but_what_was_typed_stays_as_it_is() -> None:
    answers = (ReceiptAnswer(0, "answer", "Que dit-on : l'âge ?", "l'âge : « 80 ans » !"),)
    shown = printed(receipt(answers=answers))
    assert "Que dit-on\u00a0: l’âge\u202f?" in shown
    assert "l'âge : « 80 ans » !" in shown
    english = printed(receipt(answers=answers, language="en"))
    assert "Que dit-on : l’âge ?" in english


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_printed(typed: str) -> None:
    answers = (ReceiptAnswer(0, "row", typed, ""), ReceiptAnswer(1, "answer", typed, typed))
    data = receipt(answers=answers, citizen_name=typed, agent_name=typed, notices=typed, procedure_title=typed)
    assert receipt_pdf(data).startswith(b"%PDF")


def test_a_row_without_a_name_still_makes_an_accessible_document() -> None:
    answers = (ReceiptAnswer(0, "row", "  ", ""), ReceiptAnswer(1, "answer", "", "Lefèbvre"))
    assert b"pdfuaid" in receipt_pdf(receipt(answers=answers, procedure_title=""))


def test_line_breaks_typed_by_a_person_are_kept() -> None:
    one = receipt(answers=(ReceiptAnswer(0, "answer", "Précisions", "a b c"),))
    three = receipt(answers=(ReceiptAnswer(0, "answer", "Précisions", "a\nb\r\nc"),))
    assert receipt_png(one, 2) != receipt_png(three, 2)


def test_letters_that_no_bundled_font_has_do_not_stop_the_receipt() -> None:
    pdf = receipt_pdf(receipt(citizen_name="李 🎉"))
    assert pdf.startswith(b"%PDF")
    assert b"pdfuaid" not in pdf, "a document with missing letters must not claim the standard"


def test_very_long_answers_run_over_pages_and_lose_nothing() -> None:
    words = [f"mot{number}" for number in range(2_000)]
    data = receipt(answers=(ReceiptAnswer(0, "answer", "Précisions", " ".join(words)),))
    assert len(receipt_pages(data)) >= 4
    assert printed(data).count(" ".join(words)) == 1


def test_pages_are_pictures_and_a_page_that_is_not_there_is_refused() -> None:
    pages = receipt_pages(receipt())
    assert len(pages) == 2
    assert all(page.startswith(PNG_SIGNATURE) and len(page) > 10_000 for page in pages)
    assert receipt_png(receipt(), 2) == pages[1]
    with pytest.raises(InputError) as caught:
        receipt_png(receipt(), 3)
    assert caught.value.details["pages"] == 2


@pytest.mark.parametrize("time_ms", [10**18, 253402300800000, -(10**18), 2**63])
def test_a_moment_that_no_calendar_holds_is_printed_as_unknown(time_ms: int) -> None:
    assert receipt_pdf(receipt(submitted_ms=time_ms)).startswith(b"%PDF")
    said = content(receipt(submitted_ms=time_ms))
    assert (said["received"], said["date_short"]) == ("date inconnue", "date inconnue")
    assert not [line for line in said["next"] if "mois" in line]


def test_date_is_written_in_the_office_s_zone() -> None:
    assert str(content(receipt())["received"]).replace("\u00a0", " ") == "lundi 23 novembre 2026 à 10 h 42"
    assert str(content(receipt(language="en"))["received"]).replace("\u00a0", " ") == (
        "Monday 23 November 2026 at 10:42"
    )


def test_mentions_of_the_acknowledgement_follow_the_procedure() -> None:
    accepted = " ".join(content(receipt())["next"])  # type: ignore[call-overload]
    assert "Communauté de communes des Sources, Antenne de Felletin." in accepted
    assert "22 janvier 2027" in accepted.replace("\u00a0", " ")
    assert "considérée comme acceptée" in accepted and "L232-3" in accepted
    refused = " ".join(content(receipt(silence="refusal"))["next"])  # type: ignore[call-overload]
    assert "considérée comme refusée" in refused and "tribunal administratif" in refused
    nothing = " ".join(content(receipt(silence="unspecified"))["next"])  # type: ignore[call-overload]
    assert "considérée" not in nothing and "R112-5" in nothing


def test_a_delay_in_months_runs_from_date_to_date() -> None:
    stated = " ".join(content(receipt(delay_months=2))["next"]).replace("\u00a0", " ")  # type: ignore[call-overload]
    assert "Le service a 2 mois pour répondre, soit jusqu’au 23 janvier 2027" in stated
    assert (
        receipt_words.delay_in_words(date(2026, 12, 31), "en", months=2)[1].replace("\u00a0", " ") == "28 February 2027"
    )
    assert receipt_words.delay_in_words(date(2026, 12, 1), "fr", months=1)[0].replace("\u00a0", " ") == "1 mois"
    assert receipt_words.delay_in_words(date(2026, 12, 1), "en", days=1)[0].replace("\u00a0", " ") == "1 day"


def test_provisional_notice_is_there_until_the_central_service_has_the_case() -> None:
    assert receipt_png(receipt(provisional=True)) != receipt_png(receipt(provisional=False))
    assert "provisoire jusqu’à réception par le service central" in receipt_words.FRENCH["provisional"].replace(
        "\u00a0", " "
    )


def test_both_languages_say_the_same_things() -> None:
    assert receipt_words.FRENCH.keys() == receipt_words.ENGLISH.keys()
    for key, text in receipt_words.FRENCH.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", receipt_words.ENGLISH[key])), key


@pytest.mark.parametrize(
    ("day", "language", "expected"),
    [
        (date(2027, 3, 1), "fr", "lundi 1er mars 2027"),
        (date(2026, 8, 14), "fr-FR", "vendredi 14 août 2026"),
        (date(2027, 3, 1), "English (en)", "Monday 1 March 2027"),
        (date(2027, 3, 1), "Français (fr)", "lundi 1er mars 2027"),
    ],
)
def test_days_in_words(day: date, language: str, expected: str) -> None:
    assert receipt_words.day_in_words(day, language, weekday=True).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("stored", "french", "english"),
    [
        ("14520.5", "14 520,50", "14,520.50"),
        ("-1200", "-1 200", "-1,200"),
        ("0", "0", "0"),
        ("1E3", "1 000", "1,000"),
        ("0.125", "0,125", "0.125"),
        ("douze", "douze", "douze"),
        ("NaN", "NaN", "NaN"),
    ],
)
def test_amounts_as_they_are_read(stored: str, french: str, english: str) -> None:
    assert receipt_words.number_in_words(stored, "fr", amount=True).replace("\u202f", " ") == french
    assert receipt_words.number_in_words(stored, "en", amount=True) == english


def test_a_number_that_is_no_amount_is_not_cut_in_thousands() -> None:
    assert receipt_words.number_in_words("1980", "fr") == "1980"
    assert receipt_words.number_in_words("37.5", "fr") == "37,5"


class Filled:
    """A filled form of a few lines, for the list of answers: depth, kind, label, value, appearance."""

    def __init__(self, lines: Sequence[tuple[int, str, str, str, str]]) -> None:
        self.lines = lines

    def summary(self) -> tuple[SummaryItem, ...]:
        return tuple(
            SummaryItem(depth, "answer" if kind not in ("group", "row") else kind, label, value, f"/{place}")
            for place, (depth, kind, label, value, _) in enumerate(self.lines)
        )

    def question(self, path: str) -> QuestionView:
        _, kind, _, value, appearance = self.lines[int(path[1:])]
        looks = frozenset(appearance.split())
        return QuestionView(path, path, kind, "", "", "", value or None, True, False, False, None, looks, 0)

    def choice_label(self, path: str, value: str) -> str:
        return {"a": "Ménage, courses", "b": "L'aide"}[value]


def kind_and_look(text: str) -> tuple[str, str]:
    kind, _, look = text.partition(" ")
    return kind, look


def listed(*lines: tuple[int, str, str, str]) -> list[tuple[str, str]]:
    split = [(depth, *kind_and_look(kind), label, value) for depth, kind, label, value in lines]
    form = Filled([(depth, kind, label, value, look) for depth, kind, look, label, value in split])
    answers = receipt_answers(form, "fr")
    return [(item.label, item.value.replace("\u00a0", " ").replace("\u202f", " ")) for item in answers]


def test_answers_are_written_as_people_read_them() -> None:
    assert listed(
        (0, "text", "Ville", " Guéret "),
        (0, "date", "Né le", "1941-04-15"),
        (0, "date", "Né le", "avril 1941"),
        (0, "decimal thousands-sep", "Revenus", "12000.5"),
        (0, "integer", "Année", "1980"),
        (0, "select_one", "Aide", "L'aide"),
        (0, "select_multiple", "Aides", "a b"),
        (0, "text", "Code postal", "23200"),
        (0, "acknowledge", "Déclare", "OK"),
    ) == [
        ("Ville", "Guéret"),
        ("Né le", "15 avril 1941"),
        ("Né le", "avril 1941"),
        ("Revenus", "12 000,50"),
        ("Année", "1980"),
        ("Aide", "L’aide"),
        ("Aides", "Ménage, courses\nL’aide"),
        ("Code postal", "23200"),
        ("Déclare", "Oui"),
    ]


def test_questions_without_answer_and_their_empty_headings_are_left_out() -> None:
    assert listed(
        (0, "group", "Vide", ""),
        (1, "text", "Rien", ""),
        (0, "group", "Foyer", ""),
        (1, "row", "Personne 1", ""),
        (2, "text", "Nom", "Koné"),
        (1, "row", "Personne 2", ""),
        (2, "text", "Nom", ""),
        (1, "note", "À lire", "texte"),
        (0, "group", "Fin", ""),
    ) == [("Foyer", ""), ("Personne 1", ""), ("Nom", "Koné")]
