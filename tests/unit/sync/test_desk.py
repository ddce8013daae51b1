from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cases import resources
from cases.errors import EnvironmentFault, InputError
from cases.procedures import load_directory, to_bundle
from cases.receipt import ReceiptData
from cases.receipt import _content as printed
from cases.receipt_words import NO_BREAK
from forms.errors import FormsError
from sync.desk import Desk, FormIncomplete
from sync.messages import bundle_version
from sync.printing import case_paper
from tests.support.clients import AGE, CHILD, NAME, PROCEDURE, TOWN, Office
from tests.support.memory_service import MemoryService
from tests.support.workspaces import FakeClock, make_ports

JULY_MS = round(datetime(2026, 7, 14, 8, 30, tzinfo=UTC).timestamp() * 1000)


def test_new_case_holds_what_the_citizen_s_record_says(post: Office) -> None:
    client = post.client()
    form = client.desk.new_case(PROCEDURE, client.citizen(family_name="Moreau"))
    assert client.workspace.case(form.case_id).answers[NAME] == "Moreau"
    assert form.act is not None


def test_wrong_answer_is_stored_and_flagged(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case())
    for value in ("abc", "200"):
        form.answer(AGE, value)
        assert client.workspace.case(form.case_id).answers[AGE] == value
        assert form.session.question(AGE).problem is not None


def test_unknown_path_is_refused_and_nothing_is_stored(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case())
    before = client.pending
    with pytest.raises(FormsError) as caught:
        form.answer("/who/nobody", "x")
    assert (caught.value.code, caught.value.details["path"]) == ("forms.unknown_path", "/who/nobody")
    assert client.pending == before


def test_incomplete_form_is_not_handed_in(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case({AGE: "abc"}))
    form.answer(NAME, None)
    with pytest.raises(FormIncomplete) as caught:
        form.submit()
    assert {issue.path for issue in caught.value.issues} == {NAME, AGE}
    assert client.workspace.case(form.case_id).state == "draft"


def test_submitted_case_has_a_code_what_was_handed_in_and_no_more_edits(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case({NAME: "Moreau", AGE: "41"}))
    submitted = form.submit()
    view = client.workspace.case(form.case_id)
    assert (view.state, view.tracking_code) == ("submitted", submitted.tracking_code)
    assert view.computed["/who/older"] == "42"
    assert view.computed[NAME] == "Moreau"
    with pytest.raises(InputError, match="case.not_editable"):
        form.answer(TOWN, "Aubin")
    with pytest.raises(InputError, match="submit.already"):
        form.submit()


def test_the_moment_of_handing_in_is_among_the_answers_and_only_once_it_is_handed_in(post: Office) -> None:
    client = post.client_with_clock(clock := FakeClock(JULY_MS))
    form = client.desk.open(client.case({NAME: "Moreau", AGE: "abc"}))
    clock.advance(3_600)
    with pytest.raises(FormIncomplete):
        form.submit()
    assert not client.workspace.case(form.case_id).answers.get("/end") and "/end" not in form.session.submission()
    form.answer(AGE, "41")
    form.submit()
    view = client.workspace.case(form.case_id)
    assert view.answers["/end"] == view.computed["/end"]
    assert datetime.fromisoformat(str(view.answers["/end"])) == datetime(2026, 7, 14, 9, 30, tzinfo=UTC)


def test_a_hand_in_that_fails_leaves_the_moment_that_stood_before(
    post: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = post.client_with_clock(clock := FakeClock(JULY_MS))
    form = client.desk.open(client.case({NAME: "Moreau", AGE: "41"}))

    def full(*_given: object, **_named: object) -> None:
        raise EnvironmentFault("store.disk_full")

    for refused in ("answer", "change_status"):
        clock.advance(60)
        with monkeypatch.context() as patched:
            patched.setattr(client.workspace, refused, full)
            with pytest.raises(EnvironmentFault):
                form.submit()
        assert "/end" not in form.session.submission() and not form.unsaved.get("/end"), refused
    form.save()
    assert not client.workspace.case(form.case_id).answers.get("/end")
    form.submit()
    assert client.workspace.case(form.case_id).answers["/end"] == form.session.submission()["/end"]


def test_answer_that_the_disk_refused_goes_with_the_next_act(post: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    client = post.client()
    form = client.desk.open(client.case())

    def full(*_given: object, **_named: object) -> None:
        raise EnvironmentFault("store.disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(client.workspace, "answer", full)
        with pytest.raises(EnvironmentFault):
            form.answer(TOWN, "Aubin")
    assert form.unsaved == {TOWN: "Aubin"}
    assert form.session.question(TOWN).value == "Aubin"
    form.answer(TOWN, "Aubin")
    assert form.unsaved == {}
    assert client.workspace.case(form.case_id).answers[TOWN] == "Aubin"
    assert form.save() is None


def test_refresh_brings_what_others_did_and_keeps_what_is_unsaved(post: Office) -> None:
    one, other = post.client(), post.client()
    case = one.case({NAME: "Moreau"})
    one.sync()
    other.sync()
    form = one.desk.open(case)
    assert not form.refresh()
    other.desk.open(case).answer(TOWN, "Aubin")
    other.sync()
    one.sync()
    base = form.view.base
    assert form.refresh()
    assert form.view.base > base
    assert form.session.question(TOWN).value == "Aubin"
    assert not form.refresh()


def test_rows_come_and_go(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case())
    row = f"{CHILD}[{form.add_row(CHILD).added_row}]"
    form.answer(f"{row}/first", "Ana")
    assert client.desk.open(form.case_id).session.question(f"{row}/first").value == "Ana"
    form.remove_row(row)
    with pytest.raises(FormsError):
        client.desk.open(form.case_id).session.question(f"{row}/first")


def test_receipt_says_what_was_handed_in(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case({NAME: "Moreau", AGE: "41"}))
    with pytest.raises(InputError, match="receipt.not_submitted"):
        client.desk.receipt(form.case_id)
    code = form.submit().tracking_code
    receipt = client.desk.receipt(form.case_id)
    assert isinstance(receipt, ReceiptData)
    assert receipt.tracking_url == f"http://127.0.0.1:8420/suivi/{code}"
    assert "Moreau" in [answer.value for answer in receipt.answers]
    assert receipt.provisional
    client.sync()
    assert not client.desk.receipt(form.case_id).provisional


def test_procedure_that_is_not_held_is_named(post: Office) -> None:
    client = post.client()
    with pytest.raises(InputError, match="procedure.unknown") as caught:
        client.desk.new_case("rsa", client.citizen())
    assert caught.value.details["procedure"] == "rsa"


def test_forms_and_receipts_speak_the_language_that_was_asked_for(post: Office) -> None:
    """The shipped forms call their languages « Français (fr) » and « English (en) »."""
    client = post.client()
    procedure = load_directory(resources.directory("procedures") / "inscription-scolaire")
    bundle = to_bundle(procedure)
    client.workspace.store_procedure(procedure.id, bundle_version(bundle), bundle)
    case = client.desk.new_case(procedure.id, client.citizen()).case_id
    languages = {
        asked: Desk(client.workspace, ports=make_ports(), language=asked).open(case).session.language
        for asked in ("en", "fr", None, "de")
    }
    assert languages == {"en": "English (en)", "fr": "Français (fr)", None: "Français (fr)", "de": "Français (fr)"}


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Paris", "10 h 30"), ("America/Cayenne", "5 h 30")])
def test_receipt_of_july_printed_in_winter_says_the_summer_hour_of_the_office(
    post: Office, memory: MemoryService, clock: FakeClock, zone: str, hour: str
) -> None:
    memory.central.timezone = zone
    clock.time_ms = JULY_MS
    client = post.client()
    form = client.desk.open(client.case({NAME: "Moreau", AGE: "41"}))
    form.submit()
    clock.advance(140 * 24 * 3600)
    receipt = client.desk.receipt(form.case_id)
    assert str(receipt.tz) == zone
    assert hour in str(printed(receipt)["received"]).replace(NO_BREAK, " ")


def test_a_case_s_form_is_printed_as_it_stands_or_blank(post: Office) -> None:
    client = post.client()
    form = client.desk.open(client.case({NAME: "Moreau"}))
    data = case_paper(client.desk, form, now_ms=JULY_MS)
    values = {item["path"]: item["value"] for item in data.items if item["what"] == "question"}
    assert values[NAME] == "Moreau" and data.citizen_name
    before = dict(form.session.answers())
    blank = case_paper(client.desk, form, now_ms=JULY_MS, blank=True)
    assert "Moreau" not in str(blank) and blank.citizen_name == ""
    assert form.session.answers() == before, "printing changes nothing"
    with pytest.raises(InputError, match=r"print\.unknown_language"):
        case_paper(client.desk, form, now_ms=JULY_MS, language="tlh")
