"""What this agent last answered to the questions of a procedure: read from the workspace when asked, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from cases.events import Kind
from cases.workspace import Workspace

CASES_LOOKED_AT = 256
HISTORIES_READ = 12
"""Somebody else's cases between this agent's last one and now; beyond them nothing is repeated."""


def last_values(workspace: Workspace, case: str, procedure: str) -> Mapping[str, str]:
    """Return the answers that this agent gave by hand in the last other case of the procedure, by question.

    Questions are named without rows; of several rows the last answer counts. What a case began with (the citizen's own
    data, first values) is no answer of the agent's. Reads the workspace: not on the GUI thread.
    """
    identity = workspace.identity
    if identity is None:
        return {}
    rows = (row for row in workspace.cases(limit=CASES_LOOKED_AT) if row.procedure == procedure and row.id != case)
    for row, _number in zip(rows, range(HISTORIES_READ), strict=False):
        found: dict[str, str] = {}
        for entry in workspace.history(row.id):
            given = entry.body
            if entry.kind != Kind.SET or entry.agent != identity.agent or given is None or "procedure" in given:
                continue
            for path, value in given.items():
                if path.startswith("/") and not path.endswith("]"):
                    found.pop(without_rows(path), None)
                    if isinstance(value, str) and value:
                        found[without_rows(path)] = value
        if found:
            return found
    return {}


def without_rows(path: str) -> str:
    """Return a field path as its question's reference (``/child[k3]/first`` -> ``/child/first``)."""
    return "/".join(step.partition("[")[0] for step in path.split("/"))
