"""Whose records a reader is shown (ADR 23): a case shows its citizen while its own office reads that citizen."""

from __future__ import annotations

CITIZEN_OF_CASE = """
left join estafette.citizen p on p.tenant_id = c.tenant_id and p.citizen_id = c.citizen_id
    and (p.stream_id = c.stream_id or exists (select 1 from estafette.shared_record lent
        where lent.tenant_id = c.tenant_id and lent.stream_id = c.stream_id and lent.record_type = 'citizen'
            and lent.record_id = c.citizen_id))
"""
"""Joins to a case ``c`` its citizen ``p``; nothing where the citizen is another office's, whoever named it."""
CITIZEN_FOR_OFFICE = """
(%(office)s::text is null or p.office_id = %(office)s or exists (select 1 from estafette.shared_record lent
    join estafette.stream reading on reading.tenant_id = lent.tenant_id and reading.stream_id = lent.stream_id
    where lent.tenant_id = p.tenant_id and lent.record_type = 'citizen' and lent.record_id = p.citizen_id
        and reading.office_id = %(office)s))
"""
"""Whether a citizen ``p`` may be told of to a supervisor of one office, or of all (null)."""
