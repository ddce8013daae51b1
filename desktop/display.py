"""Whether there is a screen to open a window on. No Qt: it is asked before Qt, which would end the process."""

from __future__ import annotations

import sys
from collections.abc import Mapping

NO_DISPLAY_CODE = 3
NO_DISPLAY = """\
Aucun écran : la fenêtre d'Estafette a besoin d'une session graphique (ni DISPLAY ni WAYLAND_DISPLAY n'est défini).
No display: the window of Estafette needs a graphical session (neither DISPLAY nor WAYLAND_DISPLAY is set)."""


def has_display(environment: Mapping[str, str], system: str = sys.platform) -> bool:
    """Say whether Qt can find a screen; without one it would end the process without a word for people."""
    return not system.startswith("linux") or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
