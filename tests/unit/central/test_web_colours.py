"""Every pair of colours can be read: 4.5:1 for text, 3:1 for edges of controls (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import central.web

_CSS = (Path(central.web.__file__).parent / "static" / "app.css").read_text()
_TOKEN = re.compile(r"--([a-z0-9-]+): (#[0-9a-f]{6});")
_TEXT = ["ink-strong", "ink", "ink-soft", "accent", "positive", "caution", "critical", "info"]
_SURFACES = ["surface-0", "surface-1", "surface-2"]


def _themes() -> dict[str, dict[str, str]]:
    light, dark = _CSS.split("prefers-color-scheme: dark", 1)
    return {"light": dict(_TOKEN.findall(light)), "dark": dict(_TOKEN.findall(dark.split("}\n}")[0]))}


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("surface", _SURFACES)
def test_text_can_be_read_on_every_surface(theme: str, surface: str) -> None:
    colours = _themes()[theme]
    weak = {name: _contrast(colours[name], colours[surface]) for name in _TEXT}
    assert {name: round(ratio, 2) for name, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_primary_buttons_and_edges_of_controls_can_be_seen(theme: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours["accent-ink"], colours["accent"]) >= 4.5
    assert min(_contrast(colours["control-line"], colours[surface]) for surface in _SURFACES) >= 3


def test_colours_are_written_only_as_tokens() -> None:
    rules = re.sub(r":root \{[^}]*\}", "", _CSS)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rules) == []
