"""Who may act for an office in the console."""

from __future__ import annotations

from cases import workflow
from cases.errors import NotPermittedError
from central.records import ConsoleSession


def require_right(session: ConsoleSession, office: str | None) -> None:
    """Refuse a person who is no supervisor, or who answers for another office.

    Args:
        office: the office concerned; None belongs to nobody who answers for one office only.

    Raises:
        NotPermittedError: ``right.role``, ``right.office``.
    """
    if session.role not in (workflow.Role.SUPERVISOR, workflow.Role.ADMIN):
        raise NotPermittedError("right.role")
    if session.office is not None and session.office != office:
        raise NotPermittedError("right.office")
