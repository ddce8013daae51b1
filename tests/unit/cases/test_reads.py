"""A case as it is read, whatever its record holds."""

from __future__ import annotations

from cases import merge
from cases.events import EventId, Kind
from cases.merge import EMPTY, SeenEvent
from cases.reads import _case_view
from cases.views import CaseRow


def test_a_field_without_a_name_does_not_keep_a_case_from_being_read() -> None:
    body = {"": "x", "/name": "Durand", "=/income": "900"}
    state = merge.apply(EMPTY, SeenEvent(EventId("d", 1, 1), "a", Kind.SET, 0, 1, body, 1))
    row = CaseRow("c", "", "apa", "1", "", "", "draft", 1, 0, 0, "a", "", None)
    view = _case_view(row, merge.show(state), state, [], {}, 1, 1, 0, ())
    assert (view.answers, view.computed) == ({"/name": "Durand"}, {"/income": "900"})
