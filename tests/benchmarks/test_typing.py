"""Names typed key by key, with and without errors, on a small office: what is found, and what each key press asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.store import search_index
from cases.words import words
from tests.benchmarks.bench_store import ManyNames, _names, _presses, _typings
from tests.benchmarks.office import filled

CASES, NAMES = 400, 25
NOTHING_MAX = 0.04
"""Share of key presses that find nothing; it was 0.05 when every word was compared with 300 similar ones."""
QUESTIONS_MAX = 3.2
"""To the index, in the middle of all key presses: the floor asks one and finds nothing at every fifth."""


def test_key_presses_find_and_ask_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, nothing, presses = 0, 0, 0
    really = search_index.match

    def match(connection, text, limit):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return really(connection, text, limit)

    monkeypatch.setattr(search_index, "match", match)
    workspace = filled(tmp_path / "workspace", CASES, records=ManyNames())
    try:
        for name in _names(workspace, NAMES):
            for typed in _typings(name).values():
                for so_far in _presses(typed):
                    presses += 1
                    nothing += not workspace.search(so_far)
                found = [set(words(hit.title)) for hit in workspace.search(typed)]
                assert any(set(words(name)) <= title for title in found), typed
    finally:
        workspace.close()
    assert nothing / presses <= NOTHING_MAX, nothing / presses
    assert asked / presses <= QUESTIONS_MAX, asked / presses
