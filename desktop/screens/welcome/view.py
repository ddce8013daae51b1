"""Enrolment as one page with sections: the central service, this computer, the passphrase."""

from __future__ import annotations

import platform

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from cases.errors import EstafetteError
from cases.workspace import Workspace
from desktop.screens.welcome.model import Entries, passphrase_hint, problems
from desktop.station import Station
from desktop.tasks import Tasks
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, centred, column, frame, holder, label, row, scroll
from desktop.widgets.field import Field
from desktop.words.errors import explain

_FIELD_OF_CODE = {
    "enrol.wrong_code": "code",
    "enrol.code_used": "code",
    "enrol.code_missing": "code",
    "enrol.other_agent": "code",
    "enrol.other_office": "code",
    "enrol.code_expired": "code",
    "network.unreachable": "server",
    "server.insecure_url": "server",
    "server.url": "server",
    "passphrase.too_short": "passphrase",
    "passphrase.too_plain": "passphrase",
}


class WelcomeView(QWidget):
    """Enrols this computer; everything typed stays whatever happens.

    Signals:
        made: the ``Workspace``, open and not enrolled yet.
        opened: the enrolled ``Workspace``, open.
    """

    made = Signal(object)
    opened = Signal(object)

    def __init__(self, station: Station, tasks: Tasks, workspace: Workspace | None = None) -> None:
        """``workspace``: one that was made and unlocked but is not enrolled yet; its passphrase is chosen already."""
        super().__init__()
        self._station, self._tasks, self._workspace = station, tasks, workspace
        self.server = Field(
            self.tr("Address of the central service"),
            help_text=self.tr("Your supervisor gave it to you with the enrolment code."),
            name="enrol.server",
        )
        self.code = Field(self.tr("Enrolment code"), help_text=self.tr("It works once only."), name="enrol.code")
        self.device = Field(
            self.tr("Name of this computer"),
            help_text=self.tr("Your supervisor sees it in the list of computers."),
            name="enrol.device",
        )
        self.passphrase = Field(self.tr("Passphrase"), help_text=passphrase_hint(""), name="enrol.passphrase")
        self.again = Field(self.tr("The same passphrase again"), name="enrol.passphrase_again")
        self._fields = {
            "server": self.server,
            "code": self.code,
            "device": self.device,
            "passphrase": self.passphrase,
            "again": self.again,
        }
        self._banner = Banner("critical", name="enrol.message")
        self._warning = Banner("critical", name="enrol.warning")
        self._progress = label("", "strong", name="enrol.progress")
        self._bar = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._bar.setAccessibleName(self.tr("Under way"))
        self._go = button(
            self.tr("Enrol this computer"), self.enrol, kind="primary", name="enrol.go", shortcut="Ctrl+Return"
        )
        self._build()
        if workspace is None:
            # Said before the form is filled: without a place for the secret, nothing can be made.
            tasks.read(self, station.probe_secrets, lambda _kept: None, self._no_secret_place, key="probe")

    @property
    def message(self) -> str:
        """What the banner says; empty when nothing."""
        return self._banner.words

    @property
    def warning(self) -> str:
        """What makes enrolling impossible on this computer; empty when nothing does."""
        return self._warning.words

    def explain(self) -> str:
        """Return what this screen is for (F1)."""
        return self.tr(
            "This computer is not known to the central service yet. Enter the address and the enrolment code, choose "
            "a passphrase, and press « Enrol this computer ». From then on you can work with or without a network."
        )

    def enrol(self) -> None:
        """Check what was typed, make the encrypted workspace, then present this computer to the central service."""
        entries = self._entries()
        found = problems(entries, with_passphrase=self._workspace is None)
        for name, field in self._fields.items():
            field.set_error(found.get(name, ""))
        self._banner.say("")
        if found:
            self._fields[next(iter(found))].editor.setFocus()
        elif self._workspace is not None:
            self._introduce(entries)
        else:
            self._busy(self.tr("Making the encrypted workspace…"))
            self._tasks.change(self, lambda: self._station.create(entries.passphrase), self._made, self._failed)

    def _build(self) -> None:
        for field in (self.passphrase, self.again):
            assert isinstance(field.editor, QLineEdit)
            field.editor.setEchoMode(QLineEdit.EchoMode.Password)
        for field in self._fields.values():
            assert isinstance(field.editor, QLineEdit)
            field.editor.returnPressed.connect(self.enrol)
            field.editor.textEdited.connect(field.clear_error)
        self.passphrase.line.textEdited.connect(lambda text: self.passphrase.set_help(passphrase_hint(text)))
        self.device.line.setText(platform.node().split(".")[0])
        self.server.line.setPlaceholderText("https://")
        self._secret_card = self._card(
            self.tr("Your passphrase"),
            self.tr("It opens your work on this computer, even without a network. Nobody can recover it for you."),
            self.passphrase,
            self.again,
        )
        content = column(
            label("Estafette", "word"),
            label(self.tr("Enrol this computer"), "title"),
            label(self.tr("Once only. It takes two minutes and needs the network.")),
            8,
            self._warning,
            self._card(self.tr("Central service"), "", self.server, self.code),
            self._card(self.tr("This computer"), "", self.device),
            self._secret_card,
            self._banner,
            self._progress,
            self._bar,
            row(self._go, -1),
            -1,
            gap=12,
        )
        self._progress.hide()
        self._bar.hide()
        if self._workspace is not None:
            self._passphrase_is_chosen()
        self.setLayout(column(scroll(centred(holder(content)))))

    def _card(self, title: str, text: str, *fields: Field) -> QWidget:
        parts: list[QWidget] = [label(title, "heading")]
        if text:
            parts.append(label(text, "secondary"))
        return frame("card", column(*parts, *fields, margins=(20, 16, 20, 20), gap=12))

    def _entries(self) -> Entries:
        texts = {
            name: field.editor.text() for name, field in self._fields.items() if isinstance(field.editor, QLineEdit)
        }
        return Entries(**texts)

    def _no_secret_place(self, error: EstafetteError) -> None:
        words = explain(error)
        self._warning.say(words.what, " ".join(part for part in (words.safe, words.next) if part))

    def _made(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.made.emit(workspace)
        self._passphrase_is_chosen()
        self._introduce(self._entries())

    def _passphrase_is_chosen(self) -> None:
        # The workspace now holds this computer's key: a lost answer costs nothing when the same key asks again.
        self._secret_card.setEnabled(False)
        self.passphrase.set_help(self.tr("Chosen: your encrypted workspace is ready on this computer."))

    def _introduce(self, entries: Entries) -> None:
        self._busy(self.tr("Presenting this computer to the central service…"))
        workspace = self._workspace
        assert workspace is not None
        self._tasks.change(
            self,
            lambda: self._station.enrol(workspace, entries.server_url, entries.plain_code, entries.device.strip()),
            lambda _identity: self._finish(),
            self._failed,
        )

    def _finish(self) -> None:
        self._busy("")
        self.opened.emit(self._workspace)

    def _failed(self, error: EstafetteError) -> None:
        self._busy("")
        words = explain(error)
        name = _FIELD_OF_CODE.get(error.code)
        if name is None or not self._fields[name].isEnabled():
            self._banner.say(words.what, " ".join(part for part in (words.safe, words.next) if part), tone="critical")
            self._go.setFocus()
            return
        self._fields[name].set_error(f"{words.what} {words.next}")
        editor = self._fields[name].editor
        editor.setFocus()

    def _busy(self, words: str) -> None:
        self._progress.setText(words)
        self._progress.setVisible(bool(words))
        self._bar.setVisible(bool(words))
        self._go.setEnabled(not words)
        for field in (self.server, self.code, self.device):
            field.setEnabled(not words)
