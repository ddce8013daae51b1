"""The reference engines as command lines; each takes FORM.xml, STEPS.json, the moment that is now, a media folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyxform

HERE = Path(__file__).parent


def webforms() -> list[str]:
    """ODK Web Forms' engine on Node 20; ``npm ci`` in its folder first."""
    return ["node", str(HERE / "webforms" / "runner.mjs")]


def javarosa() -> list[str]:
    """JavaRosa on Java 17, out of the converter's validator; it tells values, relevance, required and readonly."""
    jar = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    return ["java", "-Dfile.encoding=UTF-8", "-cp", str(jar), str(HERE / "javarosa" / "Runner.java")]


ENGINES: dict[str, Callable[[], list[str]]] = {"webforms": webforms, "javarosa": javarosa}
