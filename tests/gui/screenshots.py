"""Pictures of every screen with real data, to be looked at: ``python -m tests.gui.screenshots DIR``.

Each in light and dark, 100 % and 200 %, at 1366 x 768, in French.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

from desktop import route
from desktop.route import Route
from desktop.screens.citizens.view import CitizensScreen
from desktop.screens.record.view import RecordScreen
from desktop.theme import Mode, theme
from sync.state import SyncState
from tests.support.faults import Fault
from tests.support.stage import PROCEDURES, Stage, dress, until
from tests.support.workspaces import make_citizen

CITIZENS = (
    {"family_name": "DIALLO", "given_names": "Aminata", "birth_date": "1948-03-07", "commune": "Saint-Amand-Montrond"},
    {"family_name": "LEFÈVRE", "given_names": "Jean-Baptiste", "birth_date": "1939-11-21", "commune": "Vesdun"},
    {"family_name": "MOREAU", "given_names": "Hélène", "birth_date": "1990-05-30", "commune": "Orval"},
    {"family_name": "MORAUX", "given_names": "Helen", "birth_date": "1991-02-14", "commune": "Drevant"},
    {"family_name": "N’GUESSAN", "given_names": "Kouamé Désiré", "birth_date": "1962-07-02", "commune": "Bourges"},
)


class Album:
    """Takes each picture in every dress."""

    def __init__(self, folder: Path, percents: tuple[int, ...], modes: tuple[Mode, ...]) -> None:
        self.folder, self.percents, self.modes = folder, percents, modes

    def take(self, stage: Stage, name: str) -> None:
        for percent in self.percents:
            for mode in self.modes:
                theme().choose(mode=mode, percent=percent)
                stage.quiet()
                stage.picture(self.folder / f"{name}-{mode.value}-{percent}.png")
        theme().choose(mode=Mode.LIGHT, percent=100)


def gate(stage: Stage, album: Album) -> None:
    album.take(stage, "01-enrol")
    stage.type("enrol.server", "http://estafette.example.fr")
    stage.type("enrol.code", "AB")
    stage.type("enrol.passphrase", "motdepasse")
    stage.press("enrol.go")
    album.take(stage, "02-enrol-errors")
    stage.enrol()
    album.take(stage, "03-home-empty")
    stage.open_again()
    album.take(stage, "04-unlock")
    for _attempt in range(3):
        stage.type("unlock.passphrase", "une autre phrase")
        stage.press("unlock.go")
        stage.quiet()
    album.take(stage, "05-unlock-wrong")
    stage.open_again()
    stage.unlock()


def fill(stage: Stage) -> list[str]:
    workspace = stage.window.workspace
    assert workspace is not None
    stage.publish(*PROCEDURES)
    people = [make_citizen(workspace, **fields) for fields in CITIZENS]
    desk = stage.station.desk(workspace, "fr")
    made = []
    for number, person in enumerate(people * 3):
        form = desk.new_case(PROCEDURES[number % 3], person)
        made.append(form.case_id)
    for number, case in enumerate(made[:9]):
        base = workspace.case(case).base
        workspace.change_status(case, "submitted", base=base, fields={"tracking_code": desk.new_tracking_code()})
        until(lambda: workspace.status().pending == 0, "everything received")
        if number in (1, 2):
            asked = {"from": "submitted", "to": "needs_information", "message": MESSAGES[number - 1]}
            stage.central.act_as_supervisor(case, "status", asked)
        elif number in (3, 4, 5):
            stage.central.act_as_supervisor(case, "status", {"from": "submitted", "to": "in_review"})
        if number in (4, 5):
            reasons = "Les pièces sont complètes et les conditions sont remplies."
            to = "accepted" if number == 4 else "refused"
            stage.central.act_as_supervisor(case, "status", {"from": "in_review", "to": to, "reasons": reasons})
    until(lambda: len(workspace.cases(state="needs_information")) == 2, "the requests")
    until(lambda: len(workspace.cases(state="refused")) == 1, "the decisions")
    contest(stage, made[9])
    park(stage, made[6])
    base = workspace.case(made[1]).base
    workspace.add_note(made[1], "La personne rappelle jeudi avec son avis d’imposition.", base=base)
    return made


def contest(stage: Stage, case: str) -> None:
    """Let two people write different values into one field without having seen each other's."""
    workspace, agent = stage.window.workspace, stage.agent()
    assert workspace is not None
    view = workspace.case(case)
    field = next(path for path, value in view.answers.items() if value and value.isupper())
    stage.faults.always = Fault.UNREACHABLE
    workspace.answer(case, {field: "NGUESSAN"}, base=view.base)
    stage.central.act_as_supervisor(case, "set", {field: "N’GUESSAN-DUPUIS"})
    stage.faults.always = None
    agent.wake()
    until(lambda: workspace.status().contested == 1, "both values")


def park(stage: Stage, case: str) -> None:
    """Let an answer be given in a case that was handed in already."""
    workspace = stage.window.workspace
    assert workspace is not None
    view = workspace.case(case)
    fields = [path for path, value in view.answers.items() if value and path.startswith("/")][:3]
    workspace.answer(case, {path: view.answers[path] for path in fields}, base=view.base)
    until(lambda: workspace.status().parked == 1, "the act waits")


MESSAGES = (
    "Le revenu déclaré ne correspond pas à l’avis d’imposition joint. "
    "Pouvez-vous vérifier le montant avec la personne ?",
    "Il manque la date de naissance du second enfant.",
)


def screens(stage: Stage, album: Album, cases: list[str]) -> None:
    for name, target in (
        ("10-home", Route()),
        ("12-citizens", Route(route.CITIZENS)),
        ("13-citizens-none", Route(route.CITIZENS, detail={"why": "new_case", "search": "Zwingelstein Odile"})),
    ):
        stage.go(target)
        album.take(stage, name)
    stage.go(Route(route.CITIZENS, detail={"search": "moreau hélène"}))
    album.take(stage, "14-citizens-found")
    screen = stage.shell.screen_named(route.CITIZENS)
    assert isinstance(screen, CitizensScreen)
    screen.begin()
    stage.type("citizen.field.birth_date", "31/02/1990")
    stage.type("citizen.field.phone", "12 34")
    stage.press("citizen.save")
    album.take(stage, "16-citizen-form")
    workspace = stage.window.workspace
    assert workspace is not None
    citizen = workspace.case(cases[1]).citizen
    stage.go(Route(route.CITIZEN, citizen))
    album.take(stage, "17-citizen")
    stage.go(Route(route.NEW_CASE, citizen))
    album.take(stage, "18-new-case")
    waiting(stage, album, cases)
    beside(stage, album, cases)
    record(stage, album, cases)


def waiting(stage: Stage, album: Album, cases: list[str]) -> None:
    """What waits for a person, and where every act is."""
    stage.go(Route(route.CASES))
    album.take(stage, "11-cases")
    stage.go(Route(route.CONTESTED))
    album.take(stage, "15-contested")
    stage.press("contested1.other")
    album.take(stage, "27-contested-other")
    stage.go(Route(route.PARKED))
    album.take(stage, "28-parked")
    stage.press("parked1.resend")
    album.take(stage, "29-parked-resend")
    stage.press("parked1.give_up")
    stage.press("parked1.withdraw")
    stage.press("parked1.take")
    album.take(stage, "30-parked-withdraw-error")
    stage.go(Route(route.SYNC))
    album.take(stage, "31-sync")
    agent = stage.window.agent
    assert agent is not None
    now_ms = stage.shell.context.now_ms()
    bad = replace(
        agent.status(),
        state=SyncState.OFFLINE,
        fault="network.captive_portal",
        retry_ms=now_ms + 300_000,
        pending=7,
        pending_cases=2,
        oldest_pending_ms=now_ms - 9_000_000,
        forked_ms=now_ms - 90_000_000,
        alarm="log.inconsistent",
        clock_off_ms=7_200_000,
        snapshot_share=0.42,
        accepted=12,
        backed_up=1250,
    )
    stage.shell.show_standing(bad)
    album.take(stage, "32-sync-everything")
    stage.go(Route())
    stage.shell.show_standing(replace(agent.status(), forked_ms=now_ms - 90_000_000))
    album.take(stage, "33-notice")
    stage.shell.show_standing(agent.status())
    case = cases[9]
    workspace = stage.window.workspace
    assert workspace is not None
    field = workspace.case(case).contested[0].field
    stage.go(Route(route.CASE, case, {"focus": field}))
    album.take(stage, "34-record-contested")
    stage.go(Route(route.CONTESTED))
    stage.press("contested1.keep2")
    stage.quiet()
    album.take(stage, "35-contested-settled")


def beside(stage: Stage, album: Album, cases: list[str]) -> None:
    """The whole history, a decision proposed and on paper, a person recorded twice."""
    workspace = stage.window.workspace
    assert workspace is not None
    stage.faults.always = Fault.UNREACHABLE
    stage.go(Route(route.CASE, cases[4], {"tab": "history"}))
    album.take(stage, "40-history-offline")
    stage.faults.always = None
    stage.press("history.again")
    until(lambda: workspace.history_complete(cases[4]), "the rest")
    album.take(stage, "41-history-verified")
    case = cases[3]
    stage.go(Route(route.CASE, case, {"tab": "follow_up"}))
    album.take(stage, "42-beside")
    stage.press("beside.propose")
    stage.press("propose.take")
    album.take(stage, "43-propose-error")
    reasons = "Les pièces sont complètes et les conditions sont remplies (article L. 232-1)."
    workspace.propose(case, "accepted", base=workspace.case(case).base, reasons=reasons)
    stage.press("propose.give_up")
    stage.press("beside.paper")
    stage.press("paper.decision.accepted")
    stage.type("paper.on", "31/02/2026")
    stage.press("paper.take")
    album.take(stage, "44-paper-error")
    today = stage.shell.context.today()
    base = workspace.case(case).base
    workspace.notify_on_paper(case, today, "remis en main propre", base=base, decision="accepted")
    stage.press("paper.give_up")
    album.take(stage, "45-beside-said")
    one, two = workspace.case(cases[2]).citizen, workspace.case(cases[3]).citizen
    stage.go(Route(route.CITIZEN, two))
    stage.press("citizen.link")
    stage.type("link.search", "moreau")
    stage.quiet()
    album.take(stage, "46-link")
    stage.find(QListView, "link.results").setFocus()
    QTest.keyClick(stage.find(QListView, "link.results"), Qt.Key.Key_Return)
    album.take(stage, "47-link-chosen")
    stage.press("link.give_up")
    workspace.link(two, one, base=workspace.citizen(two).base)
    stage.quiet()
    album.take(stage, "48-linked")
    workspace.link(two, None, base=workspace.citizen(two).base)


def record(stage: Stage, album: Album, cases: list[str]) -> None:
    stage.go(Route(route.CASE, cases[9]))
    album.take(stage, "20-record-form")
    stage.press("case.submit")
    stage.quiet()
    album.take(stage, "21-record-issues")
    stage.go(Route(route.CASE, cases[1], {"tab": "follow_up"}))
    album.take(stage, "22-record-follow-up")
    stage.go(Route(route.CASE, cases[3], {"tab": "receipt"}))
    album.take(stage, "23-record-receipt")
    stage.go(Route(route.CASE, cases[4], {"tab": "history"}))
    album.take(stage, "24-record-history")
    stage.go(Route(route.CASE, cases[4], {"tab": "follow_up"}))
    album.take(stage, "25-record-decision")
    assert isinstance(stage.shell.current, RecordScreen)
    stage.go(Route())
    stage.shell.search.setFocus()
    stage.type("search.box", "more")
    stage.quiet()
    album.take(stage, "26-search")


def main(argv: list[str]) -> int:
    """Take all pictures into the folder named on the command line.

    ``quick`` takes light at 100 % alone, ``waiting`` only what waits for a person and where every act is,
    ``beside`` only histories, proposals, decisions on paper and links.
    """
    application = QApplication([])
    quick = "quick" in argv
    modes = (Mode.LIGHT,) if quick else (Mode.LIGHT, Mode.DARK)
    album = Album(Path(argv[0]), (100,) if quick else (100, 200), modes)
    dress()
    theme().choose(mode=Mode.LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        stage.window.resize(1366, 768)
        if parts := [part for part in (waiting, beside) if part.__name__ in argv]:
            stage.enrol()
            cases = fill(stage)
            for part in parts:
                part(stage, album, cases)
        else:
            gate(stage, album)
            stage.window.resize(1366, 768)
            screens(stage, album, fill(stage))
        stage.close()
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
