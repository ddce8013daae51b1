"""The cases with a decision that an agent proposes and a supervisor takes."""

from __future__ import annotations

from dataclasses import dataclass

from central.console.views import procedure_title
from central.console.visits import Visit
from central.database import marks
from central.web.states import Chip, state_chip


@dataclass(frozen=True)
class ProposedLine:
    """A case with a decision that waits."""

    case: str
    citizen: str
    procedure: str
    tracking_code: str
    office: str
    chip: Chip
    since_ms: int


def proposed_lines(visit: Visit) -> list[ProposedLine]:
    """Return the cases of this person's offices with a decision that waits for a supervisor."""
    session, words = visit.session, visit.words
    with visit.central.transaction(session.tenant) as conn:
        found = marks.proposed(conn, session.tenant, session.office)
    return [
        ProposedLine(
            one.case,
            one.citizen_name or words.gettext("Citizen without a name"),
            procedure_title(
                visit.shelf.get(session.tenant, one.procedure, one.procedure_version), one.procedure, words
            ),
            one.tracking_code,
            one.office_name,
            state_chip(one.state, words),
            one.proposed_ms,
        )
        for one in found
    ]
