"""What waits for a person: contested fields and parked acts, decided about by the keyboard alone, on a real store."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from cases.core import changed
from cases.store import facts
from cases.workspace import Workspace
from desktop import route
from desktop.route import Route
from desktop.screens.case_list import model as columns
from desktop.screens.case_list.view import CaseListScreen
from desktop.screens.record.model import history_lines
from desktop.widgets.banner import Banner
from tests.gui.test_accessibility import spoken as _spoken
from tests.gui.test_accessibility import unnamed
from tests.support.faults import Fault
from tests.support.stage import Stage, until
from tests.support.workspaces import make_citizen

__all__ = ["_spoken"]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def workspace_of(stage: Stage) -> Workspace:
    assert stage.window.workspace is not None
    return stage.window.workspace


def a_case(stage: Stage) -> str:
    """Return a draft that the service holds, with its citizen's name in it."""
    stage.publish("apa")
    person = make_citizen(workspace_of(stage), family_name="DIALLO", given_names="Aminata", birth_date="1948-03-07")
    case = stage.station.desk(workspace_of(stage), "fr").new_case("apa", person).case_id
    until(lambda: workspace_of(stage).status().pending == 0, "received")
    return case


def named_field(stage: Stage, case: str) -> str:
    answers = workspace_of(stage).case(case).answers
    return next(path for path, value in answers.items() if value == "DIALLO")


def contested(stage: Stage) -> tuple[str, str]:
    """Let the agent and a supervisor write different values unseen; return the case and the field."""
    case = a_case(stage)
    field = named_field(stage, case)
    view = workspace_of(stage).case(case)
    stage.faults.always = Fault.UNREACHABLE
    workspace_of(stage).answer(case, {field: "DIALO"}, base=view.base)
    stage.central.act_as_supervisor(case, "set", {field: "DIALLO-KEÏTA"})
    online(stage)
    until(lambda: workspace_of(stage).status().contested == 1, "both values")
    return case, field


def online(stage: Stage) -> None:
    stage.faults.always = None
    assert stage.window.agent is not None
    stage.window.agent.wake()
    until(lambda: workspace_of(stage).status().pending == 0, "everything answered for")
    stage.quiet()


def key(stage: Stage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or stage.window, key, modifier)


def tab_to(stage: Stage, name: str) -> QWidget:
    """Press Tab until the focus is on the widget of that name."""
    for _step in range(80):
        focus = QApplication.focusWidget()
        if focus is not None and focus.objectName() == name:
            return focus
        key(stage, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never reaches {name}")


def go_by_key(stage: Stage, number: Qt.Key) -> None:
    QTest.keyClick(stage.window, number, Qt.KeyboardModifier.ControlModifier)
    stage.quiet()


def texts(stage: Stage) -> str:
    return "\n".join(each.text() for each in stage.shell.current.findChildren(QLabel) if each.isVisible())


def test_a_contested_field_shows_both_values_and_what_each_had_seen(enrolled: Stage) -> None:
    contested(enrolled)
    go_by_key(enrolled, Qt.Key.Key_4)
    shown = texts(enrolled)
    assert "DIALO" in shown and "DIALLO-KEÏTA" in shown
    assert "sur ce poste" in shown and "sur un autre poste" in shown
    assert shown.count("avait sous les yeux") == 2


def test_a_value_is_kept_by_the_keyboard_and_taken_back(enrolled: Stage) -> None:
    case, field = contested(enrolled)
    go_by_key(enrolled, Qt.Key.Key_4)
    shown = workspace_of(enrolled).case(case).answers[field]
    other = next(claim.value for claim in workspace_of(enrolled).case(case).contested[0].claims if claim.value != shown)
    key(enrolled, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    until(lambda: workspace_of(enrolled).case(case).answers[field] == other, "the other value")
    enrolled.quiet()
    assert not workspace_of(enrolled).case(case).contested and "Rien à départager" in texts(enrolled)
    assert QApplication.focusWidget() is enrolled.shell.current
    QTest.keyClick(enrolled.window, Qt.Key.Key_Z, CTRL_SHIFT)
    until(lambda: workspace_of(enrolled).case(case).answers[field] == shown, "back again")


def test_a_wrong_value_stays_on_the_screen_and_a_right_one_settles(enrolled: Stage) -> None:
    case, field = contested(enrolled)
    go_by_key(enrolled, Qt.Key.Key_4)
    other = tab_to(enrolled, "contested1.other")
    QTest.keyClick(other, Qt.Key.Key_Return)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "DIALLO KEITA")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert enrolled.shell.current.route().screen == route.CONTESTED
    QTest.keyClick(tab_to(enrolled, "contested1.other"), Qt.Key.Key_Return)
    assert isinstance(line, QLineEdit) and line.hasFocus() and line.text() == "DIALLO KEITA"
    QTest.keyClick(tab_to(enrolled, "contested1.take"), Qt.Key.Key_Return)
    until(lambda: workspace_of(enrolled).case(case).answers[field] == "DIALLO KEITA", "what was written")


def test_the_field_and_the_case_are_marked_and_lead_to_the_choice(enrolled: Stage) -> None:
    case, field = contested(enrolled)
    enrolled.go(Route(route.CASE, case))
    mark = enrolled.find(QWidget, f"contested:{field}")
    assert mark.isVisible() and "Autre valeur" in "".join(each.text() for each in mark.findChildren(QLabel))
    assert "1 champ à départager" in enrolled.find(QPushButton, "case.contested").text()
    QTest.keyClick(enrolled.window, Qt.Key.Key_D, CTRL_SHIFT)
    enrolled.quiet()
    assert enrolled.shell.current.route().screen == route.CONTESTED
    until(lambda: (QApplication.focusWidget() or mark).objectName() == "contested1.keep1", "the focus on the choice")


def test_a_citizen_s_field_is_settled_by_its_own_rules(enrolled: Stage) -> None:
    workspace = workspace_of(enrolled)
    citizen = make_citizen(workspace, family_name="DIALLO", given_names="Aminata", phone="06 12 34 56 78")
    until(lambda: workspace.status().pending == 0, "received")
    enrolled.faults.always = Fault.UNREACHABLE
    workspace.edit_citizen(citizen, {"phone": "06 00 00 00 01"}, base=workspace.citizen(citizen).base)
    enrolled.central.try_act_as_supervisor(citizen, "set", {"phone": "06 00 00 00 02"}, record_type="citizen")
    online(enrolled)
    until(lambda: workspace.status().contested == 1, "both numbers")
    go_by_key(enrolled, Qt.Key.Key_4)
    QTest.keyClick(tab_to(enrolled, "contested1.other"), Qt.Key.Key_Return)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "12 34")
    QTest.keyClick(tab_to(enrolled, "contested1.take"), Qt.Key.Key_Return)
    error = enrolled.find(QLabel, "contested1.value.error")
    assert "dix chiffres" in error.text() and line.text() == "12 34" and line.hasFocus()
    line.selectAll()
    QTest.keyClicks(line, "0600000003")
    QTest.keyClick(tab_to(enrolled, "contested1.take"), Qt.Key.Key_Return)
    until(lambda: workspace.citizen(citizen).fields["phone"] == "06 00 00 00 03", "the number by its rules")


def waiting_act(stage: Stage, **answers: str) -> str:
    """Let an act be parked: an answer in a case that was handed in already. Return the case."""
    case = a_case(stage)
    workspace = workspace_of(stage)
    fields = {"tracking_code": stage.station.desk(workspace, "fr").new_tracking_code()}
    workspace.change_status(case, "submitted", base=workspace.case(case).base, fields=fields)
    field = named_field(stage, case)
    workspace.answer(case, {field: "DIALLO-KEÏTA", **answers}, base=workspace.case(case).base)
    until(lambda: workspace.status().parked == 1, "the act waits")
    stage.quiet()
    return case


def test_an_act_that_waits_says_why_and_what_it_said(enrolled: Stage) -> None:
    waiting_act(enrolled)
    go_by_key(enrolled, Qt.Key.Key_5)
    why = enrolled.find(Banner, "parked1.why").words
    assert (
        "ne pouvait plus être modifié" in why
        and "maintenant\u00a0: En construction" in why
        and "Rien n’est perdu" in why
    )
    assert "DIALLO-KEÏTA" in texts(enrolled) and "workflow.not_editable" not in why
    assert "workflow.not_editable" in enrolled.find(QLabel, "parked1.code").text()
    assert "(1)" in enrolled.find(QToolButton, "rail.parked").accessibleName()


def test_a_decision_that_waits_itself_is_said_in_words(enrolled: Stage) -> None:
    case = waiting_act(enrolled)
    workspace = workspace_of(enrolled)
    waiting = workspace.parked_queue()[0]
    workspace.adopt(waiting.event, "Il a raison", base=waiting.base)
    until(lambda: any(item.tried for item in workspace.parked_queue()), "the attempt was refused")
    given_up = {"event": str(waiting.event), "action": "withdraw", "reason": "Doublon"}
    enrolled.central.act_as_supervisor(case, "resolve", given_up)
    until(lambda: [item.kind for item in workspace.parked_queue()] == ["resolve"], "the attempt alone waits")
    go_by_key(enrolled, Qt.Key.Key_5)
    enrolled.quiet()
    said = texts(enrolled)
    assert "Reprendre tel quel l’acte écrit aujourd’hui à" in said and "DIALLO-KEÏTA" in said
    assert str(waiting.event) not in said and "Corriger et renvoyer" not in said
    # Withdrawn, the history names nobody's event as a reason, and nothing in it waits.
    workspace.withdraw(workspace.parked_queue()[0].event, "Plus la peine")
    lines = history_lines(workspace.history(case))
    assert "parked" not in {line.entry.state for line in lines}


def test_an_act_is_withdrawn_with_a_reason_and_not_without(enrolled: Stage) -> None:
    waiting_act(enrolled)
    go_by_key(enrolled, Qt.Key.Key_5)
    QTest.keyClick(tab_to(enrolled, "parked1.withdraw"), Qt.Key.Key_Return)
    QTest.keyClick(tab_to(enrolled, "parked1.take"), Qt.Key.Key_Return)
    until(lambda: enrolled.find(QLabel, "parked1.reason_error").text(), "the reason is asked for")
    reason = enrolled.find(QLineEdit, "parked1.reason")
    until(reason.hasFocus, "the focus in the reason")
    assert workspace_of(enrolled).status().parked == 1
    QTest.keyClicks(reason, "Saisi deux fois")
    QTest.keyClick(reason, Qt.Key.Key_Escape)
    QTest.keyClick(tab_to(enrolled, "parked1.withdraw"), Qt.Key.Key_Return)
    assert reason.hasFocus() and reason.text() == "Saisi deux fois"
    QTest.keyClick(reason, Qt.Key.Key_Return)
    until(lambda: workspace_of(enrolled).status().parked == 0, "withdrawn")
    enrolled.quiet()
    assert "Aucun acte n’attend de décision" in texts(enrolled)


def test_an_act_is_corrected_and_sent_again_without_typing_it_anew(enrolled: Stage) -> None:
    case = waiting_act(enrolled)
    workspace = workspace_of(enrolled)
    asked = {"from": "submitted", "to": "needs_information", "message": "Quel nom ?"}
    enrolled.central.act_as_supervisor(case, "status", asked)
    until(lambda: workspace.case(case).state == "needs_information", "the request")
    go_by_key(enrolled, Qt.Key.Key_5)
    QTest.keyClick(tab_to(enrolled, "parked1.resend"), Qt.Key.Key_Return)
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit) and line.text() == "DIALLO-KEÏTA"
    QTest.keyClick(line, Qt.Key.Key_End)
    QTest.keyClicks(line, "S")
    QTest.keyClick(tab_to(enrolled, "parked1.take"), Qt.Key.Key_Return)
    until(lambda: workspace.status().parked == 0, "sent again")
    until(lambda: "DIALLO-KEÏTAS" in workspace.case(case).answers.values(), "corrected")
    online(enrolled)
    assert "DIALLO-KEÏTAS" in enrolled.central.record(case).fields[named_by(enrolled, case)].heads[0].value


def test_an_act_is_taken_on_as_it_is(enrolled: Stage) -> None:
    case = waiting_act(enrolled)
    workspace = workspace_of(enrolled)
    asked = {"from": "submitted", "to": "needs_information", "message": "Quel nom ?"}
    enrolled.central.act_as_supervisor(case, "status", asked)
    until(lambda: workspace.case(case).state == "needs_information", "the request")
    go_by_key(enrolled, Qt.Key.Key_5)
    QTest.keyClick(tab_to(enrolled, "parked1.adopt"), Qt.Key.Key_Return)
    QTest.keyClicks(enrolled.find(QLineEdit, "parked1.reason"), "Le dossier est revenu")
    QTest.keyClick(tab_to(enrolled, "parked1.take"), Qt.Key.Key_Return)
    until(lambda: "DIALLO-KEÏTA" in workspace.case(case).answers.values(), "taken on")
    online(enrolled)
    assert workspace.status().parked == 0


def named_by(stage: Stage, case: str) -> str:
    answers = workspace_of(stage).case(case).answers
    return next(path for path, value in answers.items() if value and value.startswith("DIALLO"))


def note(stage: Stage, name: str, value: str) -> None:
    """Put down what the sync client would after contact with a service of its own."""
    workspace_of(stage)._core.transact(lambda connection: (facts.put(connection, name, value), changed({"sync"})))


def test_a_fork_is_told_once_and_found_again(enrolled: Stage) -> None:
    note(enrolled, facts.FORKED, str(enrolled.shell.context.now_ms() - 3_600_000))
    until(lambda: enrolled.shell.notices.isVisible(), "the notice")
    words = enrolled.shell.notices.words
    assert "restauré ou copié" in words and "Rien n’est perdu" in words
    QTest.keyClick(enrolled.window, Qt.Key.Key_U, CTRL_SHIFT)
    until(lambda: not enrolled.shell.notices.isVisible(), "read away")
    go_by_key(enrolled, Qt.Key.Key_6)
    until(lambda: "restauré ou copié" in texts(enrolled), "found again")
    enrolled.open_again()
    enrolled.unlock()
    until(lambda: enrolled.shell.context.standing is not None, "where it stands")
    enrolled.go(Route())
    assert not enrolled.shell.notices.isVisible()


def test_an_alarm_stays_until_somebody_has_passed_it_on(enrolled: Stage) -> None:
    note(enrolled, facts.ALARM, "log.inconsistent")
    until(lambda: enrolled.shell.notices.isVisible(), "the notice")
    assert "Rien n’a été effacé" in enrolled.shell.notices.words
    QTest.keyClick(enrolled.window, Qt.Key.Key_U, CTRL_SHIFT)
    enrolled.quiet()
    assert enrolled.shell.notices.isVisible() and "se contredit" in enrolled.shell.strip.state_text
    go_by_key(enrolled, Qt.Key.Key_6)
    QTest.keyClick(tab_to(enrolled, "sync.acknowledge"), Qt.Key.Key_Return)
    until(lambda: "se contredit" not in enrolled.shell.strip.state_text, "passed on")
    assert workspace_of(enrolled).status().alarm == ""


def test_the_sync_screen_tells_where_each_act_is(enrolled: Stage) -> None:
    a_case(enrolled)
    go_by_key(enrolled, Qt.Key.Key_6)
    shown = texts(enrolled)
    assert "En contact" in shown and "Rien n’attend de partir" in shown and "pas encore dans une sauvegarde" in shown
    enrolled.faults.always = Fault.UNREACHABLE
    make_citizen(workspace_of(enrolled), family_name="KONÉ", given_names="Ali")
    until(lambda: "attend de partir" in texts(enrolled) and "Pas de réseau" in texts(enrolled), "the truth")


def test_settled_cases_and_lists_show_what_is_to_be_settled(enrolled: Stage) -> None:
    case, _field = contested(enrolled)
    enrolled.go(Route(route.CASES, detail={"state": "contested"}))
    screen = enrolled.shell.current
    assert isinstance(screen, CaseListScreen) and screen.model.rowCount() == 1
    row = screen.model.row_at(0)
    assert row is not None and row.id == case
    said = screen.model.index(0, columns.CITIZEN).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "1 champ à départager" in said


@pytest.mark.usefixtures("_spoken")
def test_every_choice_has_a_name(enrolled: Stage) -> None:
    contested(enrolled)
    go_by_key(enrolled, Qt.Key.Key_4)
    QTest.keyClick(tab_to(enrolled, "contested1.other"), Qt.Key.Key_Return)
    assert unnamed(enrolled.window) == []
    said = enrolled.find(QPushButton, "contested1.keep1").accessibleName()
    assert said.startswith("Garder «") and said != enrolled.find(QPushButton, "contested1.keep2").accessibleName()
    role = QAccessible.queryAccessibleInterface(enrolled.find(QPushButton, "contested1.keep1")).role()
    assert role == QAccessible.Role.PushButton


@pytest.mark.usefixtures("_spoken")
def test_every_remedy_has_a_name(enrolled: Stage) -> None:
    case = waiting_act(enrolled)
    workspace = workspace_of(enrolled)
    asked = {"from": "submitted", "to": "needs_information", "message": "Quel nom ?"}
    enrolled.central.act_as_supervisor(case, "status", asked)
    until(lambda: workspace.case(case).state == "needs_information", "the request")
    go_by_key(enrolled, Qt.Key.Key_5)
    for name in ("parked1.resend", "parked1.withdraw"):
        QTest.keyClick(tab_to(enrolled, name), Qt.Key.Key_Return)
        assert unnamed(enrolled.window) == [], name
        QTest.keyClick(QApplication.focusWidget() or enrolled.window, Qt.Key.Key_Escape)
