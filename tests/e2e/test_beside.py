"""Proposals, decisions on paper and duplicates in the console, with an office's real client on the other side."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import PROCEDURE
from tests.e2e.test_pages import assert_fits_at_two_hundred_percent, assert_structure
from tests.support.office_post import Handed, OfficePost

TODAY = dt.date.today().isoformat()
SHOTS = os.environ.get("ESTAFETTE_SHOTS")
"""A folder for pictures of each page, light and dark, at 100 % and 200 %; none are taken without it."""


def look(page: Page, name: str) -> None:
    """Take pictures of a page, where somebody asked for them."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size in ("100%", "200%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}-{size.rstrip('%')}.png", full_page=True)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.emulate_media(color_scheme="light")


@pytest.fixture
def case(post: OfficePost) -> Handed:
    answers = {"/home/commune": "Guéret", "/request/reason": "arrival"}
    return post.hand_in(PROCEDURE, answers, family_name="Lemaire", given_names="Odile")


def decide(page: Page, case: Handed, decision: str, confirm: str) -> None:
    page.goto(f"/console/dossiers/{case.case}/decision")
    page.get_by_label(decision, exact=False).first.check()
    page.get_by_label("Motifs").fill("Au vu des pièces.")
    page.get_by_role("button", name="Relire avant de décider").click()
    page.get_by_role("button", name=confirm).click()


def test_an_agents_proposal_waits_for_the_supervisor_and_decides_nothing(
    supervisor: BrowserContext, post: OfficePost, case: Handed
) -> None:
    workspace = post.workspace
    workspace.propose(case.case, "accepted", base=workspace.case(case.case).base, reasons="Toutes les pièces sont là.")
    post.sync()
    page = supervisor.new_page()
    page.goto("/console/a-departager")
    assert_structure(page)
    look(page, "to-settle")
    page.get_by_role("region", name="Décisions proposées").locator(f"#proposed-{case.case}").get_by_role("link").click()
    proposed = page.get_by_role("region", name="Décisions proposées")
    expect(proposed).to_contain_text("Accepté")
    expect(proposed).to_contain_text("Toutes les pièces sont là.")
    expect(page.locator("#live-history")).to_contain_text("a proposé d’accepter la demande")
    assert_structure(page)
    look(page, "case-proposed")
    assert_fits_at_two_hundred_percent(page)
    page.goto(f"/console/dossiers/{case.case}/decision")
    expect(page.get_by_role("region", name="Décisions proposées")).to_contain_text("Toutes les pièces sont là.")
    look(page, "decision-proposed")
    decide(page, case, "Refusé", "Refuser la demande")
    expect(page.get_by_role("status").first).to_contain_text("Votre décision est enregistrée")
    expect(page.get_by_role("region", name="Décisions proposées")).to_have_count(0)
    page.goto("/console/a-departager")
    expect(page.locator(f"#proposed-{case.case}")).to_have_count(0)


def test_a_decision_on_paper_is_a_fact_and_no_other_is_taken_over_it(
    supervisor: BrowserContext, post: OfficePost, case: Handed
) -> None:
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{case.case}")
    page.get_by_role("link", name="Remise sur papier").click()
    assert_structure(page)
    page.get_by_role("button", name="Noter la remise").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez la décision")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(3)
    look(page, "paper-error")
    page.get_by_label("Accepté").check()
    page.get_by_label("Jour de la remise").fill("2999-01-01")
    page.get_by_label("Comment").fill("Remise au guichet")
    page.get_by_role("button", name="Noter la remise").click()
    expect(page.get_by_role("alert")).to_contain_text("il ne peut pas être à venir")
    page.get_by_label("Jour de la remise").fill(TODAY)
    page.get_by_role("button", name="Noter la remise").click()
    expect(page.get_by_role("status").first).to_contain_text("l’usager a cette décision sur papier")
    expect(page.get_by_role("region", name="Remise sur papier")).to_contain_text("Remise au guichet")
    look(page, "case-paper")
    decide(page, case, "Refusé", "Refuser la demande")
    expect(page.get_by_role("alert")).to_contain_text("une autre décision sur papier")
    decide(page, case, "Accepté", "Accepter la demande")
    expect(page.get_by_role("status").first).to_contain_text("Votre décision est enregistrée")
    post.sync()
    view = post.workspace.case(case.case)
    assert (view.state, [notice.how for notice in view.notices]) == ("accepted", ["Remise au guichet"])


def test_a_paper_that_contradicts_the_decision_is_settled_by_a_person(
    supervisor: BrowserContext, post: OfficePost, case: Handed
) -> None:
    workspace = post.workspace
    base = workspace.case(case.case).base
    workspace.propose(case.case, "accepted", base=base, reasons="Urgent, réseau coupé.")
    workspace.notify_on_paper(case.case, dt.date.today(), "Remise à domicile", base=base, decision="accepted")
    page = supervisor.new_page()
    decide(page, case, "Refusé", "Refuser la demande")
    expect(page.get_by_role("status").first).to_contain_text("Votre décision est enregistrée")
    post.sync()
    page.goto("/console/a-departager")
    mine = page.get_by_role("region", name="À vous de choisir").locator(f"#contested-{case.case}")
    expect(mine).to_contain_text("Décision remise sur papier")
    mine.get_by_role("listitem").first.get_by_role("link").click()
    assert_structure(page)
    look(page, "papers")
    page.get_by_role("button", name="Enregistrer mon choix").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    page.get_by_role("radio", name="Le papier : Accepté").check()
    page.get_by_label("Motif").fill("Le papier est entre les mains de l’usager.")
    assert_fits_at_two_hundred_percent(page)
    page.get_by_role("button", name="Enregistrer mon choix").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre choix est enregistré")
    post.sync()
    view = workspace.case(case.case)
    assert (view.state, view.contested) == ("accepted", ())


def test_the_same_person_twice_is_linked_seen_and_undone(
    supervisor: BrowserContext, post: OfficePost, case: Handed
) -> None:
    other = post.hand_in(PROCEDURE, {"/home/commune": "Guéret"}, family_name="Lemaire", given_names="Odile")
    page = supervisor.new_page()
    page.goto(f"/console/dossiers/{other.case}")
    page.get_by_role("link", name="Même personne").click()
    assert_structure(page)
    look(page, "links")
    page.get_by_role("button", name="C’est la même personne").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez qui est la même personne")
    page.locator(f"input[value='{case.citizen}']").check()
    assert_fits_at_two_hundred_percent(page)
    page.get_by_role("button", name="C’est la même personne").click()
    expect(page.get_by_role("status").first).to_contain_text("Ils sont reliés")
    same = page.get_by_role("region", name="Indiqués comme la même personne")
    expect(same.locator(f"a[href='/console/dossiers/{case.case}']")).to_have_count(1)
    look(page, "case-linked")
    post.sync()
    seen = post.workspace.citizen(case.citizen)
    assert {row.id for row in seen.cases} >= {case.case, other.case} and other.citizen in seen.alike
    page.get_by_role("link", name="Même personne").click()
    look(page, "links-linked")
    page.get_by_role("button", name="Défaire le lien").click()
    expect(page.get_by_role("status").first).to_contain_text("Le lien est défait")
    post.sync()
    assert other.citizen not in post.workspace.citizen(case.citizen).alike
