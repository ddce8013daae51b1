"""The form's tab with the versions of the form: the line above it, the page in its place, and the acts of both."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cases.errors import EstafetteError
from desktop.context import Context
from desktop.screens.record.versions import VersionLine, VersionPage, VersionStanding
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, holder
from desktop.words.errors import explain
from sync import moving
from sync.desk import OpenForm
from sync.moving import Move


class FormTab(QWidget):
    """Holds the form in ``form_page``. GUI thread only; every look and act goes through the door for acts.

    Signals:
        flush_wanted: hand over what is being typed, before anything is looked at.
        changed: the case is on another version now, or one of its answers is another.
    """

    flush_wanted = Signal()
    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._form: OpenForm | None = None
        self._standing = VersionStanding()
        self._put_off: set[tuple[str, str]] = set()
        self.form_page: QVBoxLayout = column(gap=0)
        self.line = VersionLine()
        self.page = VersionPage()
        self._message = Banner("critical", name="version.message")
        self._form_holder = holder(self.form_page)
        whole = column(self.line, self._message, self._form_holder, self.page, gap=0)
        whole.setStretch(2, 1)
        whole.setStretch(3, 1)
        self.setLayout(whole)
        self.line.look_wanted.connect(self._look)
        self.line.earlier_wanted.connect(self._show_earlier)
        self.line.later_wanted.connect(self._not_now)
        self.page.look_wanted.connect(self._look)
        self.page.move_wanted.connect(self._move)
        self.page.take_wanted.connect(self._take)
        self.page.closed.connect(self.close_page)
        self.page.hide()

    def clear(self) -> None:
        """Forget the case."""
        self._form = None
        self.close_page()
        self.line.show_standing(VersionStanding(), put_off=False)

    def show_standing(self, form: OpenForm, standing: VersionStanding) -> None:
        """Say where this case stands among the versions of its form."""
        if form is not self._form:
            self.close_page()
        self._form, self._standing = form, standing
        self._draw_line()

    def close_page(self) -> None:
        """Show the form again."""
        self._message.say("")
        self.page.hide()
        self._form_holder.show()
        self._draw_line()

    @property
    def reads_versions(self) -> bool:
        """Whether the page about versions stands in the place of the form."""
        return self._form is not None and not self.page.isHidden()

    def _draw_line(self) -> None:
        put_off = self._form is not None and (self._form.case_id, self._standing.newer) in self._put_off
        self.line.show_standing(self._standing if self._form is not None else VersionStanding(), put_off=put_off)
        if not self.page.isHidden():
            self.line.hide()

    def _not_now(self) -> None:
        if self._form is not None:
            self._put_off.add((self._form.case_id, self._standing.newer))
        self._draw_line()

    def _open_page(self) -> None:
        self._message.say("")
        self._form_holder.hide()
        self.page.show()
        self.line.hide()

    def _look(self, version: str) -> None:
        form, desk = self._form, self._context.desk
        if form is None:
            return
        self.flush_wanted.emit()
        self._context.tasks.change(
            self, lambda: moving.plan(desk, form, version), lambda move: self._show_move(form, move), self._failed
        )

    def _show_move(self, form: OpenForm, move: Move) -> None:
        if form is self._form:
            self._open_page()
            self.page.show_move(move)

    def _show_earlier(self) -> None:
        if self._form is not None:
            self.flush_wanted.emit()
            self._open_page()
            self.page.show_earlier(self._standing, editable=self._form.editable)

    def _move(self, move: Move) -> None:
        form, desk = self._form, self._context.desk
        if form is not None:
            self._context.tasks.change(
                self, lambda: moving.move(desk, form, move), lambda _act: self._moved(form, move), self._failed
            )

    def _moved(self, form: OpenForm, move: Move) -> None:
        words = self.tr("The case is on version %1 of the form now, saved on this computer")
        self._context.say(words.replace("%1", move.name), "positive")
        if form is self._form:
            self.close_page()
            self.changed.emit()

    def _take(self, to: str, value: str) -> None:
        form, desk = self._form, self._context.desk
        if form is not None:
            self._context.tasks.change(
                self, lambda: moving.take(desk, form, to, value or None), lambda _act: self._taken(form), self._failed
            )

    def _taken(self, form: OpenForm) -> None:
        if form is self._form:
            self.close_page()
            self.changed.emit()

    def _failed(self, error: EstafetteError) -> None:
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}")
