"""What the form view needs from outside: an open form, and the door to background work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject

from cases.errors import EstafetteError
from forms.views import ChangeSet

if TYPE_CHECKING:
    from forms.session import Session


class OpenForm(Protocol):
    """A filling session whose acts are committed as they are made (``sync.desk.OpenForm``).

    An act returns once it is durable. The acts run on a background thread, one at a time; `session` is read on the GUI
    thread only while none runs. An ``EnvironmentFault`` leaves the value in the session, and the next act or `save`
    commits it.
    """

    @property
    def session(self) -> Session: ...

    def answer(self, path: str, value: str | None, /) -> ChangeSet: ...

    def add_row(self, repeat: str, /) -> ChangeSet: ...

    def remove_row(self, row: str, /) -> ChangeSet: ...

    def move_row(self, row: str, by: int, /) -> ChangeSet: ...

    def undo(self) -> ChangeSet: ...

    def redo(self) -> ChangeSet: ...

    def save(self) -> object: ...


class Changer(Protocol):
    """The door for acts (``desktop.tasks.Tasks``): one after the other, results delivered on the GUI thread."""

    def change(
        self,
        owner: QObject,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[EstafetteError], None] | None = None,
    ) -> object: ...
