"""Every page: structure for assistive technology, text at 200 %, and work without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.e2e.conftest import PROCEDURE, Service
from tests.support.office_post import Handed, OfficePost

PAGES = (
    "/",
    "/suivi?code=bonjour",
    "/suivi/{code}",
    "/console/entrer",
    "/console",
    "/console?etat=needs_information",
    "/console/postes",
    "/console/attente",
    "/console/a-departager",
    "/console/cle-usb",
    "/console/suivi-postes",
    "/console/alertes",
    "/console/dossiers/{case}/antenne",
    "/console/dossiers/{case}",
    "/console/dossiers/{case}/demande",
    "/console/dossiers/{case}/decision",
    "/console/nowhere",
)
_UNLABELLED = """
() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
    .filter(e => !(e.labels?.length) && !e.textContent.trim() && !e.getAttribute("aria-label"))
    .map(e => e.outerHTML)
"""
_SMALL_TARGETS = """
() => [...document.querySelectorAll("button, .button, input:not([type=hidden]), select, nav a")]
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([_, box]) => box.width > 0 && (box.height < 24 || box.width < 24))
    .map(([html, _]) => html)
"""
_SKIPPED_HEADINGS = """
() => {
    const levels = [...document.querySelectorAll("main h1, main h2, main h3, main h4")].map(e => Number(e.tagName[1]));
    return levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1);
}
"""
_DUPLICATE_IDS = """
() => [...document.querySelectorAll("[id]")].map(e => e.id).filter((id, at, all) => all.indexOf(id) != at)
"""
_CLIPPED = """
() => [...document.querySelectorAll("main *, header *")]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden"
        && !e.closest(".visually-hidden") && !e.matches("thead, thead *, svg, .visually-hidden"))
    .map(e => e.outerHTML.slice(0, 80))
"""


@pytest.fixture(scope="module")
def handed(post: OfficePost) -> Handed:
    answers: dict[str, str | None] = {"/home/address_line": "12 rue des Lilas, lieu-dit Le Grand Moulin"}
    return post.hand_in(PROCEDURE, answers, family_name="de La Fontaine-Beauregard", given_names="Marie-Thérèse")


def address(path: str, handed: Handed) -> str:
    return path.format(case=handed.case, code=handed.tracking_code)


@pytest.mark.parametrize("path", PAGES)
def test_structure_can_be_read_by_assistive_technology(supervisor: BrowserContext, handed: Handed, path: str) -> None:
    page = supervisor.new_page()
    page.goto(address(path, handed))
    assert_structure(page)


def assert_structure(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "fr"
    expect(page.locator("h1")).to_have_count(1)
    for landmark in ("header.top", "main", "footer"):
        expect(page.locator(landmark)).to_have_count(1)
    assert page.evaluate(_UNLABELLED) == []
    assert page.evaluate(_SMALL_TARGETS) == []
    assert page.evaluate(_SKIPPED_HEADINGS) == []
    assert page.evaluate(_DUPLICATE_IDS) == []


@pytest.mark.parametrize("path", PAGES)
def test_text_at_two_hundred_percent_is_neither_clipped_nor_wider_than_the_window(
    supervisor: BrowserContext, handed: Handed, path: str
) -> None:
    page = supervisor.new_page()
    page.goto(address(path, handed))
    assert_fits_at_two_hundred_percent(page)


def assert_fits_at_two_hundred_percent(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert page.evaluate(_CLIPPED) == []


def test_the_first_tab_leads_past_the_menus(supervisor: BrowserContext) -> None:
    page = supervisor.new_page()
    page.goto("/console")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_console_works_without_javascript(
    browser: Browser, service: Service, signed_in: StorageState, post: OfficePost
) -> None:
    handed = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Sanscript")
    context = browser.new_context(
        locale="fr-FR", java_script_enabled=False, storage_state=signed_in, base_url=service.url
    )
    page = context.new_page()
    page.goto("/console")
    page.get_by_label("Chercher un dossier").fill("sanscript")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("link", name="Jeanne Sanscript").click()
    page.get_by_role("button", name="Prendre en instruction").click()
    expect(page.locator("header .chip")).to_have_text("En instruction")
    refuse(page)
    expect(page.locator("header .chip")).to_have_text("Refusé")
    context.close()
    assert handed.case in page.url


def refuse(page: Page) -> None:
    page.get_by_role("link", name="Décider").click()
    page.get_by_label("Refusé").check()
    page.get_by_label("Motifs").fill("Hors secteur.")
    page.get_by_role("button", name="Relire avant de décider").click()
    page.get_by_role("button", name="Refuser la demande").click()


def test_headings_and_answers_print_without_menus(supervisor: BrowserContext, handed: Handed) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{handed.case}")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.get_by_role("button", name="Ajouter la note")).to_be_hidden()
    expect(page.get_by_text("12 rue des Lilas")).to_be_visible()
