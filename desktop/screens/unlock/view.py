"""Opening the workspace with its passphrase."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from cases.errors import EnvironmentFault, EstafetteError
from desktop.station import Station
from desktop.tasks import Tasks
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, centred, column, frame, holder, label, row
from desktop.widgets.field import Field
from desktop.words.errors import FILE_SECRET_MISSING, explain

FREE_ATTEMPTS = 2
DELAY_S_MAX = 30


def delay_s(failures: int) -> int:
    """Return how long to wait after that many wrong passphrases in a row: 0, 0, 1, 2, 4 … 30 seconds."""
    return 0 if failures <= FREE_ATTEMPTS else min(DELAY_S_MAX, 2 ** (failures - FREE_ATTEMPTS - 1))


class UnlockView(QWidget):
    """Asks for the passphrase.

    Signals:
        opened: the ``Workspace``, open.
    """

    opened = Signal(object)

    def __init__(self, station: Station, tasks: Tasks) -> None:
        super().__init__()
        self._station, self._tasks = station, tasks
        self._failures = 0
        self._wait_s = 0
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._tick)
        self.passphrase = Field(self.tr("Passphrase"), name="unlock.passphrase")
        self._editor = self.passphrase.editor
        assert isinstance(self._editor, QLineEdit)
        self._editor.setEchoMode(QLineEdit.EchoMode.Password)
        self._editor.returnPressed.connect(self.unlock)
        self._editor.textEdited.connect(self.passphrase.clear_error)
        self._show = button(self.tr("Show"), self._toggle, kind="quiet", icon="eye", name="unlock.show")
        self._go = button(self.tr("Open"), self.unlock, kind="primary", name="unlock.go")
        self._banner = Banner("critical", name="unlock.message")
        self._bar = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._bar.setAccessibleName(self.tr("Opening"))
        self._bar.hide()
        card = frame(
            "card",
            column(
                label(self.tr("Locked"), "title"),
                label(self.tr("Your work is encrypted on this computer. Unlocking brings you back to where you were.")),
                8,
                self.passphrase,
                self._bar,
                self._banner,
                row(self._go, self._show, -1),
                margins=(28, 24, 28, 28),
                gap=12,
            ),
        )
        content = holder(column(-1, label("Estafette", "word"), 4, card, -2, gap=8))
        self.setLayout(column(centred(content, 480)))
        self.setFocusProxy(self._editor)

    @property
    def message(self) -> str:
        """What the banner says; empty when nothing."""
        return self._banner.words

    def explain(self) -> str:
        """Return what this screen is for (F1)."""
        return self.tr("Enter the passphrase that you chose when this computer was enrolled. Nobody else knows it.")

    def unlock(self) -> None:
        """Try the passphrase; the derivation takes part of a second, away from this thread."""
        text = self._text()
        if self._wait_s or not self._go.isEnabled():
            return
        if not text:
            self.passphrase.set_error(self.tr("Enter your passphrase."))
            return
        self._busy(True)
        self._tasks.change(self, lambda: self._station.unlock(text), self._opened, self._failed)

    def _text(self) -> str:
        assert isinstance(self._editor, QLineEdit)
        return self._editor.text()

    def _opened(self, workspace: object) -> None:
        self._busy(False)
        assert isinstance(self._editor, QLineEdit)
        self._editor.clear()
        self.opened.emit(workspace)

    def _failed(self, error: EstafetteError) -> None:
        self._busy(False)
        if error.code == "unlock.other_device" and self._station.secret_in_file:
            error = EnvironmentFault(FILE_SECRET_MISSING)
        words = explain(error)
        if error.code != "unlock.wrong_passphrase":
            self._banner.say(words.what, f"{words.safe} {words.next}".strip())
            return
        self._failures += 1
        self._wait_s = delay_s(self._failures)
        self._say_wrong()
        assert isinstance(self._editor, QLineEdit)
        self._editor.setFocus()
        self._editor.selectAll()
        if self._wait_s:
            self._go.setEnabled(False)
            self._clock.start()

    def _say_wrong(self) -> None:
        words = self.tr("This passphrase does not open the workspace. Check the capital letters and the keyboard.")
        if self._wait_s:
            pause = self.tr("Next try in %n second(s).", "", self._wait_s)
            words = f"{words} {pause}"
        self.passphrase.set_error(words)

    def _tick(self) -> None:
        self._wait_s = max(0, self._wait_s - 1)
        self._say_wrong()
        if not self._wait_s:
            self._clock.stop()
            self._go.setEnabled(True)

    def _toggle(self) -> None:
        assert isinstance(self._editor, QLineEdit)
        hidden = self._editor.echoMode() == QLineEdit.EchoMode.Password
        self._editor.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._show.setText(self.tr("Hide") if hidden else self.tr("Show"))

    def _busy(self, busy: bool) -> None:
        self._bar.setVisible(busy)
        self._banner.say("")
        self._go.setEnabled(not busy)
