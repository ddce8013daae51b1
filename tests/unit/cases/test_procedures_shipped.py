"""The three procedures that ship: complete in two languages, and filled as at the desk."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from cases import resources
from cases.procedures import (
    Procedure,
    form_definition,
    load_directory,
)
from cases.receipt import receipt_answers
from cases.views import CITIZEN_FIELDS
from forms.session import Session

SHIPPED = ("acte-etat-civil", "apa", "inscription-scolaire")
TODAY = date(2026, 11, 23)
NOW_MS = 1_795_426_920_000


@cache
def shipped(identity: str) -> Procedure:
    return load_directory(resources.directory("procedures") / identity)


def session(identity: str, answers: Mapping[str, str]) -> Session:
    """Return the shipped form, filled in the given order; every answer must be asked for and accepted."""
    rows = itertools.count(1)
    filled = Session(
        form_definition(shipped(identity)), today=TODAY, now_ms=NOW_MS, tz=UTC, new_row_id=lambda: f"r{next(rows)}"
    )
    for path, value in answers.items():
        filled.answer(path, value)
    for path in answers:
        question = filled.question(path)
        assert question.relevant and question.problem is None, (path, question.problem)
    return filled


def test_three_procedures_ship() -> None:
    folders = [path.name for path in resources.directory("procedures").iterdir() if (path / "procedure.toml").is_file()]
    assert sorted(folders) == list(SHIPPED)


@pytest.mark.parametrize("identity", SHIPPED)
def test_shipped_procedure_is_complete_in_french_and_english(identity: str) -> None:
    procedure = shipped(identity)
    for texts in (
        procedure.title,
        procedure.summary,
        procedure.notices,
        *(d.label for d in procedure.required_documents),
    ):
        assert texts.keys() == {"fr", "en"}
    assert procedure.legal_basis and procedure.required_documents and procedure.decision_fields
    assert set(procedure.prefill.values()) <= set(CITIZEN_FIELDS)
    definition = form_definition(procedure)
    assert definition.form_id == identity
    assert definition.languages == ("Français (fr)", "English (en)")
    assert definition.default_language == "Français (fr)"


@pytest.mark.parametrize("identity", SHIPPED)
def test_shipped_workbook_has_every_text_in_both_languages(identity: str) -> None:
    book = openpyxl.load_workbook(resources.directory("procedures") / identity / "form.xlsx", read_only=True)
    for sheet in ("survey", "choices"):
        rows = list(book[sheet].iter_rows(values_only=True))
        head = [str(name) for name in rows[0]]
        pairs = [(name, name.replace("Français (fr)", "English (en)")) for name in head if "Français (fr)" in name]
        for number, row in enumerate(rows[1:], 2):
            cells = dict(zip(head, row, strict=False))
            for french, english in pairs:
                assert bool(cells[french]) == bool(cells[english]), f"{sheet} row {number}: {french}"
            if cells.get("constraint"):
                assert cells["constraint_message::Français (fr)"], f"{sheet} row {number}"
    book.close()


def test_shipped_texts_follow_the_tone_of_the_house() -> None:
    for identity in SHIPPED:
        for name in ("form.xlsx", "procedure.toml"):
            path = resources.directory("procedures") / identity / name
            for text in french_texts(path):
                assert "veuillez" not in text.casefold() and "erreur" not in text.casefold(), text
                assert "'" not in text, f"straight apostrophe: {text}"
                if path.suffix == ".xlsx":
                    # A sign that opens a line alone is ugly: French puts a no-break space before it.
                    assert not re.search(r" [?!;:»]", text), text


def french_texts(path: Path) -> list[str]:
    if path.suffix == ".toml":
        described = tomllib.loads(path.read_text(encoding="utf-8"))
        labels = [document["label"]["fr"] for document in described["required_documents"]]
        return [described["title"]["fr"], described["summary"]["fr"], described["notices"]["fr"], *labels]
    book = openpyxl.load_workbook(path)
    texts = []
    for sheet in ("survey", "choices"):
        for column in book[sheet].iter_cols(values_only=True):
            if "Français (fr)" in str(column[0]):
                texts += [str(cell) for cell in column[1:] if cell]
    return texts


APA = {
    "/applicant/title": "mrs",
    "/applicant/birth_name": "Lefèbvre",
    "/applicant/given_names": "Jeanne Marie",
    "/applicant/birth_date": "1941-04-15",
    "/applicant/birth_place": "Guéret (France)",
    "/applicant/nationality": "french",
    "/applicant/marital_status": "married",
    "/home/address_line": "3 rue du Puits",
    "/home/postcode": "23500",
    "/home/commune": "Felletin",
    "/home/phone": "05 55 12 34 56",
    "/home/resident_since": "1974-09-01",
    "/home/housing": "own_home",
    "/home/living_with": "couple",
    "/social_security/scheme": "farming",
    "/social_security/pension_fund": "MSA du Limousin",
    "/household/spouse/spouse_birth_name": "Martin",
    "/household/spouse/spouse_given_names": "Paul",
    "/household/spouse/spouse_birth_date": "1939-01-02",
    "/household/spouse/spouse_same_home": "yes",
    "/household/spouse/spouse_has_apa": "no",
    "/household/has_members": "yes",
    "/household/member[r1]/member_name": "Awa Koné",
    "/household/member[r1]/member_birth_date": "1990-02-03",
    "/household/member[r1]/relationship": "child",
    "/household/member[r1]/member_income": "6000.10",
    "/income/own_income/wages": "0",
    "/income/own_income/pensions": "9600.40",
    "/income/own_income/capital_income": "120.20",
    "/income/spouse_income/spouse_wages": "0",
    "/income/spouse_income/spouse_pensions": "10800",
    "/assets/owns_home": "yes",
    "/assets/owns_building": "yes",
    "/assets/building_rental_value": "1800",
    "/assets/owns_land": "no",
    "/assets/has_idle_savings": "yes",
    "/assets/idle_savings": "10000",
    "/aids/current_aids": "pension_fund",
    "/aids/urgent": "no",
    "/daily_life/difficulties": "washing housework",
    "/daily_life/helpers": "family home_help",
    "/daily_life/help_hours": "4",
    "/daily_life/carer_name": "Awa Koné",
    "/people/contact/contact_is_applicant": "yes",
    "/people/protection/protection_measure": "none",
    "/declaration/filled_by": "self",
    "/declaration/honour": "OK",
}


def test_apa_filled_as_at_the_desk_has_no_problem_and_the_right_totals() -> None:
    form = session("apa", APA)
    assert form.validate() == ()
    totals = form.computed()
    assert totals["/applicant/age"] == "85"
    assert totals["/household/household_size"] == "3"
    assert totals["/income/own_income/income_total"] == "9720.6"
    assert totals["/income/spouse_income/spouse_income_total"] == "10800"
    assert totals["/assets/assets_income"] == "1200", "half of 1800 and 3 % of 10000"
    assert totals["/assets/totals/household_income"] == "26520.7"
    assert totals["/assets/totals/monthly_income"] == "2210"
    assert totals["/assets/totals/contribution_base"] == "1065", "(9720.60 + 10800 + 1200) / 12 / 1.7"
    assert form.question("/income/income_note").label.startswith("Revenus de l'année 2025")


def test_apa_of_a_person_alone_counts_nobody_else() -> None:
    couple = ("/household/spouse", "/income/spouse_income", "/household/member")
    alone = {path: value for path, value in APA.items() if not path.startswith(couple)}
    alone |= {"/applicant/marital_status": "widowed", "/home/living_with": "alone", "/household/has_members": "no"}
    form = session("apa", alone)
    assert form.validate() == ()
    assert form.computed()["/household/household_size"] == "1"
    assert form.computed()["/assets/totals/household_income"] == "9720.6"
    assert form.computed()["/assets/totals/contribution_base"] == "910", "(9720.60 + 1200) / 12"


def test_apa_explains_what_cannot_be() -> None:
    form = session("apa", APA)
    form.answer("/applicant/birth_date", "1990-04-15")
    form.answer("/home/postcode", "2350")
    form.answer("/aids/current_aids", "none pch")
    form.answer("/daily_life/help_hours", "200")
    form.answer("/income/own_income/pensions", "-5")
    problems = {issue.path: issue.message for issue in form.validate() if issue.code == "constraint"}
    assert problems.keys() == {
        "/applicant/birth_date",
        "/home/postcode",
        "/aids/current_aids",
        "/daily_life/help_hours",
        "/income/own_income/pensions",
    }
    assert "60 ans" in problems["/applicant/birth_date"]
    assert "23200" in problems["/home/postcode"]


def test_apa_asks_to_choose_between_aids_that_do_not_add_up() -> None:
    form = session("apa", APA)
    assert not form.question("/aids/aid_choice").relevant
    form.answer("/aids/current_aids", "pch pension_fund")
    assert [issue.path for issue in form.validate()] == ["/aids/aid_choice"]
    form.answer("/aids/aid_choice", "keep")
    assert [issue.code for issue in form.validate()] == ["constraint"]
    form.answer("/aids/aid_choice", "apa")
    assert form.validate() == ()


SCHOOL = {
    "/request/school_year": "next",
    "/request/reason": "moving",
    "/request/entry_date": "2027-09-01",
    "/request/sector": "sector",
    "/responsible/first_adult/first_family_name": "Koné",
    "/responsible/first_adult/first_given_names": "Awa",
    "/responsible/first_adult/first_role": "mother",
    "/responsible/first_adult/first_authority": "yes",
    "/responsible/first_adult/first_phone": "06 12 34 56 78",
    "/responsible/has_second": "no",
    "/home/address_line": "3 rue du Puits",
    "/home/postcode": "23500",
    "/home/commune": "Felletin",
    "/home/home_proof": "honour",
    "/children/child[r1]/child_family_name": "Koné",
    "/children/child[r1]/child_given_names": "Moussa",
    "/children/child[r1]/child_birth_date": "2021-05-04",
    "/children/child[r1]/child_birth_place": "Limoges",
    "/children/child[r1]/level": "cp",
    "/children/child[r1]/was_at_school": "yes",
    "/children/child[r1]/previous_school": "École Jean-Jaurès, Limoges",
    "/children/child[r1]/leaving_certificate": "yes",
    "/children/child[r1]/vaccination": "up_to_date",
    "/children/child[r1]/needs_care": "no",
    "/services/canteen": "yes",
    "/services/canteen_days": "monday tuesday",
    "/services/menu": "standard",
    "/services/day_care": "no",
    "/services/transport": "no",
    "/services/family_quotient": "640",
    "/authorisations/emergency": "yes",
    "/authorisations/outings": "yes",
    "/authorisations/photos": "no",
    "/authorisations/goes_home_alone": "no",
    "/authorisations/has_pickup": "no",
    "/declaration/honour": "OK",
}


def test_school_enrolment_filled_for_two_children() -> None:
    form = session("inscription-scolaire", SCHOOL)
    assert form.validate() == ()
    assert form.question("/request/year_note").label == "Rentrée de septembre 2027."
    second = form.add_row("/children/child").added_row
    child = f"/children/child[{second}]"
    for name, value in {
        "child_family_name": "Koné",
        "child_given_names": "Fanta",
        "child_birth_date": "2024-02-01",
        "child_birth_place": "Limoges",
        "was_at_school": "no",
        "vaccination": "in_progress",
        "needs_care": "yes",
        "care_details": "Arachide",
        "pai": "wanted",
        "mdph": "no",
    }.items():
        form.answer(f"{child}/{name}", value)
    assert [choice.value for choice in form.choices(f"{child}/level")] == ["ps", "ms"]
    form.answer(f"{child}/level", "ps")
    assert form.validate() == ()
    assert form.computed()["/children/child_count"] == "2"
    assert form.computed()[f"{child}/child_age"] == "2"


def test_school_enrolment_needs_a_child_of_school_age() -> None:
    form = session("inscription-scolaire", SCHOOL)
    form.answer("/children/child[r1]/child_birth_date", "2010-05-04")
    assert "2 à 12 ans" in next(issue.message for issue in form.validate() if issue.code == "constraint")
    form.remove_row("/children/child[r1]")
    assert [issue.path for issue in form.validate()] == ["/declaration/honour"]


def test_school_enrolment_waits_for_both_parents() -> None:
    form = session("inscription-scolaire", SCHOOL)
    form.answer("/responsible/has_second", "yes")
    for name, value in {
        "family_name": "Koné",
        "given_names": "Ali",
        "role": "father",
        "authority": "yes",
        "phone": "0612345678",
        "same_address": "yes",
    }.items():
        form.answer(f"/responsible/second_adult/second_{name}", value)
    assert [issue.path for issue in form.validate()] == ["/responsible/second_agrees"]
    form.answer("/responsible/second_agrees", "no")
    assert [issue.code for issue in form.validate()] == ["constraint"]


ACT = {
    "/act/act_type": "birth",
    "/act/place": "france",
    "/act/commune": "23079",
    "/act/date_precision": "exact",
    "/act/event_date": "1980-06-30",
    "/person/family_name": "Lefèbvre",
    "/person/given_names": "Paul",
    "/requester/relation": "self",
    "/requester/address_line": "3 rue du Puits",
    "/requester/postcode": "23500",
    "/requester/town": "Felletin",
    "/copy/copy_type": "full",
    "/copy/parents/parent1_family_name": "Martin",
    "/copy/parents/parent1_given_names": "Jeanne",
    "/copy/motive": "pension",
    "/copy/delivery": "desk",
    "/declaration/honour": "OK",
}


def test_civil_status_certificate_filled_by_the_person_concerned() -> None:
    form = session("acte-etat-civil", ACT)
    assert form.validate() == ()
    assert form.choice_label("/act/commune", "23079") == "Felletin (Creuse)"
    assert form.answers()["/copy/copies"] == "1"
    listed = {line.label: line.value for line in receipt_answers(form, "fr")}
    assert listed["Commune de l'événement"] == "Felletin (Creuse)"
    assert listed["Date"].replace("\u00a0", " ") == "30 juin 1980"


def test_only_those_entitled_may_ask_for_a_full_copy_until_75_years_have_passed() -> None:
    form = session("acte-etat-civil", ACT)

    def offered() -> list[str]:
        return [choice.value for choice in form.choices("/copy/copy_type")]

    assert offered() == ["full", "with_parents", "without_parents", "multilingual"]
    form.answer("/requester/relation", "other")
    assert offered() == ["without_parents"]
    assert form.question("/copy/open_note").relevant
    form.answer("/act/event_date", "1940-06-30")
    assert offered() == ["full", "with_parents", "without_parents", "multilingual"]
    form.answer("/act/act_type", "death")
    assert offered() == ["death_full", "death_multilingual"]
    assert not form.question("/copy/parents/parent1_family_name").relevant


def test_all_communes_are_there_and_found_by_their_first_letters() -> None:
    media = shipped("acte-etat-civil").media["communes.csv"].decode().splitlines()
    assert media[0] == "name,label,departement"
    codes = [line.split(",")[0] for line in media[1:]]
    assert len(codes) == len(set(codes)) == 34_969 + 45
    form = session("acte-etat-civil", {"/act/act_type": "birth", "/act/place": "france"})
    assert form.choices("/act/commune", search="felle")[0].label == "Felleries (Nord)"
    assert "Évreux (Eure)" in [choice.label for choice in form.choices("/act/commune", search="evreux")]
    assert "Paris 20e Arrondissement (Paris)" in [c.label for c in form.choices("/act/commune", search="paris 20")]
