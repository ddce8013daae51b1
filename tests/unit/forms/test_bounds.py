"""Sliders: their bounds, what is outside, and what a form may write there."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from forms.bounds import Bounds, read_bounds
from forms.definition import parse_form
from forms.replay import Step, open_session, replay
from forms.session import Session
from tests.support.forms import start, xform

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SLIDER = """
| survey |           |      |       |                    |             |         |
|        | type      | name | label | parameters         | calculation | default |
|        | range     | r    | R     | start=1 end=10 step=2 |          | {default} |
|        | calculate | c    |       |                    | ${{r}} * 2  |         |
"""


def slider(default: str = "") -> Session:
    return start(parse_form(xform(SLIDER.format(default=default)), strict=False))


def test_a_slider_tells_its_bounds() -> None:
    view = slider().question("/r")
    assert view.kind == "range" and view.bounds == Bounds(Decimal(1), Decimal(10), Decimal(2))
    assert slider().question("/c").bounds is None


def test_what_is_outside_is_kept_but_reads_as_empty_and_is_told_of() -> None:
    session = slider()
    session.answer("/r", "11")
    view = session.question("/r")
    assert view.value == "11" and view.problem is not None and view.problem.code == "type"
    assert session.submission().get("/c") is None and session.validate()
    session.answer("/r", "10")
    assert session.submission()["/c"] == "20" and not session.validate()


def test_a_default_outside_reads_as_empty() -> None:
    assert "/r" not in slider("40").submission()


def test_a_replayed_answer_outside_is_not_stored_and_one_beside_a_step_is() -> None:
    session = open_session(parse_form(xform(SLIDER.format(default="")), strict=False), now=NOW, zone=UTC, seed=0)
    steps = [Step("answer", "/data/r", text) for text in ("2", "0", "1", "10.7", "11")]
    assert [state["values"]["/data/r"] for state in replay(session, steps, UTC)] == ["", "2", "", "1", "10", ""]


@pytest.mark.parametrize(
    "written",
    [("1", "10", None), ("", "10", "1"), ("a", "10", "1"), ("1", "10", "0"), ("1", "10", "-1"), ("1", "1e9", "1")],
)
def test_bounds_that_are_none(written: tuple[str | None, ...]) -> None:
    assert read_bounds(dict(zip(("start", "end", "step"), written, strict=True)).get) is None


def test_a_slider_may_run_downwards() -> None:
    bounds = read_bounds({"start": "2.5", "end": "-1", "step": "0.5"}.get)
    assert bounds is not None and bounds.hold("-1") and bounds.hold("2.5") and not bounds.hold("3")


def test_bounds_that_cannot_be_read_are_told_of() -> None:
    broken = xform(SLIDER.format(default="")).replace(b'end="10"', b'end="ten"')
    definition = parse_form(broken, strict=False)
    assert any("end=ten" in problem.details.get("value", "") for problem in definition.limitations)
    session = start(definition)
    session.answer("/r", "70")
    assert session.question("/r").bounds is None and session.submission()["/r"] == "70"
