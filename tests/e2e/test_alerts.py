"""Alerts in the console, and what waits beside the names of the menu."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cases.treelog import INCONSISTENT, Evidence
from tests.e2e.conftest import PROCEDURE, Service
from tests.e2e.test_devices import add_agent
from tests.e2e.test_pages import assert_fits_at_two_hundred_percent, assert_structure
from tests.support.office_post import OfficePost

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Alarmed:
    """A computer to which the service seemed to contradict itself, under a name of its own."""

    name: str
    office: OfficePost


@pytest.fixture
def alarmed(supervisor: BrowserContext, service: Service, tmp_path: Path) -> Iterator[Alarmed]:
    number = next(_numbers)
    name = f"Poste qui alerte {number}"
    code = add_agent(supervisor.new_page(), f"Inès Signal {number}")
    made = OfficePost(tmp_path / "workspace", service.url, code, name)
    made.workspace.note_evidence(Evidence(INCONSISTENT, 1, "0" * 64))
    made.sync()
    yield Alarmed(name, made)
    made.close()


def number_beside(page: Page, name: str) -> int:
    """Return what stands beside a name of the menu, 0 for nothing."""
    shown = page.locator(f"#count-{name} .number")
    return int(shown.inner_text()) if shown.count() else 0


def test_an_alarm_is_seen_in_the_menu_and_a_person_takes_note_of_it(
    supervisor: BrowserContext, alarmed: Alarmed
) -> None:
    page = supervisor.new_page()
    page.goto("/console/alertes")
    before = number_beside(page, "alerts")
    assert before >= 1
    menu = page.get_by_role("navigation", name="Principal")
    expect(menu.get_by_role("link", name="Alertes")).to_have_accessible_name(re.compile(r"Alertes \(\d+ en attente\)"))
    card = page.locator(".alert").filter(has_text=alarmed.name)
    expect(card.get_by_role("heading")).to_have_text("Le service contredit ce qu’il avait signé")
    card.get_by_text("En prendre note").click()
    card.get_by_role("button", name="J’en ai pris note").click()
    # Nothing without a reason; what was open stays open, and the error leads to its field.
    expect(page.get_by_role("alert")).to_contain_text("Écrivez votre motif")
    card.get_by_label("Ce qui a été fait").fill("Base vérifiée avec l’informatique.")
    card.get_by_role("button", name="J’en ai pris note").click()
    expect(page.get_by_role("status")).to_contain_text("C’est consigné")
    expect(page.locator(".alert").filter(has_text=alarmed.name)).to_have_count(0)
    expect(page.locator(".history")).to_contain_text("Base vérifiée avec l’informatique.")
    assert number_beside(page, "alerts") == before - 1


def test_the_page_of_alerts_is_readable_by_everybody(supervisor: BrowserContext, alarmed: Alarmed) -> None:
    page = supervisor.new_page()
    page.goto("/console/alertes")
    assert_structure(page)
    assert_fits_at_two_hundred_percent(page)


def test_what_begins_to_wait_is_counted_on_the_open_page(
    supervisor: BrowserContext, post: OfficePost, alarmed: Alarmed
) -> None:
    handed = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Compteur")
    other = alarmed.office
    other.sync()
    seen = other.workspace.case(handed.case).base
    page = supervisor.new_page()
    page.goto("/console")
    before = number_beside(page, "waiting")
    # It is decided while the other computer, which has not seen that, goes on: its act has to wait for a person.
    other.workspace.answer(handed.case, {"/home/commune": "Aubusson"}, base=seen)
    other.sync()
    expect(page.locator("#count-waiting .number")).to_have_text(str(before + 1), timeout=15_000)


def test_all_cases_stand_the_last_active_first_and_it_is_said(supervisor: BrowserContext, post: OfficePost) -> None:
    first = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Ordre-Premier")
    second = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Ordre-Second")
    page = supervisor.new_page()
    page.goto("/console?etat=tous&q=ordre-&direct=non")
    expect(page.get_by_text("Les derniers dossiers actifs d’abord.")).to_be_visible()
    rows = page.locator("tbody tr")
    assert [row.get_attribute("id") for row in rows.all()] == [f"case-{second.case}", f"case-{first.case}"]
    page.goto("/console?etat=submitted&direct=non")
    expect(page.get_by_text("Les plus anciennes demandes d’abord.")).to_be_visible()
