"""The front door ``main.py`` by itself: its version and its words for a command that is none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cases.version import VERSION
from main import main

ROOT = Path(__file__).resolve().parents[3]


def test_version_is_the_project_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == VERSION
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"estafette {VERSION}\n"


def test_unknown_command_is_named_before_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["foo"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "foo" in said[0]
    assert any(line.startswith("usage:") for line in said[1:])
