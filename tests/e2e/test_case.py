"""A case in the console: read, taken, asked about, decided; noted; contested; changed under the reader's eyes."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cases.verify import verify_chain
from tests.e2e.conftest import PROCEDURE, Service, choose_first_agent
from tests.support.office_post import Handed, OfficePost

ANSWERS: dict[str, str | None] = {
    "/request/reason": "moving",
    "/responsible/first_adult/first_family_name": "Moreau",
    "/home/address_line": "12 rue des Lilas",
}


@pytest.fixture
def handed(post: OfficePost) -> Handed:
    return post.hand_in(PROCEDURE, ANSWERS, family_name="Moreau")


def open_case(context: BrowserContext, handed: Handed) -> Page:
    page = context.new_page()
    page.goto(f"/console/dossiers/{handed.case}")
    return page


def test_from_the_queue_to_a_decision_that_office_and_citizen_see(
    supervisor: BrowserContext, post: OfficePost, visitor: BrowserContext
) -> None:
    page = supervisor.new_page()
    page.goto("/console?q=koné")
    handed = post.hand_in(PROCEDURE, ANSWERS, family_name="Koné", given_names="Ibrahim")
    # The queue shows it by itself: nobody reloads the page.
    row = page.locator(f"#case-{handed.case}")
    row.wait_for(timeout=15_000)
    expect(row).to_contain_text("En construction")
    expect(row).to_contain_text("il reste 60 jours")
    row.get_by_role("link", name="Ibrahim Koné").click()

    page.get_by_role("button", name="Prendre en instruction").click()
    expect(page.get_by_role("status")).to_contain_text("c’est vous qui l’avez")
    page.get_by_role("link", name="Demander un complément").click()
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez ce qui manque")
    page.get_by_label("Que manque-t-il").fill("Le justificatif de domicile.")
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.locator("header .chip")).to_have_text("À compléter")

    post.sync()
    assert post.workspace.case(handed.case).state == "needs_information"
    citizen = visitor.new_page()
    citizen.goto(f"/suivi/{handed.tracking_code}")
    expect(citizen.get_by_text("Le justificatif de domicile.")).to_be_visible()

    seen = post.workspace.case(handed.case).base
    post.workspace.change_status(handed.case, "in_review", base=seen, message="Remis ce matin.")
    post.sync()
    page.reload()
    expect(page.get_by_text("Remis ce matin.").first).to_be_visible()
    decide_with_reasons(page)

    post.sync()
    assert post.workspace.case(handed.case).state == "accepted"
    citizen.reload()
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Votre demande est acceptée")
    expect(citizen.get_by_text("Toutes les pièces sont là.")).to_be_visible()


def decide_with_reasons(page: Page) -> None:
    page.get_by_role("link", name="Décider").click()
    page.get_by_label("Accepté").check()
    page.get_by_role("button", name="Relire avant de décider").click()
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_text(
        ["Écrivez les motifs : une décision sans motifs pourrait être annulée.".replace(" :", "\u00a0:")]
    )
    expect(page.get_by_label("Accepté")).to_be_checked()
    summary.get_by_role("link").click()
    expect(page.get_by_label("Motifs")).to_be_focused()
    page.get_by_label("Motifs").fill("Toutes les pièces sont là.")
    page.get_by_role("button", name="Relire avant de décider").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmer la décision")
    page.get_by_role("button", name="Modifier ma décision").click()
    expect(page.get_by_label("Motifs")).to_have_value("Toutes les pièces sont là.")
    page.get_by_role("button", name="Relire avant de décider").click()
    page.get_by_role("button", name="Accepter la demande").click()
    expect(page.locator("header .chip")).to_have_text("Accepté")
    expect(page.get_by_role("region", name="Décision")).to_contain_text("Toutes les pièces sont là.")
    expect(page.get_by_role("link", name="Décider")).to_have_count(0)


def test_answers_are_read_in_the_form_s_own_words(supervisor: BrowserContext, handed: Handed) -> None:
    answers = open_case(supervisor, handed).get_by_role("region", name="Réponses", exact=True)
    expect(answers).to_contain_text("Numéro et voie")
    expect(answers).to_contain_text("12 rue des Lilas")
    expect(answers).not_to_contain_text("/home/address_line")
    expect(answers).to_contain_text("Arrivée dans la commune")
    expect(answers).not_to_contain_text("moving")


def test_news_appear_by_themselves_and_what_is_being_typed_stays(
    supervisor: BrowserContext, post: OfficePost, handed: Handed
) -> None:
    page = open_case(supervisor, handed)
    note = page.get_by_label("Ajouter une note")
    note.fill("À moitié écrit")
    post.workspace.add_note(handed.case, "L’usager a rappelé.", base=0)
    post.sync()
    expect(page.get_by_text("depuis que vous l’avez ouvert")).to_be_visible(timeout=15_000)
    expect(page.locator("#live-history")).to_contain_text("L’usager a rappelé.")
    expect(note).to_have_value("À moitié écrit")
    expect(note).to_be_focused()


def test_a_note_is_added_and_an_empty_one_is_not(supervisor: BrowserContext, handed: Handed) -> None:
    page = open_case(supervisor, handed)
    page.get_by_role("button", name="Ajouter la note").click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez la note")
    page.get_by_label("Ajouter une note").fill("Rappeler mardi.\nDemander le livret.")
    page.get_by_role("button", name="Ajouter la note").click()
    expect(page.get_by_role("status")).to_contain_text("ajoutée")
    expect(page.locator(".messages")).to_contain_text("Rappeler mardi.")


def test_a_decision_on_a_page_grown_old_is_not_made_and_the_text_stays(
    supervisor: BrowserContext, post: OfficePost, handed: Handed
) -> None:
    page = open_case(supervisor, handed)
    page.get_by_role("link", name="Décider").click()
    page.get_by_label("Refusé").check()
    page.get_by_label("Motifs").fill("Hors secteur.")
    page.get_by_role("button", name="Relire avant de décider").click()
    post.workspace.add_note(handed.case, "Adresse corrigée ce matin.", base=0)
    post.sync()
    page.get_by_role("button", name="Refuser la demande").click()

    expect(page.get_by_role("alert")).to_contain_text("Le dossier a changé pendant que vous écriviez")
    expect(page.get_by_role("alert")).to_contain_text("Adresse corrigée ce matin.")
    expect(page.get_by_label("Motifs")).to_have_value("Hors secteur.")
    expect(page.locator("header .chip")).to_have_text("En construction")
    page.get_by_role("button", name="Relire avant de décider").click()
    page.get_by_role("button", name="Refuser la demande").click()
    expect(page.locator("header .chip")).to_have_text("Refusé")


def test_taking_a_case_that_another_took_meanwhile_does_nothing(supervisor: BrowserContext, handed: Handed) -> None:
    first, second = open_case(supervisor, handed), open_case(supervisor, handed)
    first.get_by_role("button", name="Prendre en instruction").click()
    expect(first.get_by_role("status")).to_contain_text("en instruction")
    second.get_by_role("button", name="Prendre en instruction").click()
    expect(second.get_by_role("status")).to_contain_text("a changé entre-temps")
    expect(second.locator("#live-history > ol > li", has_text="a pris le dossier en instruction")).to_have_count(1)


def test_an_enrolment_code_made_here_enrols_a_second_device_and_contested_answers_show_both_values(
    supervisor: BrowserContext, service: Service, post: OfficePost, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = supervisor.new_page()
    page.goto("/console/postes")
    page.get_by_role("button", name="Créer un code").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez l’agent")
    choose_first_agent(page)
    page.get_by_role("button", name="Créer un code").click()
    code = page.locator("#enrolment-code").inner_text()
    second = OfficePost(tmp_path_factory.mktemp("second") / "workspace", service.url, code, "Tablette de tournée")
    try:
        identity = post.workspace.identity
        assert identity is not None
        citizen = str(post.workspace.create_citizen({"family_name": "Diop", "given_names": "Awa"}).record)
        version = dict(post.workspace.procedures())[PROCEDURE]
        case = str(post.workspace.open_case(PROCEDURE, version, citizen, {}).record)
        post.sync()
        second.sync()
        base = second.workspace.case(case).base
        post.workspace.answer(case, {"/home/commune": "Guéret"}, base=post.workspace.case(case).base)
        second.workspace.answer(case, {"/home/commune": "Aubusson"}, base=base)
        post.sync()
        second.sync()
    finally:
        second.close()

    page.goto("/console/postes")
    expect(page.get_by_role("region", name="Postes inscrits")).to_contain_text("Tablette de tournée")
    page.goto(f"/console/dossiers/{case}")
    contested = page.get_by_role("region", name="Réponses à départager")
    expect(contested).to_contain_text("Guéret")
    expect(contested).to_contain_text("Aubusson")
    expect(contested.locator("time")).to_have_count(2)


def test_the_downloaded_record_verifies(supervisor: BrowserContext, handed: Handed) -> None:
    page = open_case(supervisor, handed)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Télécharger le registre").click()
    name = downloading.value.suggested_filename
    assert name == f"dossier-{handed.tracking_code}.jsonl"
    data = downloading.value.path().read_bytes()
    assert verify_chain(data.splitlines()) is not None


def test_a_case_that_does_not_exist_is_a_plain_page(supervisor: BrowserContext) -> None:
    page = supervisor.new_page()
    for identity in ("0" * 32, "nonsense", "%27%20or%201=1"):
        answer = page.goto(f"/console/dossiers/{identity}")
        assert answer is not None and answer.status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("Il n’y a rien à cette adresse")
