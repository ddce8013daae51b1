"""docs/assurance.md says nothing that is not there: every fault is mapped, every named test and harness exists."""

from __future__ import annotations

import re

from tests.soak.scratch import ROOT

PAGE = (ROOT / "docs" / "assurance.md").read_text(encoding="utf-8")
WANTED = {
    *(f"LS{one}" for one in range(1, 6)),
    *(f"SC{one}" for one in range(1, 21)),
    *(f"SS{one}" for one in (*range(1, 9), 10, 12)),
    *("DV1", "DV2", "MT1", "MT2", "MT4"),
}


def test_every_fault_is_mapped_once() -> None:
    rows = re.findall(r"^\| ([A-Z]{2}\d+) \|", PAGE, re.M)
    assert sorted(rows) == sorted(WANTED)


def test_every_fault_names_a_test_or_says_that_none_shows_it() -> None:
    for row in re.findall(r"^\| [A-Z]{2}\d+ \|.*$", PAGE, re.M):
        assert "::" in row or "not shown yet" in row, row


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
    assert named
    for path, name in named:
        assert re.search(rf"^\s*def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M), f"{path}::{name}"


def test_every_named_known_bad_variant_of_a_harness_exists() -> None:
    for harness in set(re.findall(r"tests/soak/(\w+)\.py::run", PAGE)):
        text = (ROOT / "tests" / "soak" / f"{harness}.py").read_text(encoding="utf-8")
        assert "BADS" in text, harness
