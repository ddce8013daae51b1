"""Pictures of every screen with real data, to be looked at: ``python -m tests.gui.screenshots DIR``.

Each in light and dark, 100 % and 200 %, at 1366 x 768, in French.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop import route
from desktop.route import Route
from desktop.screens.citizens.view import CitizensScreen
from desktop.screens.record.view import RecordScreen
from desktop.theme import Mode, theme
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


MESSAGES = (
    "Le revenu déclaré ne correspond pas à l’avis d’imposition joint. "
    "Pouvez-vous vérifier le montant avec la personne ?",
    "Il manque la date de naissance du second enfant.",
)


def screens(stage: Stage, album: Album, cases: list[str]) -> None:
    for name, target in (
        ("10-home", Route()),
        ("11-cases", Route(route.CASES)),
        ("12-citizens", Route(route.CITIZENS)),
        ("13-citizens-none", Route(route.CITIZENS, detail={"why": "new_case", "search": "Zwingelstein Odile"})),
        ("15-contested", Route(route.CONTESTED)),
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
    record(stage, album, cases)


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
    """Take all pictures into the folder named on the command line; ``quick`` takes light at 100 % alone."""
    application = QApplication([])
    quick = "quick" in argv
    modes = (Mode.LIGHT,) if quick else (Mode.LIGHT, Mode.DARK)
    album = Album(Path(argv[0]), (100,) if quick else (100, 200), modes)
    dress()
    theme().choose(mode=Mode.LIGHT)
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        stage.window.resize(1366, 768)
        gate(stage, album)
        stage.window.resize(1366, 768)
        screens(stage, album, fill(stage))
        stage.close()
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
