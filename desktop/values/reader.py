"""Labels and values of single fields in words, as the case's own form says them. Runs away from the GUI thread."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from cases.errors import InputError
from cases.events import RecordType
from cases.merge import COMPUTED, MESSAGE, REASONS, STATE
from desktop.forms import words
from desktop.words.dates import iso_day
from desktop.words.states import case_state, citizen_field
from forms.errors import FormsError
from forms.session import Session
from forms.views import QuestionView
from sync.desk import Desk

translate = QCoreApplication.translate
_READ_ONLY = frozenset({"calculate", "note", "file"})
_ROW = re.compile(r"\[[^\]]*\]$")


@dataclass(frozen=True)
class FieldWords:
    """A field as people know it.

    Attributes:
        label: the form's own words; the last part of its path while the procedure is not here.
        question: how the form asks for it; None where a form does not.
        session: answers what its editor asks; made for this reading alone, nobody else's once it is handed over.
        kind: ``form``, ``citizen``, ``row`` (a row of a list: there or removed) or ``other``.
    """

    record_type: str
    field: str
    label: str
    kind: str
    question: QuestionView | None = None
    session: Session | None = None

    @property
    def writable(self) -> bool:
        """Whether a person may write another value into it."""
        asked = self.question is not None and not self.question.readonly and self.question.kind not in _READ_ONLY
        return self.kind == "citizen" or asked

    def said(self, value: str | None) -> str:
        """Return a value of this field in words; never hides what was typed."""
        if self.kind == "row":
            return _kept() if value is not None else _removed()
        if value is None:
            return translate("Values", "(no answer)")
        if self.field == STATE:
            return case_state(value).word
        if self.kind == "citizen":
            return iso_day(value) if self.field == "birth_date" else value
        if self.question is None or self.session is None:
            return value
        return words.value_text(replace(self.question, value=value), self._choice_labels(value), given=True) or value

    def _choice_labels(self, value: str) -> tuple[str, ...]:
        assert self.session is not None and self.question is not None
        if self.question.kind not in ("select_one", "select_multiple", "rank"):
            return ()
        values = [value] if self.question.kind == "select_one" else value.split()
        return tuple(self.session.choice_label(self.question.path, each) or each for each in values)


class Reader:
    """Reads field words; each case's form is opened once. One thread: the door for acts, as the desk is one's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sessions: dict[str, Session | None] = {}

    def field(self, record_type: str, record: str, field: str) -> FieldWords:
        """Return the words of a field of a record."""
        if record_type == RecordType.CITIZEN:
            return FieldWords(record_type, field, citizen_field(field), "citizen")
        session = self._session(record) if field.startswith("/") else None
        if _ROW.search(field):
            return FieldWords(record_type, field, _row_label(session, field), "row")
        if not field.startswith("/"):
            return FieldWords(record_type, field, case_field(field), "other")
        question = _question(session, field)
        if question is None:
            return FieldWords(record_type, field, _last_part(field), "other")
        return FieldWords(record_type, field, question.label or _last_part(field), "form", question, session)

    def _session(self, case: str) -> Session | None:
        if case not in self._sessions:
            try:
                self._sessions[case] = self._desk.open(case).session
            except InputError:
                # The case or its procedure is not here: the field is still shown, by what its path says.
                self._sessions[case] = None
        return self._sessions[case]


def _question(session: Session | None, path: str) -> QuestionView | None:
    if session is None:
        return None
    try:
        return session.question(path)
    except FormsError:
        return None  # Of another version of the form, or of a row that is gone.


def _row_label(session: Session | None, path: str) -> str:
    """Return a row's label: its list's name and its own."""
    name = _last_part(_ROW.sub("", path))
    return translate("Values", "Row of « %1 »").replace("%1", name)


def _last_part(path: str) -> str:
    return path.rsplit("/", 1)[-1].replace("_", " ")


def _kept() -> str:
    return translate("Values", "The row stays")


def _removed() -> str:
    return translate("Values", "The row is removed")


def case_field(name: str) -> str:
    """Return the name of a case's field that no form asks for."""
    if name.startswith(COMPUTED):
        return translate("Values", "Calculated: %1").replace("%1", _last_part(name))
    known = {
        STATE: translate("Values", "State of the case"),
        MESSAGE: translate("Values", "Message"),
        REASONS: translate("Values", "Reasons"),
        "procedure": translate("Values", "Procedure"),
        "procedure_version": translate("Values", "Version of the procedure"),
        "citizen": translate("Values", "Citizen"),
        "office": translate("Values", "Office"),
        "agent": translate("Values", "Agent"),
        "tracking_code": translate("Values", "Tracking code"),
        "same_as": translate("Values", "Same person or case as"),
        "text": translate("Values", "Note"),
    }
    return known.get(name, name)
