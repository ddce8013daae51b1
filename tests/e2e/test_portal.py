"""The citizens' page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from cases import tracking
from cases.ids import SystemRandomness
from tests.e2e.conftest import PROCEDURE, Service
from tests.support.office_post import Handed, OfficePost


@pytest.fixture(scope="module")
def handed(post: OfficePost) -> Handed:
    return post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Secrète", given_names="Personne")


def test_a_code_typed_in_any_way_shows_where_the_request_stands_and_nothing_about_the_person(
    visitor: BrowserContext, handed: Handed
) -> None:
    page = visitor.new_page()
    page.goto("/")
    page.get_by_label("Code de suivi").fill(f"  {handed.tracking_code.lower().replace('-', ' ')} ")
    page.get_by_role("button", name="Voir ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est bien arrivée")
    expect(page.locator("main")).to_contain_text("Inscription à l’école")
    expect(page.locator("[aria-current=step]")).to_contain_text("Réception par le service")
    expect(page.locator("main")).to_contain_text("votre demande est considérée comme acceptée")
    text = page.content()
    assert "Secrète" not in text and "SECRÈTE" not in text and "Personne" not in text


def test_the_address_in_the_qr_code_leads_there(visitor: BrowserContext, handed: Handed) -> None:
    page = visitor.new_page()
    page.goto(f"/suivi/{handed.tracking_code}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est bien arrivée")


def test_codes_that_show_nothing_say_why_and_stay_in_the_field(visitor: BrowserContext, handed: Handed) -> None:
    code = handed.tracking_code
    mistyped = code[:-3] + ("2" if code[-3] != "2" else "3") + code[-2:]
    unknown = tracking.new_code(1, SystemRandomness())
    page = visitor.new_page()
    for text, words in (
        ("", "Saisissez votre code"),
        ("bonjour", "n’est pas un code de suivi"),
        (mistyped, "n’est pas le bon"),
        (unknown, "Aucune demande ne porte ce code"),
    ):
        page.goto("/suivi")
        page.get_by_label("Code de suivi").fill(text)
        page.get_by_role("button", name="Voir ma demande").click()
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_label("Code de suivi")).to_have_value(text)
        page.get_by_role("alert").get_by_role("link").click()
        expect(page.get_by_label("Code de suivi")).to_be_focused()


def test_english_is_one_switch_away_keeps_the_page_and_is_remembered(
    visitor: BrowserContext, handed: Handed, service: Service
) -> None:
    page = visitor.new_page()
    page.goto(f"/suivi?code={handed.tracking_code}")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your request has been received")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url == f"{service.url}/suivi?code={handed.tracking_code}"
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where does my request stand?")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Où en est ma demande")


def test_an_english_browser_is_answered_in_english(browser: Browser, service: Service) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(service.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Where does my request stand?")
    context.close()


def test_the_portal_works_without_script_and_sets_no_cookie(browser: Browser, service: Service, handed: Handed) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(service.url)
    page.get_by_label("Code de suivi").fill(handed.tracking_code)
    page.get_by_role("button", name="Voir ma demande").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre demande est bien arrivée")
    assert context.cookies() == []
    context.close()
