"""Filling a case: the form's session and the workspace kept in step, for the window and the command line alike.

Each act is committed before it returns; there is no save. What a commit could not keep (disk full) stays in the session
and in ``OpenForm.unsaved``, and goes with the next act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cases import entities, tracking
from cases.clock import moment
from cases.errors import InputError
from cases.ids import row_id
from cases.ports import Ports
from cases.procedures import Procedure, form_definition, from_bundle, in_language, prefilled
from cases.receipt import ReceiptData, receipt_answers
from cases.versions import VERSION
from cases.views import Act, CaseView, CitizenRow, Identity
from cases.workflow import EDITABLE, State
from cases.workspace import Workspace
from forms.languages import matching_language
from forms.session import Session
from forms.views import ChangeSet, Issue

TRACKING_PATH = "/suivi/"
_CACHED_PROCEDURES = 32
_PAGE = 10_000
"""Citizens read at a time."""


class FormIncomplete(InputError):
    """The form cannot be handed in yet; ``issues`` in the form's order, in ``session``."""

    def __init__(self, issues: tuple[Issue, ...], session: Session) -> None:
        super().__init__("submit.incomplete", issues=len(issues))
        self.issues = issues
        self.session = session


@dataclass(frozen=True)
class Submitted:
    """A case handed in: the durable act, and the code with which the citizen follows it."""

    act: Act
    tracking_code: str


class Desk:
    """Opens cases of one workspace. One thread at a time; so are the forms that it opens.

    Args:
        workspace: open.
        ports: clock and randomness.
        language: of the forms' own texts; None for each form's default.
    """

    def __init__(self, workspace: Workspace, *, ports: Ports, language: str | None = None) -> None:
        self.workspace = workspace
        self.language = language
        self._ports = ports
        self._procedures: dict[tuple[str, str], Procedure] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone, for "today" and for what is printed. Raises as ``identity``."""
        return self.identity().zone

    def procedures(self) -> tuple[Procedure, ...]:
        """Return the newest version held of each procedure, sorted by its French title."""
        held = [self.procedure(name, version) for name, version in self.workspace.procedures()]
        return tuple(sorted(held, key=lambda procedure: in_language(procedure.title, "fr").casefold()))

    def newest_version(self, procedure: str) -> str:
        """Return the version that a new case gets. InputError ``procedure.unknown`` when none is held."""
        for name, version in self.workspace.procedures():
            if name == procedure:
                return version
        raise InputError("procedure.unknown", field="procedure", procedure=procedure)

    def procedure(self, procedure: str, version: str) -> Procedure:
        """Return a held procedure. InputError ``procedure.unknown`` when this version is not held (yet)."""
        key = (procedure, version)
        if key not in self._procedures:
            loaded = from_bundle(self.workspace.procedure_bundle(procedure, version))
            while len(self._procedures) >= _CACHED_PROCEDURES:
                del self._procedures[next(iter(self._procedures))]
            self._procedures[key] = loaded
        return self._procedures[key]

    def new_case(self, procedure: str, citizen: str, *, version: str | None = None) -> OpenForm:
        """Open a new case of a citizen, its form's first values and the citizen's own data in it; durable on return.

        Raises:
            InputError: ``procedure.unknown``, ``citizen.unknown``.
        """
        held = version or self.newest_version(procedure)
        definition = self.procedure(procedure, held)
        known = self.workspace.citizen(citizen)
        session = self.session(definition, prefilled(definition, known.fields))
        act = self.workspace.open_case(procedure, held, citizen, session.answers())
        form = self.open(act.record)
        form.act = act
        return form

    def open(self, case: str) -> OpenForm:
        """Open a case's form. InputError ``case.unknown``, ``procedure.unknown``."""
        return OpenForm(self, self.workspace.case(case))

    def session(
        self, procedure: Procedure, answers: Mapping[str, str | None], *, language: str | None = None
    ) -> Session:
        """Return a session over these answers, at this moment; ``language`` instead of the desk's own."""
        now_ms = self._ports.clock.now_ms()
        definition = form_definition(procedure, self._lists(procedure))
        wanted = language or self.language
        return Session(
            definition,
            answers=answers,
            today=moment(now_ms, self.zone).date(),
            now_ms=now_ms,
            tz=self.zone,
            language=matching_language(definition.languages, wanted) if wanted else None,
            new_row_id=lambda: row_id(self._ports.randomness),
            seed=int.from_bytes(self._ports.randomness.token(4), "big"),
            decimal_sign="," if (wanted or "fr").startswith("fr") else ".",
        )

    def _lists(self, procedure: Procedure) -> dict[str, bytes]:
        """The office's citizens, where the form chooses among them."""
        names = entities.wanted(procedure.form)
        names = tuple(name for name in names if f"{name}.csv" not in procedure.media)
        if not names:
            return {}
        found: list[CitizenRow] = []
        while page := self.workspace.citizens(limit=_PAGE, after=found[-1].key if found else None):
            found.extend(page)
        return dict.fromkeys((f"{name}.csv" for name in names), entities.written(found))

    def now_ms(self) -> int:
        """The moment, by this desk's clock."""
        return self._ports.clock.now_ms()

    def new_tracking_code(self) -> str:
        """Return a new tracking code of this workspace's organisation."""
        return tracking.new_code(self.identity().tenant, self._ports.randomness)

    def identity(self) -> Identity:
        """Return who this workspace acts for. InputError ``enrol.needed`` before enrolment."""
        identity = self.workspace.identity
        if identity is None:
            raise InputError("enrol.needed")
        return identity

    def receipt(self, case: str, language: str = "fr") -> ReceiptData:
        """Return what the receipt of a case handed in says. InputError ``receipt.not_submitted`` before that."""
        form = self.open(case)
        view = form.view
        if view.submitted_ms is None or not view.tracking_code:
            raise InputError("receipt.not_submitted")
        identity = self.identity()
        procedure = form.procedure
        return ReceiptData(
            language=language,
            tenant_name=identity.tenant_name,
            office_name=identity.office_name,
            agent_name=identity.agent_name,
            procedure_title=in_language(procedure.title, language),
            citizen_name=view.citizen_name,
            submitted_ms=view.submitted_ms,
            tz=self.zone,
            answers=receipt_answers(self.session(procedure, form.view.answers, language=language), language),
            tracking_code=view.tracking_code,
            tracking_url=identity.server_url + TRACKING_PATH + view.tracking_code,
            required_documents=tuple(in_language(item.label, language) for item in procedure.required_documents),
            notices=in_language(procedure.notices, language),
            provisional=view.pending > 0,
            delay_days=procedure.delay_days,
            delay_months=procedure.delay_months,
            silence=procedure.silence,
            legal_basis=procedure.legal_basis,
        )


class OpenForm:
    """One case's form as one person has it before them.

    Attributes:
        case_id: the case.
        procedure: the version that the case was opened with.
        session: the form; replaced by ``refresh``.
        view: the case as the person sees it. Its ``base`` goes with every act: an act knows what was on the screen.
        act: the last durable act made here; None before any.
    """

    def __init__(self, desk: Desk, view: CaseView) -> None:
        self._desk = desk
        self.case_id = view.id
        self.procedure = desk.procedure(view.procedure, view.version)
        self.view = view
        self.session = desk.session(self.procedure, view.answers)
        self._seen = view.base
        self.act: Act | None = None
        self._stored: dict[str, str | None] = dict(view.answers)
        self._unsaved: dict[str, str | None] = {}

    @property
    def editable(self) -> bool:
        """Whether the answers are the agent's to change in the case's state."""
        return self.view.state in EDITABLE

    @property
    def unsaved(self) -> Mapping[str, str | None]:
        """Answers that are in the session and not yet durable; empty unless a commit failed."""
        return self._unsaved

    @property
    def stored(self) -> dict[str, str | None]:
        """Every answer as it stands here, those included that no question of this version asks for."""
        return {**self._stored, **self._unsaved}

    def answer(self, path: str, value: str | None) -> ChangeSet:
        """Give an answer (stored text; None clears it). Durable on return, also when the form finds it wrong.

        Raises:
            InputError: ``case.not_editable``.
            FormsError: ``forms.unknown_path``, ``forms.read_only``.
            EnvironmentFault: not durable; it is in the session and in ``unsaved``.
        """
        self._check_editable()
        return self._commit(self.session.answer(path, value))

    def add_row(self, repeat: str) -> ChangeSet:
        """Add a row to a repeat; ``added_row`` of the change set is its identity. Raises as ``answer``."""
        self._check_editable()
        return self._commit(self.session.add_row(repeat))

    def remove_row(self, row: str) -> ChangeSet:
        """Remove a row with all that is in it. Raises as ``answer``."""
        self._check_editable()
        return self._commit(self.session.remove_row(row))

    def move_row(self, row: str, by: int) -> ChangeSet:
        """Move a row up (``by`` is -1) or down (1) in its repeat. Raises as ``answer``."""
        self._check_editable()
        return self._commit(self.session.move_row(row, by))

    def undo(self) -> ChangeSet:
        """Take the last act on this form back, as an act of its own; ``about`` says on what. Raises as ``answer``."""
        self._check_editable()
        return self._commit(self.session.undo())

    def redo(self) -> ChangeSet:
        """Make the act again that was last taken back. Raises as ``answer``."""
        self._check_editable()
        return self._commit(self.session.redo())

    def save(self) -> Act | None:
        """Commit what an earlier act could not; None when there is nothing."""
        if not self._unsaved:
            return None
        try:
            self.act = self._desk.workspace.answer(self.case_id, dict(self._unsaved), base=self.view.base)
        except InputError as error:
            # What can never be stored must not stand in the way of what can; the person still has it in the field.
            self._unsaved.pop(str(error.details.get("field", "")), None)
            raise
        self._stored.update(self._unsaved)
        self._unsaved.clear()
        return self.act

    def note(self, text: str) -> Act:
        """Add a remark to the case."""
        self.act = self._desk.workspace.add_note(self.case_id, text, base=self.view.base)
        return self.act

    def refresh(self) -> bool:
        """Read the case again, as its screen shows it from now on.

        Returns:
            True when answers changed elsewhere: ``session`` was replaced, draw it again.
        """
        view = self._desk.workspace.case(self.case_id)
        moved = view.version != self.view.version
        if moved:
            try:
                self.procedure = self._desk.procedure(view.procedure, view.version)
            except InputError:
                # Moved elsewhere to a version that is still to come: until then the person sees, and answers, this.
                return False
        self.view = view
        if not moved and dict(view.answers) == self._stored:
            return False
        self._stored = dict(view.answers)
        self.session = self._desk.session(self.procedure, {**self._stored, **self._unsaved})
        self._seen = self.view.base
        return True

    def submit(self) -> Submitted:
        """Hand the case in, or hand it back after information was asked for; durable on return.

        Raises:
            FormIncomplete: the form has issues; nothing was changed.
            InputError: ``submit.already``, ``case.not_editable``, ``enrol.needed``.
        """
        if self.view.state in (State.SUBMITTED, State.IN_REVIEW):
            raise InputError("submit.already", state=self.view.state, tracking_code=self.view.tracking_code)
        self._check_editable()
        # Formulas may read the moment of handing in, so the form is judged with it.
        self.session.hand_in(self._desk.now_ms())
        issues = self.session.validate()
        if issues:
            self.session.hand_in(None)
            raise FormIncomplete(issues, self.session)
        self._unsaved.update(self._not_stored())
        self.save()
        if self.view.state == State.DRAFT:
            to, code = State.SUBMITTED, self._desk.new_tracking_code()
            # With the version that was filled: who moved the case meanwhile, unseen, finds the two side by side.
            fields = {"tracking_code": code, VERSION: self.view.version}
        else:
            to, code, fields = State.IN_REVIEW, self.view.tracking_code, {}
        self.act = self._desk.workspace.change_status(
            self.case_id,
            to.value,
            base=self.view.base,
            computed=self.session.submission(),
            fields=fields,
            citizens=entities.changes(
                self.session.entities(), case=self.case_id, citizen=self.view.citizen, base=self._seen
            ),
        )
        self.refresh()
        return Submitted(self.act, code)

    def _check_editable(self) -> None:
        if not self.editable:
            raise InputError("case.not_editable", state=self.view.state)

    def _commit(self, changes: ChangeSet) -> ChangeSet:
        self._unsaved.update(changes.answers)
        self.save()
        return changes

    def _not_stored(self) -> dict[str, str | None]:
        """Return what the form gave by itself when it was opened (first values, rows) and nobody stored yet."""
        return {path: value for path, value in self.session.answers().items() if self._stored.get(path) != value}
