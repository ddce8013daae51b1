"""The page of the devices: a new agent, a code that is cancelled, a PC that is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cases.errors import EstafetteError, NotPermittedError
from tests.e2e.conftest import Service
from tests.support.office_post import OfficePost


def choose_office(page: Page) -> None:
    """Choose the first office where there is a choice: other tests of the same service open a second one."""
    offices = page.get_by_label("Antenne", exact=True)
    if offices.count():
        offices.select_option(label="Antenne principale")


def add_agent(page: Page, name: str) -> str:
    """Add an agent and return the code that is offered at once."""
    page.goto("/console/postes")
    page.get_by_label("Nom de l’agent").fill(name)
    choose_office(page)
    page.get_by_role("button", name="Ajouter l’agent").click()
    made = page.get_by_role("region", name=f"Le code pour {name}")
    expect(made).to_contain_text("7 jours")
    return made.locator("#enrolment-code").inner_text()


def test_an_agent_is_added_and_enrols_and_the_lost_pc_is_revoked(
    supervisor: BrowserContext, service: Service, tmp_path: Path
) -> None:
    page = supervisor.new_page()
    code = add_agent(page, "  Aïcha   Lambert ")
    post = OfficePost(tmp_path / "workspace", service.url, code, "Portable perdu")
    try:
        assert post.workspace.identity is not None
        assert post.workspace.identity.agent_name == "Aïcha Lambert"
        page.goto("/console/postes")
        row = page.get_by_role("row", name="Portable perdu")
        expect(row).to_contain_text("Aïcha Lambert")
        row.get_by_role("link", name="Révoquer ce poste").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Révoquer ce poste ?")
        expect(page.locator("main")).to_contain_text("Portable perdu")
        page.get_by_role("link", name="Annuler").click()
        expect(page.get_by_role("row", name="Portable perdu")).not_to_contain_text("Révoqué le")

        post.sync()
        page.get_by_role("row", name="Portable perdu").get_by_role("link", name="Révoquer ce poste").click()
        page.get_by_role("button", name="Révoquer ce poste").click()
        expect(page.get_by_role("status")).to_contain_text("Le poste est révoqué")
        row = page.get_by_role("row", name="Portable perdu")
        expect(row).to_contain_text("Révoqué le")
        expect(row.get_by_role("link")).to_have_count(0)
        post.workspace.create_citizen({"family_name": "Perdu"})
        with pytest.raises(NotPermittedError, match=r"auth\.device_revoked"):
            post.sync()
    finally:
        post.close()


def test_names_that_cannot_be_told_apart_are_refused_in_words(supervisor: BrowserContext) -> None:
    page = supervisor.new_page()
    add_agent(page, "Yann Morvan")
    for name, words in (("", "Écrivez le nom"), ("yann  MORVAN", "déjà dans cette antenne")):
        page.goto("/console/postes")
        page.get_by_label("Nom de l’agent").fill(name)
        choose_office(page)
        page.get_by_role("button", name="Ajouter l’agent").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("L’agent n’est pas encore ajouté")
        expect(summary).to_contain_text(words)
        expect(page.get_by_label("Nom de l’agent")).to_have_value(name)
        expect(page.get_by_label("Nom de l’agent")).to_have_attribute("aria-invalid", "true")


def test_an_office_is_added_once_and_an_agent_joins_it(
    supervisor: BrowserContext, service: Service, tmp_path: Path
) -> None:
    page = supervisor.new_page()
    page.goto("/console/postes")
    page.get_by_label("Nom de l’antenne").fill(" Antenne  de Felletin ")
    page.get_by_role("button", name="Ajouter l’antenne").click()
    expect(page.get_by_role("status")).to_contain_text("L’antenne est ajoutée")
    for name, words in (("", "Écrivez le nom"), ("antenne de FELLETIN", "porte déjà ce nom")):
        page.get_by_label("Nom de l’antenne").fill(name)
        page.get_by_role("button", name="Ajouter l’antenne").click()
        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("L’antenne n’est pas encore ajoutée")
        expect(summary).to_contain_text(words)
        expect(page.get_by_label("Nom de l’antenne")).to_have_value(name)
        expect(page.get_by_label("Nom de l’antenne")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Nom de l’agent").fill("Odile Ferrand")
    page.get_by_label("Antenne", exact=True).select_option(label="Antenne de Felletin")
    page.get_by_role("button", name="Ajouter l’agent").click()
    code = page.get_by_role("region", name="Le code pour Odile Ferrand").locator("#enrolment-code").inner_text()
    post = OfficePost(tmp_path / "workspace", service.url, code, "Poste de Felletin")
    try:
        assert post.workspace.identity is not None
        assert post.workspace.identity.office_name == "Antenne de Felletin"
    finally:
        post.close()


def test_a_cancelled_code_enrols_nobody(supervisor: BrowserContext, service: Service, tmp_path: Path) -> None:
    page = supervisor.new_page()
    code = add_agent(page, "Chloé Petit")
    page.goto("/console/postes")
    page.get_by_role("button", name="Annuler ce code : Chloé Petit").click()
    expect(page.get_by_role("status")).to_contain_text("Le code est annulé")
    expect(page.get_by_role("button", name="Annuler ce code : Chloé Petit")).to_have_count(0)
    with pytest.raises(EstafetteError, match="enrol"):
        OfficePost(tmp_path / "workspace", service.url, code, "Trop tard")


def test_a_device_that_is_not_there_is_a_plain_page(supervisor: BrowserContext) -> None:
    answer = supervisor.new_page().goto("/console/postes/nonsense/revoquer")
    assert answer is not None and answer.status == 404
