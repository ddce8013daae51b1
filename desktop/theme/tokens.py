"""The colour tokens, the only place where raw colours are written. Pure values: contrast can be checked anywhere.

``PAIRS`` names every pair that the screens put on top of each other, with the contrast that WCAG 2.2 asks of it:
4.5:1 for text, 3:1 for graphics, borders that carry meaning and focus.
"""

from __future__ import annotations

import msgspec

TEXT_CONTRAST = 4.5
GRAPHIC_CONTRAST = 3.0


class Tokens(msgspec.Struct, frozen=True):
    """One complete set of colours, each ``#RRGGBB``.

    ``*_soft`` are the quiet grounds of a state's chip or banner; ``hover`` and ``pressed`` are one step of surface;
    ``field_line`` is the border of inputs, which must be seen (3:1) where ``line`` is a mere hairline.
    """

    surface_0: str
    surface_1: str
    surface_2: str
    hover: str
    ink_strong: str
    ink: str
    ink_soft: str
    line: str
    field_line: str
    accent: str
    accent_hover: str
    accent_ink: str
    accent_soft: str
    positive: str
    positive_soft: str
    caution: str
    caution_soft: str
    critical: str
    critical_soft: str
    info: str
    info_soft: str


LIGHT = Tokens(
    surface_0="#F7F6F3",
    surface_1="#FFFFFF",
    surface_2="#EFEDE8",
    hover="#E7E4DD",
    ink_strong="#17202A",
    ink="#2B3640",
    ink_soft="#56636E",
    line="#D9D6CF",
    field_line="#7F8790",
    accent="#0B5C6B",
    accent_hover="#084956",
    accent_ink="#FFFFFF",
    accent_soft="#DCECEE",
    positive="#1E6B3A",
    positive_soft="#E2F0E6",
    caution="#8A5A00",
    caution_soft="#FAEFD9",
    critical="#A1261F",
    critical_soft="#FAE6E4",
    info="#2F4FA2",
    info_soft="#E6EAF7",
)

DARK = Tokens(
    surface_0="#16181A",
    surface_1="#1E2124",
    surface_2="#272B2F",
    hover="#30353A",
    ink_strong="#F2F3F4",
    ink="#DADFE3",
    ink_soft="#A6B0B8",
    line="#3A4046",
    field_line="#7C868F",
    accent="#6CC5D3",
    accent_hover="#8AD4DF",
    accent_ink="#0C1B1E",
    accent_soft="#1D3B41",
    positive="#7CCB95",
    positive_soft="#1D3526",
    caution="#E8B75A",
    caution_soft="#3A2F18",
    critical="#F08C84",
    critical_soft="#412321",
    info="#9DB2F0",
    info_soft="#242D48",
)

_SURFACES = ("surface_0", "surface_1", "surface_2")
_STATES = ("positive", "caution", "critical", "info")

PAIRS: tuple[tuple[str, str, float], ...] = (
    *((ink, ground, TEXT_CONTRAST) for ink in ("ink_strong", "ink", "ink_soft") for ground in _SURFACES),
    *((ink, "hover", TEXT_CONTRAST) for ink in ("ink_strong", "ink")),
    *((ink, "accent_soft", TEXT_CONTRAST) for ink in ("ink_strong", "ink", "ink_soft", "accent")),
    *((state, f"{state}_soft", TEXT_CONTRAST) for state in _STATES),
    *(("ink_strong", f"{state}_soft", TEXT_CONTRAST) for state in _STATES),
    *((state, ground, TEXT_CONTRAST) for state in _STATES for ground in _SURFACES),
    *(("accent", ground, TEXT_CONTRAST) for ground in _SURFACES),
    ("accent_ink", "accent", TEXT_CONTRAST),
    ("accent_ink", "accent_hover", TEXT_CONTRAST),
    ("surface_1", "critical", TEXT_CONTRAST),
    *(("field_line", ground, GRAPHIC_CONTRAST) for ground in ("surface_0", "surface_1")),
)
"""(foreground, background, least contrast)."""


def names() -> tuple[str, ...]:
    """Return the names of all tokens."""
    return Tokens.__struct_fields__


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB``, 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
