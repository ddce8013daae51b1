"""Signing in to the console."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Service, sign_in


def _first_step(page: Page, login: str, passphrase: str) -> None:
    page.goto("/console/entrer")
    page.get_by_label("Nom d’utilisateur").fill(login)
    page.get_by_label("Phrase secrète").fill(passphrase)
    page.get_by_role("button", name="Continuer").click()


def test_a_wrong_passphrase_says_so_keeps_the_name_and_leads_to_the_field(
    visitor: BrowserContext, service: Service
) -> None:
    page = visitor.new_page()
    _first_step(page, service.login, "not the passphrase at all")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("ne vont pas ensemble")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Nom d’utilisateur")).to_have_value(service.login)
    expect(page.get_by_label("Phrase secrète")).to_have_value("")
    expect(page.get_by_label("Phrase secrète")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link").click()
    expect(page.get_by_label("Phrase secrète")).to_be_focused()
    assert page.title().startswith("À corriger")


def test_an_unknown_name_gets_the_very_same_words(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    _first_step(page, "nobody.here", "not the passphrase at all")
    expect(page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")


def test_empty_fields_are_named_one_by_one(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    _first_step(page, "", "")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_text(
        ["Saisissez votre nom d’utilisateur.", "Saisissez votre phrase secrète."]
    )


def test_a_wrong_code_does_not_open_the_door(visitor: BrowserContext, service: Service) -> None:
    page = visitor.new_page()
    _first_step(page, service.login, service.passphrase)
    page.get_by_label("Code à six chiffres").fill("000000")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("n’est pas le bon")
    page.goto("/console")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


def test_a_code_works_once_and_signing_out_ends_the_session(visitor: BrowserContext, service: Service) -> None:
    page = visitor.new_page()
    used = sign_in(page, service, lasting=True)
    session = [cookie for cookie in visitor.cookies() if cookie.get("name") == "estafette_session"]
    assert session[0].get("httpOnly") and session[0].get("sameSite") == "Lax"

    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_contain_text("Vous êtes déconnecté")
    # The old cookie is dead at the service too, not only forgotten by the browser.
    visitor.add_cookies([{"name": "estafette_session", "value": session[0].get("value", ""), "url": service.url}])
    page.goto("/console")
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")

    _first_step(page, service.login, service.passphrase)
    page.get_by_label("Code à six chiffres").fill(used)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert")).to_contain_text("a déjà servi")


def test_signing_in_leads_to_the_page_that_was_asked_for_and_nowhere_else(
    visitor: BrowserContext, service: Service
) -> None:
    page = visitor.new_page()
    page.goto("/console/postes")
    assert page.url == f"{service.url}/console/entrer?vers=/console/postes"
    page.goto("/console/")  # as the first start prints it
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.goto("/console/entrer?vers=//evil.example/console")
    expect(page.locator("input[name=vers]")).to_have_value("/console")
