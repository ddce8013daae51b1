"""What people do about parked acts, duplicates and decisions on paper: whole clients and the real service.

Access that was lost meanwhile parks what was done before it was known, and drops nothing.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cases.errors import InputError
from cases.events import Kind
from central import parked_events, settling
from central.parked_events import ParkedEvent
from central.service import case_view, change_status
from tests.service.test_intake import Desk, Direct, desks
from tests.service.test_moved_clients import NORTH, TwoOffices, cases, here, north, office, service
from tests.support.central_service import RunningService
from tests.support.clients import NAME, Client, Office

__all__ = ["desks", "here", "north", "office", "service"]
TODAY = dt.date.today()


def waiting(running: RunningService) -> list[ParkedEvent]:
    with running.central.transaction(running.tenant) as connection:
        return parked_events.parked_queue(connection, running.tenant, None)


def name_of(running: RunningService, case: str) -> str | None:
    with running.central.transaction(running.tenant) as connection:
        view = case_view(connection, running.tenant, case)
    assert view is not None
    return view.answers[NAME]


@pytest.fixture
def moved(here: Client, north: Client, service: TwoOffices) -> str:
    """A case that went to another office while an answer was given at the old one: parked, and nothing dropped."""
    case = here.case({NAME: "Zoé"})
    here.sync()
    service.move(case, NORTH)
    here.workspace.answer(case, {NAME: "Zoë"}, base=here.workspace.case(case).base)
    for client in (here, north, here):
        client.sync()
    return case


def test_access_lost_to_another_office_parks_and_says_so(
    moved: str, here: Client, north: Client, central_service: RunningService
) -> None:
    assert (cases(here), cases(north)) == ([], [moved])
    (item,) = here.workspace.parked_queue()
    assert (item.code, item.texts, item.actions) == ("right.foreign_record", {NAME: "Zoë"}, ("withdraw",))
    (held,) = waiting(central_service)
    assert (held.event, held.code, held.touched) == (str(item.event), item.code, {NAME: "Zoë"})
    assert north.workspace.case(moved).answers[NAME] == "Zoé"


def test_its_author_withdraws_it_and_nobody_waits_any_more(
    moved: str, here: Client, north: Client, central_service: RunningService
) -> None:
    here.workspace.withdraw(here.workspace.parked_queue()[0].event, "Le dossier est à Nord")
    here.sync()
    assert here.workspace.parked_queue() == [] and here.pending == 0 and waiting(central_service) == []
    assert name_of(central_service, moved) == "Zoé" and cases(here) == []


def test_its_author_adopts_it_once_the_case_is_back(
    moved: str, here: Client, north: Client, service: TwoOffices, central_service: RunningService
) -> None:
    home = here.workspace.identity
    assert home is not None
    service.move(moved, home.office)
    here.sync()
    (item,) = here.workspace.parked_queue()
    assert item.actions == ("adopt", "resend", "withdraw")
    here.workspace.adopt(item.event, "Le dossier est revenu", base=item.base)
    assert here.workspace.case(moved).answers[NAME] == "Zoë" and here.workspace.parked_queue() == []
    here.sync()
    assert name_of(central_service, moved) == "Zoë" and waiting(central_service) == []
    assert here.workspace.parked_queue() == [] and here.pending == 0


@pytest.mark.parametrize("action", [settling.ADOPT, settling.WITHDRAW])
def test_a_supervisor_ends_it_and_its_author_hears_of_it(
    action: str, moved: str, here: Client, north: Client, service: TwoOffices, central_service: RunningService
) -> None:
    (held,) = waiting(central_service)
    with central_service.central.transaction(central_service.tenant) as connection:
        settling.resolve(
            central_service.central, connection, service.session, held.event, held.record_type, held.record_id, action,
            "Vu avec l’agent", base=held.base, kind=held.kind, applied=held.body,
        )  # fmt: skip
    for client in (here, north):
        client.sync()
    assert waiting(central_service) == []
    assert north.workspace.case(moved).answers[NAME] == ("Zoë" if action == settling.ADOPT else "Zoé")
    if here.workspace.parked_queue():
        # Adopted in the stream of the new office: said to its author at the latest when they want to end it too.
        here.workspace.withdraw(here.workspace.parked_queue()[0].event, "?")
        here.sync()
    assert here.workspace.parked_queue() == [] and here.pending == 0
    assert waiting(central_service) == []


def test_what_an_agent_corrects_takes_effect(here: Client, office: Office, central_service: RunningService) -> None:
    case = here.case({NAME: "Zoé"})
    here.sync()
    other = office.client()
    other.sync()
    seen = other.workspace.case(case).base
    other.workspace.change_status(case, "closed_without_effect", base=seen, reasons="Doublon")
    other.sync()
    here.workspace.answer(case, {NAME: "Zoë"}, base=seen)
    here.sync()
    (item,) = here.workspace.parked_queue()
    assert item.code == "workflow.not_seen"
    assert item.actions == ("withdraw",), "the case is closed: all else would only bring it back"
    with pytest.raises(InputError, match=r"resolve\.refused_again") as refused:
        here.workspace.resend(item.event, {NAME: "Zoé Anne"}, base=item.base, reason="Corrigé")
    assert refused.value.details["reason"] == "workflow.not_editable"
    with pytest.raises(InputError, match=r"resolve\.refused_again"):
        here.workspace.adopt(item.event, "Essai", base=item.base)
    here.workspace.withdraw(item.event, "Dossier clos")
    here.sync()
    assert here.workspace.parked_queue() == [] and waiting(central_service) == [] and here.pending == 0


def test_an_attempt_about_an_act_that_a_supervisor_ended_is_ended_with_it(
    here: Client, office: Office, service: TwoOffices, central_service: RunningService
) -> None:
    central, tenant = central_service.central, central_service.tenant
    case = here.case({NAME: "Zoé"})
    here.workspace.change_status(case, "submitted", base=0)
    here.workspace.answer(case, {NAME: "Zoë"}, base=0)
    here.sync()
    assert [item.actions for item in here.workspace.parked_queue()] == [("withdraw",)]
    with central.transaction(tenant) as connection:
        view = case_view(connection, tenant, case)
        assert view is not None
        change_status(
            central, connection, service.session, case, "needs_information", base=view.base, message="Quel nom ?"
        )
    other = office.client()
    here.sync()
    (item,) = here.workspace.parked_queue()
    assert item.actions == ("adopt", "resend", "withdraw"), "the answers are the agent's again"
    other.workspace.change_status(case, "in_review", base=other.workspace.case(case).base)
    other.sync()
    here.workspace.adopt(item.event, "C'est corrigé", base=item.base)
    here.sync()
    (again,) = here.workspace.parked_queue()
    assert (again.event, again.tried) == (item.event, "workflow.not_seen"), "refused: it still waits, and says why"
    held = next(one for one in waiting(central_service) if one.event == str(item.event))
    with central.transaction(tenant) as connection:
        settling.resolve(
            central, connection, service.session, held.event, held.record_type, held.record_id, settling.ADOPT,
            "Vu avec l’agent", base=held.base, kind=held.kind, applied=held.body,
        )  # fmt: skip
    here.sync()
    assert waiting(central_service) == [] and name_of(central_service, case) == "Zoë"
    assert here.workspace.parked_queue() == [] and here.workspace.status().parked == 0


def test_a_link_is_made_seen_elsewhere_and_taken_back(here: Client, office: Office) -> None:
    one, two = here.citizen(), here.citizen(family_name="Durant")
    case = here.case({NAME: "Zoé"})
    here.sync()
    other = office.client()
    other.sync()
    here.workspace.link(two, one, base=here.workspace.citizen(two).base)
    for client in (here, other):
        client.sync()
    assert other.workspace.citizen(one).alike == (two,) and other.workspace.citizen(two).stands_for == one
    other.workspace.link(two, None, base=other.workspace.citizen(two).base)
    for client in (other, here):
        client.sync()
    assert here.workspace.citizen(two).stands_for == two and here.workspace.citizen(one).alike == ()
    assert here.workspace.case(case).answers[NAME] == "Zoé"


def test_a_decision_given_on_paper_without_a_network_holds_against_a_later_one(
    here: Client, central_service: RunningService, service: TwoOffices
) -> None:
    case = here.case({NAME: "Zoé"})
    here.workspace.change_status(case, "submitted", base=0)
    here.sync()
    base = here.workspace.case(case).base
    here.workspace.propose(case, "accepted", base=base, reasons="Conditions remplies")
    here.workspace.notify_on_paper(case, TODAY, "remis en main propre", base=base, decision="accepted")
    central, tenant = central_service.central, central_service.tenant
    # Decided otherwise before the paper was known: both stay, and a person settles it.
    with central.transaction(tenant) as connection:
        view = case_view(connection, tenant, case)
        assert view is not None
        change_status(central, connection, service.session, case, "refused", base=view.base, reasons="Hors délai")
    here.sync()
    shown = here.workspace.case(case)
    assert (shown.state, [field.field for field in shown.contested]) == ("refused", ["notified"])
    assert [(notice.decision, notice.holds) for notice in shown.notices] == [("accepted", True)]
    (item,) = here.workspace.contested_queue()
    assert (item.field, item.can_settle) == ("notified", False)
    assert here.pending == 0 and here.workspace.parked_queue() == []
    assert Kind.NOTIFY in {entry.kind for entry in here.workspace.history(case)}


def test_nothing_of_all_that_is_lost_by_a_restart(moved: str, here: Client, tmp_path: Path) -> None:
    before = here.workspace.parked_queue()
    here.workspace.replay_from(10**6)
    assert here.workspace.parked_queue() == before


def test_what_an_agent_who_left_had_done_waits_and_a_supervisor_makes_it_take_effect(
    central_service: RunningService, desks: tuple[Desk, Desk]
) -> None:
    colleague, leaver = desks
    case = leaver.open_case()
    leaver.workspace.close()
    central, tenant = central_service.central, central_service.tenant
    with central.transaction(tenant) as connection:
        connection.execute("update estafette.account set disabled_ms = 1 where account_id = %s", ["b" * 32])
    colleague.courier.round(Direct(central_service))
    held = waiting(central_service)
    assert [(one.record_type, one.code, one.exists) for one in held] == [
        ("citizen", "auth.device_revoked", False),
        ("case", "auth.device_revoked", False),
    ], "nothing of it took effect, and nothing of it is dropped"
    _, session = central_service.sign_in()
    for one in held:
        with central.transaction(tenant) as connection:
            settling.resolve(
                central, connection, session, one.event, one.record_type, one.record_id, settling.ADOPT,
                "Fait avant son départ", base=one.base, kind=one.kind, applied=one.body,
            )  # fmt: skip
    assert waiting(central_service) == []
    with central.transaction(tenant) as connection:
        view = case_view(connection, tenant, case)
    assert view is not None and view.citizen_fields["family_name"] == "Durand" and view.procedure == "apa"
