"""The published list of what is supported is what the engine does."""

from __future__ import annotations

import pytest

from tests.conformance import COLUMNS, PAGE, Column, holds, whole


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_does_what_the_page_says(column: Column) -> None:
    assert holds(column)


def test_the_page_is_not_stale() -> None:
    text = PAGE.read_text("utf-8")
    assert text == whole(text), "python -m tests.conformance writes it anew"
