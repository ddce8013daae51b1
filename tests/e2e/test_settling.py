"""Contested answers, acts that wait and USB sticks in the console: what a supervisor does about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from central import starting
from central.context import Settings
from central.database import people
from central.database.client import NO_TENANT
from sync.bundle_files import read_answers, write_bundle
from sync.envelopes import Courier
from tests.e2e.conftest import PROCEDURE, Service, choose_first_agent
from tests.e2e.test_pages import assert_fits_at_two_hundred_percent, assert_structure
from tests.support.office_post import OfficePost

NO_BREAK = "\u00a0"


def _code(page: Page) -> str:
    page.goto("/console/postes")
    choose_first_agent(page)
    page.get_by_role("button", name="Créer un code").click()
    return page.locator("#enrolment-code").inner_text()


@pytest.fixture
def second(supervisor: BrowserContext, service: Service, tmp_path: Path) -> Iterator[OfficePost]:
    """A second PC of the same agent."""
    code = _code(supervisor.new_page())
    made = OfficePost(tmp_path / "second" / "workspace", service.url, code, "Tablette de tournée")
    yield made
    made.close()


@dataclass(frozen=True)
class Contested:
    case: str
    citizen: str


@pytest.fixture
def contested(post: OfficePost, second: OfficePost) -> Contested:
    """A case in which two PCs answered one question and the citizen's telephone without seeing each other."""
    citizen = str(post.workspace.create_citizen({"family_name": "Diop", "given_names": "Awa"}).record)
    version = dict(post.workspace.procedures())[PROCEDURE]
    case = str(post.workspace.open_case(PROCEDURE, version, citizen, {"/home/commune": "La Souterraine"}).record)
    post.sync()
    second.sync()
    for office, commune, phone in ((post, "Guéret", "05 55 00 00 01"), (second, "Aubusson", "05 55 00 00 02")):
        seen = office.workspace.case(case).base
        office.workspace.answer(case, {"/home/commune": commune}, base=seen)
        office.workspace.edit_citizen(citizen, {"phone": phone}, base=seen)
    post.sync()
    second.sync()
    return Contested(case, citizen)


def test_a_contested_answer_waits_for_its_agents_and_the_supervisor_may_step_in(
    supervisor: BrowserContext, contested: Contested, post: OfficePost
) -> None:
    page = supervisor.new_page()
    page.goto("/console/a-departager")
    assert_structure(page)
    theirs = page.get_by_role("region", name="Chez les agents concernés")
    row = theirs.locator(f"#contested-{contested.case}")
    expect(row).to_contain_text("Awa Diop")
    expect(row).to_contain_text("Téléphone")
    row.get_by_role("listitem").first.get_by_role("link").click()

    choices = page.get_by_role("group", name="Quelle valeur est la bonne")
    for said in ("Guéret", "Aubusson", f"avait vu avant{NO_BREAK}: La Souterraine"):
        expect(choices).to_contain_text(said)
    assert_structure(page)
    page.get_by_role("button", name="Garder cette valeur").click()
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("link")).to_have_count(2)
    page.get_by_label("Aubusson").check()
    page.get_by_label("Motif").fill("Vu sur le justificatif de domicile.")
    page.get_by_role("button", name="Garder cette valeur").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre choix est enregistré")
    expect(page.locator(".answers").first).to_contain_text("Aubusson")
    expect(page.locator("#live-history")).to_contain_text("Vu sur le justificatif de domicile.")
    post.sync()
    assert post.workspace.case(contested.case).answers["/home/commune"] == "Aubusson"


def test_a_choice_can_be_taken_back_with_a_value_of_ones_own(
    supervisor: BrowserContext, contested: Contested, post: OfficePost
) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{contested.case}")
    particulars = page.get_by_role("region", name="Données de l’usager à départager")
    particulars.get_by_role("link", name="Téléphone").click()
    page.get_by_label("05 55 00 00 01").check()
    page.get_by_label("Motif").fill("Rappelé.")
    page.get_by_role("button", name="Garder cette valeur").click()
    page.get_by_role("link", name="revenir sur ce choix").click()
    expect(page.locator("form")).to_contain_text(["", "Rappelé."])
    page.get_by_label("Une autre valeur").check()
    page.get_by_label("Motif").fill("Nouveau numéro.")
    page.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_role("alert")).to_contain_text("Saisissez la valeur à garder")
    page.get_by_label("La valeur à garder").fill("06 00 00 00 03")
    page.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre choix est enregistré")
    post.sync()
    assert post.workspace.citizen(contested.citizen).fields["phone"] == "06 00 00 00 03"
    page.get_by_role("link", name="revenir sur ce choix").click()
    page.get_by_label("Revenir sur le choix").check()
    page.get_by_label("Motif").fill("À voir avec elle.")
    page.get_by_role("button", name="Enregistrer ce choix").click()
    expect(page.get_by_role("status").first).to_contain_text("toutes les valeurs sont de nouveau là")
    post.sync()
    values = {
        claim.value for item in post.workspace.contested_queue() if item.field == "phone" for claim in item.claims
    }
    assert values == {"05 55 00 00 01", "05 55 00 00 02"}, "what was contested first, without the choice taken back"


def test_the_page_of_a_choice_fits_at_two_hundred_percent(supervisor: BrowserContext, contested: Contested) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{contested.case}/departager?champ=case:/home/commune")
    assert_fits_at_two_hundred_percent(page)
    page.goto("/console/a-departager")
    assert_fits_at_two_hundred_percent(page)


def test_what_nobody_contests_leads_back_to_the_case(supervisor: BrowserContext, contested: Contested) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{contested.case}/departager?champ=case:/request/reason")
    expect(page.get_by_role("status").first).to_contain_text("plus rien à départager")


def test_an_act_that_waits_is_withdrawn_with_a_reason(
    supervisor: BrowserContext, post: OfficePost, second: OfficePost
) -> None:
    case = _parked(post, second)
    page = supervisor.new_page()
    page.goto("/console/attente")
    assert_structure(page)
    line = page.get_by_role("listitem").filter(has=page.locator(f"a[href='/console/dossiers/{case}']"))
    line.get_by_role("link", name="Décider de cet acte").first.click()
    expect(page.locator(".answers")).to_contain_text("Aubusson")
    assert_structure(page)
    page.get_by_role("button", name="Enregistrer mon choix").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    page.get_by_label("Le retirer").check()
    page.get_by_label("Motif").fill("Le dossier était déjà transmis.")
    assert_fits_at_two_hundred_percent(page)
    page.get_by_role("button", name="Enregistrer mon choix").click()
    expect(page.get_by_role("status").first).to_contain_text("L’acte est retiré")
    expect(page.locator(f"a[href='/console/dossiers/{case}']")).to_have_count(0)


def test_an_act_that_waits_is_edited_and_applied(
    supervisor: BrowserContext, post: OfficePost, second: OfficePost
) -> None:
    case = _parked(post, second)
    page = supervisor.new_page()
    page.goto("/console/attente")
    line = page.get_by_role("listitem").filter(has=page.locator(f"a[href='/console/dossiers/{case}']"))
    line.get_by_role("link", name="Décider de cet acte").first.click()
    page.get_by_label("Le corriger, puis l’appliquer").check()
    page.get_by_text("Corriger ce qu’il dit").click()
    page.get_by_label("Commune", exact=True).fill("Bourganeuf")
    page.get_by_label("Motif").fill("Vu avec l’agent.")
    page.get_by_role("button", name="Enregistrer mon choix").click()
    expect(page.get_by_role("status").first).to_contain_text("prend effet tel que vous l’avez corrigé")
    page.goto(f"/console/dossiers/{case}")
    expect(page.locator(".answers").first).to_contain_text("Bourganeuf")
    expect(page.locator("#live-history")).to_contain_text("a corrigé un acte en attente et l’a appliqué")
    post.sync()
    assert post.workspace.case(case).answers["/home/commune"] == "Bourganeuf"


def test_a_case_with_a_contested_answer_is_not_decided_before_it_is_settled(
    supervisor: BrowserContext, contested: Contested, post: OfficePost
) -> None:
    post.workspace.change_status(contested.case, "submitted", base=post.workspace.case(contested.case).base)
    post.sync()
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{contested.case}")
    page.get_by_role("button", name="Prendre en instruction").click()
    page.get_by_role("link", name="Décider").click()
    expect(page.get_by_role("status")).to_contain_text("aucune décision n’est possible avant")
    assert_structure(page)
    page.get_by_label("Accepté").check()
    page.get_by_label("Motifs").fill("Tout est là.")
    page.get_by_role("button", name="Relire avant de décider").click()
    page.get_by_role("button", name="Accepter la demande").click()
    expect(page.get_by_role("alert")).to_contain_text("Départagez d’abord")
    expect(page.get_by_label("Motifs")).to_have_value("Tout est là.")
    page.get_by_role("link", name="Voir ce qui est à départager").click()
    page.get_by_role("region", name="Réponses à départager").get_by_role("link", name="Départager").click()
    page.get_by_label("Guéret").check()
    page.get_by_label("Motif").fill("Confirmé par l’usager.")
    page.get_by_role("button", name="Garder cette valeur").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre choix est enregistré")


def _parked(post: OfficePost, second: OfficePost) -> str:
    """Hand a case in on one PC while the other, which has not seen that, answers another value."""
    citizen = str(post.workspace.create_citizen({"family_name": "Attente", "given_names": "Luc"}).record)
    version = dict(post.workspace.procedures())[PROCEDURE]
    case = str(post.workspace.open_case(PROCEDURE, version, citizen, {"/home/commune": "Guéret"}).record)
    post.sync()
    second.sync()
    post.workspace.change_status(case, "submitted", base=post.workspace.case(case).base)
    post.sync()
    second.workspace.answer(case, {"/home/commune": "Aubusson"}, base=second.workspace.case(case).base)
    second.sync()
    return case


def test_a_stick_is_taken_in_and_its_receipts_are_given_back(
    supervisor: BrowserContext, second: OfficePost, tmp_path: Path
) -> None:
    second.workspace.create_citizen({"family_name": "Zone", "given_names": "Blanche"})
    Courier(second.workspace, Ports(device_secrets=MemoryDeviceSecrets())).seal_now()
    whole = tmp_path / "envoi.plis"
    whole.write_bytes(write_bundle(second.workspace.own_mailbox().envelopes(), 1))
    cut = tmp_path / "coupe.plis"
    cut.write_bytes(whole.read_bytes()[:-40])

    page = supervisor.new_page()
    page.goto("/console/postes")
    page.get_by_role("link", name="Clé USB").click()
    page.get_by_role("button", name="Recevoir ce fichier").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez le fichier")
    page.get_by_label("Fichier de la clé").set_input_files(cut)
    page.get_by_role("button", name="Recevoir ce fichier").click()
    expect(page.get_by_role("alert")).to_contain_text("n’est pas entier")
    for _ in range(2):
        page.get_by_label("Fichier de la clé").set_input_files(whole)
        page.get_by_role("button", name="Recevoir ce fichier").click()
        expect(page.locator("#outcome")).to_contain_text("1 pli est reçu")
    assert_structure(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger les accusés").click()
    manifest = read_answers(Path(download.value.path()).read_bytes())
    assert [answer.pushed is not None for answer in manifest.answers] == [True]
    assert_fits_at_two_hundred_percent(page)


def test_the_list_of_devices_that_lag_names_each(supervisor: BrowserContext, second: OfficePost) -> None:
    page = supervisor.new_page()
    page.goto("/console/postes")
    page.get_by_role("link", name="Postes en retard").click()
    row = page.get_by_role("row").filter(has_text="Tablette de tournée").first
    expect(row).to_contain_text("À jour")


@pytest.fixture
def other_office(service: Service) -> str:
    """A second office of the organisation, made beside the running service; its name."""
    data = service.directory / "data"
    with starting.opened_database(data, None, binaries=None, create=False) as (database, _server):
        central = starting.make_central(data, database, Settings(service.url))
        with central.transaction(NO_TENANT) as connection:
            (tenant,) = people.tenants(connection)
        with central.transaction(tenant) as connection:
            if all(each.name != "Antenne de Bourganeuf" for each in people.offices(connection, tenant)):
                people.add_office(connection, tenant, "f" * 32, "Antenne de Bourganeuf", 1)
    return "Antenne de Bourganeuf"


def test_a_case_moves_to_another_office_with_a_reason(
    supervisor: BrowserContext, contested: Contested, other_office: str
) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{contested.case}")
    page.get_by_role("link", name="Confier à une autre antenne").click()
    assert_structure(page)
    page.get_by_role("button", name="Confier le dossier").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    page.get_by_label("Quelle antenne").select_option(other_office)
    page.get_by_label("Motif").fill("L’usager a déménagé.")
    page.get_by_role("button", name="Confier le dossier").click()
    expect(page.get_by_role("status").first).to_contain_text("Le dossier est confié")
    expect(page.locator(".facts")).to_contain_text(other_office)
    expect(page.locator("#live-history")).to_contain_text("a confié le dossier à une autre antenne")
    expect(page.locator("#live-history")).to_contain_text("L’usager a déménagé.")
