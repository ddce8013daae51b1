"""The reference engines as command lines; each takes FORM.xml, STEPS.json, the moment that is now, a media folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent


def webforms() -> list[str]:
    """ODK Web Forms' engine on Node 20; ``npm ci`` in its folder first."""
    return ["node", str(HERE / "webforms" / "runner.mjs")]


ENGINES: dict[str, Callable[[], list[str]]] = {"webforms": webforms}
