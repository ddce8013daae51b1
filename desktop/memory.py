"""How the GUI thread gets its turn while others work, and when Python looks for garbage.

Garbage: on the GUI thread, now and then, and never through what the program is made of.

Left to itself the collector runs on whichever thread makes objects, and holds every thread while it walks all of it.
A first sync set off several walks of a third of a second: the window stood still. It could also end a widget on one
that must not touch widgets. What counts references is freed at once as ever; only cycles wait for the next look.

Turns: Qt asks Python for every cell that it paints, and each time waits until the working thread has had its turn.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 20_000
TURN_S = 0.001
"""How long another thread works before the GUI thread gets its turn; Python's own is five times as long."""


class Housekeeping(QObject):
    """Takes the collector over until ``end``. GUI thread only."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        # What a start leaves behind is no garbage: it is set aside, so that a look sees only what came since.
        gc.freeze()
        gc.disable()
        self._turn_s = sys.getswitchinterval()
        sys.setswitchinterval(TURN_S)
        self._timer.start()

    def look(self) -> None:
        """Collect what is garbage; some ten milliseconds."""
        gc.collect()

    def end(self) -> None:
        """Leave it to Python again. Idempotent."""
        self._timer.stop()
        sys.setswitchinterval(self._turn_s)
        gc.enable()
