"""What people do, drawn from the seed: agents at their machines, a supervisor at the service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cases import foundation, merge, tracking
from cases.clock import moment
from cases.core import changed
from cases.errors import ConflictError, InputError, NotPermittedError
from cases.events import Kind
from cases.journal import Draft
from cases.merge import seen_event
from cases.store import registers
from cases.views import CaseRow
from cases.workflow import State
from tests.simulation.ledger import Deed, deed_of
from tests.simulation.machines import Machine

if TYPE_CHECKING:
    from tests.simulation.world import World

TEXTS = ["Aubin", "Cransac", "Viviez", "Figeac", "été", "O'Brien", "", "Ça va ?", "x" * 300]
PATHS = ["/who/name", "/who/age", "/who/town", "/why"]
ROW = "/child"
NAMES = ["Durand", "Moreau", "Le Gall", "N'Diaye", "Ó Súilleabháin"]
_TOO_LARGE = 257 * 1024
_POISON: list[tuple[str, dict[str, object]]] = [
    ("from_the_future", {"what": [1, {"deep": None}]}),
    (Kind.SET.value, {"/who/name": 17, "/who/town": "Aubin", "/new": {"a": 1}}),
    (Kind.STATUS.value, {"to": 5}),
    (Kind.STATUS.value, {"from": "archived", "to": "draft"}),
    (Kind.SETTLE.value, {"field": "/who/town", "value": "Aubin", "settles": ["no name", 4]}),
    (Kind.SET.value, {"/who/name": "x" * _TOO_LARGE}),
    (Kind.SET.value, {"state": "accepted"}),
    (Kind.SET.value, {"office": "another"}),
]
"""What no screen of this version writes: of a newer one, or malformed, or not allowed, or too large."""


class Agents:
    """Acts at the machines. Every act that returns is noted in the ledger at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance
        self._acts: dict[Callable[[Machine], None], int] = {
            self._citizen: 8,
            self._edit_citizen: 6,
            self._case: 10,
            self._answer: 34,
            self._row: 8,
            self._note: 8,
            self._hand_in: 10,
            self._settle: 6,
            self._take_back: 3,
            self._look: 14,
            self._settle_parked: 4,
            self._link: 3,
            self._propose: 3,
            self._hand_over: 2,
        }

    def act(self, machine: Machine) -> None:
        """Do one thing. What the product refuses with words is no fault."""
        try:
            self._chance.weighted(self._acts)(machine)
        except (InputError, NotPermittedError, ConflictError):
            return

    def poison(self, machine: Machine) -> None:
        """Record an event as no screen of this version makes one."""
        record = self._some_case(machine)
        if record is None:
            return
        kind, body = self._chance.one(_POISON)
        with self._noted(machine, record) as base:
            _record_anything(machine, record, kind, body, base)

    def settle_parked(self, machine: Machine) -> None:
        """Deal with one act that waits for a person, if there is one."""
        try:
            self._settle_parked(machine)
        except (InputError, NotPermittedError, ConflictError):
            return

    # --- acts

    def _citizen(self, machine: Machine) -> None:
        fields = {"family_name": self._chance.one(NAMES), "given_names": self._chance.one(["Zoé", "Awa", "Luc"])}
        act = machine.workspace.create_citizen(fields)
        self._note_new(machine, act.record)

    def _edit_citizen(self, machine: Machine) -> None:
        citizens = machine.workspace.citizens(limit=40)
        if not citizens:
            return
        record = self._chance.one(citizens).id
        fields = {self._chance.one(["family_name", "commune", "phone"]): self._chance.one(NAMES)}
        with self._noted(machine, record) as base:
            machine.workspace.edit_citizen(record, fields, base=base)

    def _case(self, machine: Machine) -> None:
        citizens = machine.workspace.citizens(limit=40)
        offered = machine.workspace.procedures()
        if not citizens or not offered:
            return
        procedure, version = self._chance.one(offered)
        act = machine.workspace.open_case(procedure, version, self._chance.one(citizens).id, {"/who/age": "41"})
        self._note_new(machine, act.record)

    def _answer(self, machine: Machine) -> None:
        record = self._some_case(machine)
        if record is None:
            return
        paths = self._chance.some(PATHS) or PATHS[:1]
        answers = {path: self._chance.one(TEXTS) or None for path in paths}
        with self._noted(machine, record) as base:
            machine.workspace.answer(record, answers, base=base)

    def _row(self, machine: Machine) -> None:
        record = self._some_case(machine)
        if record is None:
            return
        answers = machine.workspace.case(record).answers
        rows = sorted({path.split("]")[0] + "]" for path in answers if path.startswith(f"{ROW}[")})
        row = self._chance.one([*rows, f"{ROW}[{self._chance.token(5).hex()}]"])
        changes: dict[str, str | None] = {row: "1", f"{row}/first": self._chance.one(NAMES)}
        if row in rows and self._chance.happens(0.4):
            changes = {row: None}
        with self._noted(machine, record) as base:
            machine.workspace.answer(record, changes, base=base)

    def _note(self, machine: Machine) -> None:
        record = self._some_case(machine)
        if record is None:
            return
        text = f"{self._chance.one(NAMES)} {self._chance.between(1, 999)}"
        with self._noted(machine, record) as base:
            machine.workspace.add_note(record, text, base=base)

    def _hand_in(self, machine: Machine) -> None:
        row = self._some_row(machine)
        identity = machine.workspace.identity
        if row is None or identity is None:
            return
        to, fields = State.IN_REVIEW, {}
        if row.state == State.DRAFT:
            to = self._chance.one([State.SUBMITTED] * 5 + [State.CLOSED_WITHOUT_EFFECT])
        if to == State.SUBMITTED:
            fields = {"tracking_code": tracking.new_code(identity.tenant, self._chance)}
        with self._noted(machine, row.id) as base:
            machine.workspace.change_status(
                row.id,
                to,
                base=base,
                reasons="sans suite" if to == State.CLOSED_WITHOUT_EFFECT else "",
                computed={"/who/older": str(self._chance.between(18, 99))},
                fields=fields or None,
            )

    def _settle(self, machine: Machine) -> None:
        contested = machine.workspace.cases(contested_only=True, limit=40)
        if not contested:
            return
        record = self._chance.one(contested).id
        view = machine.workspace.case(record)
        if not view.contested:
            return
        field = self._chance.one(list(view.contested))
        with self._noted(machine, record, fresh=True) as base:
            machine.workspace.settle(record, field.field, self._chance.one(list(field.claims)).value, base=base)

    def _take_back(self, machine: Machine) -> None:
        """Take a settlement back that stands: the field is contested again."""
        record = self._some_case(machine)
        standing = machine.workspace.settled(record) if record is not None else ()
        if record is None or not standing:
            return
        field = self._chance.one(list(standing)).field
        with self._noted(machine, record, fresh=True) as base:
            machine.workspace.unsettle(record, field, base=base)

    def _look(self, machine: Machine) -> None:
        """Open the screen of a case and leave it open; sometimes its whole history is wanted."""
        record = self._some_case(machine)
        if record is None:
            return
        if self._chance.happens(0.2):
            machine.agent.bring_history(record)
        machine.screens[record] = self._screen(machine, record)

    def _settle_parked(self, machine: Machine) -> None:
        """Deal with an act that waits for a person: let it take effect after all, correct it, or give it up."""
        waiting = [item for item in machine.workspace.parked_queue() if item.state == "parked"]
        if not waiting:
            return
        item = self._chance.one(waiting)
        way = self._chance.one(["adopt", "resend", "withdraw"])
        with self._noted(machine, item.record, fresh=True) as base:
            if way == "adopt":
                machine.workspace.adopt(item.event, "Vu sur place", base=base)
            elif way == "withdraw":
                machine.workspace.withdraw(item.event, "Erreur")
            else:
                texts = [name for name, value in item.texts.items() if value is None or isinstance(value, str)]
                changes = {name: self._chance.one(TEXTS) or None for name in texts[:1]}
                machine.workspace.resend(item.event, changes, base=base)

    def _link(self, machine: Machine) -> None:
        """Say that two citizens are one, or take that back."""
        rows = machine.workspace.citizens(limit=40)
        if len(rows) < 2:
            return
        one, other = self._chance.shuffled(rows)[:2]
        with self._noted(machine, one.id) as base:
            machine.workspace.link(one.id, None if self._chance.happens(0.3) else other.id, base=base)

    def _propose(self, machine: Machine) -> None:
        record = self._some_case(machine)
        if record is None:
            return
        decision = self._chance.one([State.ACCEPTED, State.REFUSED, None])
        with self._noted(machine, record) as base:
            machine.workspace.propose(record, decision, base=base, reasons="Conforme")

    def _hand_over(self, machine: Machine) -> None:
        """Give the citizen the decision on paper."""
        record = self._some_case(machine)
        if record is None:
            return
        # The day by this machine, clock wrong or not, and now and then one before the hand-in.
        today = moment(machine.clock.now_ms(), dt.UTC).date() - dt.timedelta(days=self._chance.one([0, 0, 0, 1, 40]))
        with self._noted(machine, record) as base:
            proposed = [one.decision for one in machine.workspace.case(record).proposals]
            machine.workspace.notify_on_paper(record, today, "en main propre", base=base, decision=(*proposed, "")[0])

    # --- parts

    def _some_row(self, machine: Machine) -> CaseRow | None:
        rows = machine.workspace.cases(limit=40)
        return self._chance.one(rows) if rows else None

    def _some_case(self, machine: Machine) -> str | None:
        row = self._some_row(machine)
        return None if row is None else row.id

    def _screen(self, machine: Machine, record: str) -> tuple[int, frozenset[Deed]]:
        """Return what a screen that is opened now shows: the base, and the acts behind it."""
        try:
            base = machine.workspace.case(record).base
        except InputError:
            base = machine.workspace.citizen(record).base
        seen = {deed_of(record, entry) for entry in machine.workspace.history(record)}
        return base, frozenset(seen | self._given(machine, record))

    def _given(self, machine: Machine, record: str) -> set[Deed]:
        """Return the acts whose values came whole with the record, not one by one: the screen shows those too."""
        with machine.workspace._core.store.reading() as connection:
            known = registers.find(connection, record)
            kept = foundation.of_numbers(connection, [known.no] if known else []).values()
        states = [merge.from_json(one.state) for one in kept if one.state is not None]
        shown = {tuple(head.event) for state in states for field in state.fields.values() for head in field.heads}
        held = self._world.service.held() if shown else []
        return {one.deed for one in held if (one.device, one.incarnation, one.seq) in shown}

    def _note_new(self, machine: Machine, record: str) -> None:
        entries = machine.workspace.history(record)
        self._world.ledger.note((deed_of(record, entry) for entry in entries), machine.name, ())

    @contextmanager
    def _noted(self, machine: Machine, record: str, *, fresh: bool = False) -> Iterator[int]:
        """Give what the person has seen: the screen may have stood open for long. What comes of it is noted."""
        base, seen = self._screen(machine, record)
        if not fresh and record in machine.screens and self._chance.happens(0.5):
            base, seen = machine.screens[record]
        before = machine.workspace.history(record)
        yield base
        known = {entry.event for entry in before}
        entries = [entry for entry in machine.workspace.history(record) if entry.event not in known]
        assert entries, "an act that returned is in the record's history"
        identity = machine.workspace.identity
        assert identity is not None
        # What a device wrote itself counts as seen by whoever acts there next.
        own = {deed_of(record, entry) for entry in before if entry.event.device == identity.device}
        self._world.ledger.note((deed_of(record, entry) for entry in entries), machine.name, seen | own)


class Supervisor:
    """Acts at the service, by somebody who reads the newest state there, or an older page."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance

    def act(self) -> None:
        """Do one thing to one case, if the service lets it."""
        service = self._world.service
        cases = service.cases()
        if not cases:
            return
        case = self._chance.one(cases)
        to = self._chance.one([State.NEEDS_INFORMATION, State.IN_REVIEW, State.ACCEPTED, State.REFUSED])
        words = {"message": "Quelle commune ?"} if to is State.NEEDS_INFORMATION else {"reasons": "Vu."}
        done = service.change_status(case, to, **words)
        if done is not None:
            seen = {held.deed for held in service.held() if held.deed.record == case}
            self._world.ledger.note([done], "console", seen - {done})


def _record_anything(machine: Machine, record: str, kind: str, body: Mapping[str, object], base: int) -> None:
    """Record an event past every check of the acts."""
    core = machine.workspace._core
    identity = core.enrolled_identity()

    def act(connection):  # type: ignore[no-untyped-def]
        known = registers.known_type(connection, record)
        working = core.projector.load(connection, identity.tenant, record, str(known))
        draft = Draft(working.no, working.id, working.type, kind, body, base)
        event = core.journal.append(connection, identity, draft)
        working.add_pending(seen_event(event.header, event.body, None))
        core.projector.save(connection, [working])
        return None, changed({"sync"})

    core.transact(act)
