"""The page that explains the client's states says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from sync.state import TRANSITIONS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "ARCHITECTURE.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.M)


def test_the_architecture_page_shows_every_step_and_no_other() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## State of the client")[1].split("\n## ")[0]
    shown = {name: set(re.findall(r"`(\w+)`", steps)) for name, steps in ROW.findall(section)}
    assert shown == {state.value: {to.value for to in steps} for state, steps in TRANSITIONS.items()}
