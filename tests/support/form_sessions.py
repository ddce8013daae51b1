"""Forms written as rows in a test, compiled for real, and open forms over a store in memory that can fail."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from types import MappingProxyType

from openpyxl import Workbook

from cases.errors import EnvironmentFault
from forms.compile import compile_form
from forms.definition import FormDefinition, parse_form
from forms.session import Session
from forms.views import ChangeSet

TODAY = date(2026, 11, 23)

SURVEY = (
    ("begin_group", "who", "Demandeur", {}),
    ("text", "name", "Nom de famille", {"required": "yes", "hint": "Tel qu'il est sur la pièce d'identité"}),
    (
        "date",
        "birth",
        "Date de naissance",
        {"constraint": ". <= today()", "constraint_message": "Déjà né·e, en principe."},
    ),
    ("integer", "children", "Nombre d'enfants", {"constraint": ". >= 0 and . < 20"}),
    ("select_one yesno", "works", "Travaillez-vous ?", {"required": "yes"}),
    ("text", "employer", "Nom de l'employeur", {"relevant": "${works} = 'yes'", "required": "yes"}),
    ("select_multiple helps", "helps", "Aides déjà reçues", {}),
    ("select_one towns", "town", "Commune", {}),
    ("end_group", "", "", {}),
    ("begin_group", "money", "Ressources", {}),
    ("note", "money_note", "Comptez les revenus *nets* de <b>tous</b>.", {}),
    ("decimal", "income", "Revenu mensuel", {}),
    ("calculate", "double", "", {"calculation": "${income} * 2"}),
    ("text", "yearly", "Revenu annuel", {"calculation": "${income} * 12", "readonly": "yes"}),
    ("text", "remarks", "Remarques", {"appearance": "multiline"}),
    ("end_group", "", "", {}),
    ("begin_repeat", "person", "Personne du foyer", {}),
    ("text", "first", "Prénom", {"required": "yes"}),
    ("integer", "age", "Âge", {}),
    ("text", "school", "École", {"relevant": "${age} < 18"}),
    ("end_repeat", "", "", {}),
    ("begin_group", "end", "Pour finir", {}),
    ("time", "call_at", "Heure d'appel", {}),
    ("dateTime", "meeting", "Rendez-vous", {}),
    ("acknowledge", "agree", "Je certifie que ces renseignements sont exacts", {"required": "yes"}),
    ("end_group", "", "", {}),
)
CHOICES = (
    *(("yesno", name, label) for name, label in (("yes", "Oui"), ("no", "Non"), ("unknown", "Ne sait pas"))),
    *(("helps", f"h{number}", f"Aide {number}") for number in range(1, 6)),
    *(
        ("towns", f"t{number}", name)
        for number, name in enumerate(
            (
                "Aix",
                "Béziers",
                "Brest",
                "Caen",
                "Dôle",
                "Évreux",
                "Évry",
                "Foix",
                "Gap",
                "Lyon",
                "Mâcon",
                "Saint-Étienne",
            )
        )
    ),
)
Survey = Sequence[tuple[str, str, str, Mapping[str, str]]]
Choices = Sequence[tuple[str, str, str]]


_COMPILED: dict[str, FormDefinition] = {}


def definition_of(
    survey: Survey, choices: Choices = (), media: Mapping[str, bytes] = MappingProxyType({})
) -> FormDefinition:
    """Compile a form written as rows of ``(type, name, label, other columns)`` and ``(list, name, label)``."""
    key = repr((survey, choices, sorted(media.items())))
    if key not in _COMPILED:
        xform = compile_form(workbook_of(survey, choices), name="essai", media=media)
        _COMPILED[key] = parse_form(xform, media)
    return _COMPILED[key]


def workbook_of(survey: Survey, choices: Choices) -> bytes:
    """Return the form as an .xlsx file."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    extra = sorted({column for row in survey for column in row[3]})
    sheet.append(["type", "name", "label", *extra])
    for kind, name, label, columns in survey:
        sheet.append([kind, name, label, *(columns.get(column, "") for column in extra)])
    listing = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), *choices):
        listing.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_id", "version", "form_title"])
    settings.append(["essai", "1", "Essai"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


class MemoryForm:
    """An open form over a dictionary: the contract of ``sync.desk.OpenForm`` without a store.

    Attributes:
        stored: what is durable.
        fault: raised by every commit while it is set, as a full disk does.
    """

    def __init__(self, definition: FormDefinition, stored: Mapping[str, str | None] | None = None) -> None:
        ids = (f"r{number}" for number in itertools.count(len(stored or {}) + 1))
        self.stored: dict[str, str | None] = dict(stored or {})
        self.session = Session(
            definition, answers=self.stored, today=TODAY, now_ms=1_795_000_000_000, tz=UTC, new_row_id=lambda: next(ids)
        )
        self.fault: EnvironmentFault | None = None
        self._unsaved: dict[str, str | None] = {}

    def answer(self, path: str, value: str | None) -> ChangeSet:
        return self._commit(self.session.answer(path, value))

    def add_row(self, repeat: str) -> ChangeSet:
        return self._commit(self.session.add_row(repeat))

    def remove_row(self, row: str) -> ChangeSet:
        return self._commit(self.session.remove_row(row))

    def move_row(self, row: str, by: int) -> ChangeSet:
        return self._commit(self.session.move_row(row, by))

    def undo(self) -> ChangeSet:
        return self._commit(self.session.undo())

    def redo(self) -> ChangeSet:
        return self._commit(self.session.redo())

    def save(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.stored.update(self._unsaved)
        self._unsaved.clear()

    def _commit(self, changes: ChangeSet) -> ChangeSet:
        self._unsaved.update(changes.answers)
        self.save()
        return changes
