"""Some PySide6 builds drop a reference to None at each Qt call and abort the interpreter after a few thousand calls."""

from __future__ import annotations

import subprocess
import sys

CANARY = """
import sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

class Sender(QObject):
    sent = Signal(str)

application = QApplication([])
label, sender = QLabel(), Sender()
sender.sent.connect(label.setText)
before = [sys.getrefcount(each) for each in (None, True, False)]
for number in range(150):
    label.setText(str(number))
    sender.sent.emit(str(number))
after = [sys.getrefcount(each) for each in (None, True, False)]
print(*[now - then for then, now in zip(before, after)])
"""


def test_qt_calls_keep_the_references_they_are_given() -> None:
    # In a process of its own: a bad pair of Python and PySide6 may abort at exit.
    ran = subprocess.run([sys.executable, "-c", CANARY], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert all(int(change) > -100 for change in ran.stdout.split()), ran.stdout
