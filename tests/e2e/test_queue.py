"""The queue: filters, search, pages."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from central.console.queue import PAGE_LINES
from tests.e2e.conftest import PROCEDURE
from tests.support.office_post import OfficePost


def test_cases_are_filtered_by_state(supervisor: BrowserContext, post: OfficePost) -> None:
    handed = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Filtre")
    page = supervisor.new_page()
    page.goto("/console?q=filtre")
    expect(page.locator(f"#case-{handed.case}")).to_be_visible()
    page.get_by_role("link", name="À compléter").click()
    expect(page.locator(f"#case-{handed.case}")).to_have_count(0)
    expect(page.get_by_role("link", name="À compléter")).to_have_attribute("aria-current", "true")


def test_search_finds_by_name_without_accents_and_by_tracking_code(
    supervisor: BrowserContext, post: OfficePost
) -> None:
    handed = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Béranger-Quérou")
    other = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Zimmermann")
    page = supervisor.new_page()
    for text in ("beranger", handed.tracking_code.lower().replace("-", " ")):
        page.goto("/console")
        page.get_by_label("Chercher un dossier").fill(text)
        # It searches while one types; no button is pressed.
        expect(page.locator(f"#case-{other.case}")).to_have_count(0)
        expect(page.locator(f"#case-{handed.case}")).to_be_visible()
    page.get_by_label("Chercher un dossier").fill("nobody of that name")
    expect(page.get_by_role("heading", name="Aucun dossier ne correspond")).to_be_visible()


def test_pages_follow_one_another_without_losing_or_repeating_a_case(
    supervisor: BrowserContext, post: OfficePost
) -> None:
    for number in range(PAGE_LINES + 2):
        post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name=f"Pagination {number:02}")
    page = supervisor.new_page()
    page.goto("/console?q=pagination&direct=non")
    first = [row.get_attribute("id") for row in page.locator("tbody tr").all()]
    page.get_by_role("link", name="Page suivante").click()
    second = [row.get_attribute("id") for row in page.locator("tbody tr").all()]
    assert (len(first), len(second)) == (PAGE_LINES, 2)
    assert not set(first) & set(second)


def test_refreshing_by_itself_can_be_stopped(supervisor: BrowserContext) -> None:
    page = supervisor.new_page()
    page.goto("/console")
    page.get_by_role("link", name="Arrêter la mise à jour").click()
    expect(page.locator("#live-queue")).not_to_have_attribute("hx-trigger", "every 5s")
    page.get_by_role("link", name="Reprendre la mise à jour").click()
    expect(page.locator("#live-queue")).to_have_attribute("hx-trigger", "every 5s")
