"""The look: tokens of ``tokens.py`` brought to Qt. GUI thread only."""

from __future__ import annotations

from desktop.theme.manager import SCALES, Mode, Theme, theme
from desktop.theme.stylesheet import repolish

__all__ = ["SCALES", "Mode", "Theme", "repolish", "theme"]
