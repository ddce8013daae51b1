"""What an organisation decides about how it works; by a command of its IT (``main.py policy``)."""

from __future__ import annotations

from dataclasses import dataclass

from cases.errors import InputError
from central.database.client import Connection

SETTLE_DELAY_MAX = 60
"""Working days: three months. What nobody has settled by then is nobody's."""


@dataclass(frozen=True)
class Policy:
    """One organisation's.

    Attributes:
        settle_delay_days: working days in which the agents concerned settle a contested field by themselves, before
            it is in the supervisor's queue; 0: it is there at once.
    """

    settle_delay_days: int


def policy(connection: Connection, tenant: int) -> Policy:
    """Return an organisation's policy."""
    found = connection.execute(
        "select settle_delay_days from estafette.tenant where tenant_id = %s", [tenant]
    ).fetchone()
    assert found is not None, "whoever asks has an organisation"
    return Policy(int(found[0]))


def change_policy(connection: Connection, tenant: int, *, settle_delay_days: int) -> None:
    """Change an organisation's policy; it counts from the next page that is shown.

    Raises:
        InputError: ``policy.settle_days`` (``limit``).
    """
    if not 0 <= settle_delay_days <= SETTLE_DELAY_MAX:
        raise InputError("policy.settle_days", field="settle_days", limit=SETTLE_DELAY_MAX)
    connection.execute(
        "update estafette.tenant set settle_delay_days = %s where tenant_id = %s", [settle_delay_days, tenant]
    )
