"""When the agent of this workspace works in another office: its records go, and come again should the agent come back.

Nothing is deleted: the log stays, what is pending keeps its record in sight until it is answered for, and what is
parked waits for a person like any other (ADR 28).
"""

from __future__ import annotations

from cases import scope
from cases.core import Part, changed
from cases.outbox import UNVERIFIED, rebuild
from cases.projections import load_many
from cases.store import chunks, facts, log, registers, scopes
from cases.store.engine import Connection
from cases.views import Changed

_AT_ONCE = 500
"""Records that leave in one transaction: the agent may be at work meanwhile."""


class Leaving(Part):
    """Leaving an office, and coming back to it."""

    def has_left(self) -> bool:
        """Say whether the office's records went, or began to go."""
        with self._core.store.reading() as connection:
            return facts.get(connection, facts.LEFT_OFFICE) == "1"

    def note_closed(self, code: str) -> None:
        """Note why the service parks all that comes from here, as it says now; empty: it does not. Twice is as once."""
        with self._core.store.reading() as connection:
            if (facts.get(connection, facts.CLOSED) or "") == code:
                return

        def act(connection: Connection) -> tuple[None, Changed]:
            facts.put(connection, facts.CLOSED, code)
            return None, changed({"sync"})

        self._core.transact(act)

    def leave_office(self) -> None:
        """Let every record of the office go: at once, or with the last answer to what waits of it. Twice is as once."""
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[bool, Changed | None]:
            if facts.get(connection, facts.LEFT_OFFICE) != "1":
                facts.put(connection, facts.LEFT_OFFICE, "1")
                chunks.end(connection, identity.stream)
                self._core.read_chunks.clear()
            staying = scopes.staying(connection, _AT_ONCE)
            if not staying:
                held = chunks.of_stream(connection, identity.stream)
                chunks.forget(connection, [row.no for row in held])
                return False, None
            scope.mark_leaving(connection, [one.no for one in staying])
            types = {one.id: one.type for one in staying}
            scope.make_again(connection, self._core.projector, identity, types)
            return True, changed({"sync", "case", "citizen"})

        while self._core.transact(act):
            pass

    def come_back(self) -> None:
        """Begin the office's stream again, with nothing held but the log: what is there comes again, piece by piece.

        What is confirmed is in doubt until then, as after a restore of the service (ADR 15).
        """
        identity = self._core.enrolled_identity()

        def act(connection: Connection) -> tuple[None, Changed]:
            log.doubt_confirmed(connection, UNVERIFIED)
            types = registers.types_of(connection, scopes.doubt(connection))
            chunks.doubt(connection)
            facts.reset_cursors(connection)
            facts.put(connection, facts.LEFT_OFFICE, "")
            self._core.projector.forget_records()
            touched = load_many(connection, identity.tenant, types)
            for working in touched.values():
                rebuild(connection, identity.tenant, working)
            self._core.projector.save(connection, list(touched.values()))
            return None, changed({"sync", "case", "citizen"})

        self._core.transact(act)
