"""The cases with a decision that an agent proposes and a supervisor takes."""

from __future__ import annotations

from dataclasses import dataclass

from central.console.paging import Pages, pages
from central.console.views import procedure_title
from central.console.visits import Visit
from central.database import marks
from central.web.states import Chip, state_chip

AFTER = "propose_apres"
"""In the page's address: what its list of proposals begins after."""


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


def proposed_lines(visit: Visit, path: str, after: str) -> tuple[list[ProposedLine], Pages]:
    """Return the cases of this person's offices with a decision that waits for a supervisor: one page, and its ways."""
    session, words = visit.session, visit.words
    of_whom = session.tenant, session.office
    with visit.central.transaction(session.tenant) as conn:
        found = marks.proposed(conn, *of_whom, after=after)
        last = found[-1].after if found else ""
        count = marks.proposed_count(conn, *of_whom)
        left = marks.proposed_count(conn, *of_whom, after=last) if last else 0
    ways = pages(path, shown=len(found), count=count, before=after, last=last, more=left > 0, words=words, name=AFTER)
    lines = [
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
    return lines, ways
