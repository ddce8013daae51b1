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


def test_a_search_looks_in_all_states_and_says_so(supervisor: BrowserContext, post: OfficePost) -> None:
    identity = post.workspace.identity
    assert identity is not None
    citizen = str(post.workspace.create_citizen({"family_name": "Toussaint-Partout", "given_names": "Léa"}).record)
    draft = str(post.workspace.open_case(PROCEDURE, dict(post.workspace.procedures())[PROCEDURE], citizen, {}).record)
    handed = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Toussaint-Partout")
    page = supervisor.new_page()
    for start in ("/console", "/console?etat=needs_information"):
        page.goto(start)
        page.get_by_label("Chercher un dossier").fill("toussaint-partout")
        for case in (draft, handed.case):
            expect(page.locator(f"#case-{case}")).to_be_visible()
        expect(page.get_by_text("2 dossiers trouvés, tous états confondus.")).to_be_visible()
        expect(page.get_by_role("link", name="Tous 2")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_text("2 dossiers trouvés, tous états confondus.")).to_be_visible()
    # The tabs count what the search found, and narrow it when one says so.
    page.get_by_role("link", name="Brouillons 1").click()
    expect(page.get_by_text("Recherche limitée à : Brouillons")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Effacer la recherche").click()
    expect(page.get_by_role("link", name="À traiter")).to_have_attribute("aria-current", "true")


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
