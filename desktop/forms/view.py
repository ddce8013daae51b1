"""A form session on the screen: one page at a time, saved as it is filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from functools import partial

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.forms import words
from desktop.forms.blocks import FieldBlock, PageContext, field_around
from desktop.forms.checking import Checking
from desktop.forms.editors.base import Surroundings
from desktop.forms.failures import Failures
from desktop.forms.frame import FormFrame
from desktop.forms.keyboard import FormKeys
from desktop.forms.ports import Changer, OpenForm
from desktop.forms.progress import page_with, progress_of
from desktop.forms.quick import QuickAnswers
from desktop.forms.reasons import quoted
from desktop.forms.saving import Saver
from desktop.forms.undo import RemovedRow, remember, repeat_of, restore
from desktop.widgets.announcing import announce
from forms.views import ChangeSet, Page

COUNT_MS = 60
"""The counts of the table of contents follow the answers so much later: they read the whole form."""
Route = dict[str, str]


class FormView(FormFrame):
    """Shows an open form, and saves each answer as it is given. GUI thread only.

    Signals:
        submitRequested: the person wants to submit; all is saved and the form finds nothing wrong.
        routeChanged: the page or question is another now; the new `route`.
        issuesChanged: so many answers are to be checked.
        saved: the act for this path is durable.
        printRequested: the person wants the form on paper; asked only after `offer_printing`.
    """

    submitRequested = Signal()
    routeChanged = Signal(dict)
    issuesChanged = Signal(int)
    saved = Signal(str)
    printRequested = Signal()

    def __init__(
        self,
        form: OpenForm,
        tasks: Changer,
        *,
        today: date,
        zone: tzinfo,
        read_only: bool = False,
        keeps: bool = True,
        notices: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Show `form` from its first page.

        Args:
            form: what is filled; each act on it is durable when it returns.
            tasks: the door to the background; every act goes through it.
            today: completes dates typed without a year.
            zone: the offset that dates with a time are stored with.
            read_only: show the answers and let nothing be changed, as for a submitted case.
            keeps: say of each answer that it is saved; a trial keeps nothing.
            notices: question's path without rows -> what its author should know when it is met.
        """
        super().__init__(parent)
        self._form = form
        self._saver = Saver(form, tasks, self)
        self._pages: tuple[Page, ...] = ()
        self._checking = Checking()
        self._page_path = ""
        self._focus_path = ""
        self._place = 0
        self._active: FieldBlock | None = None
        around = Surroundings(
            choices=lambda path, search, limit: form.session.choices(path, search, limit),
            choice_label=lambda path, value: form.session.choice_label(path, value),
            when_quiet=self._saver.when_quiet,
            prepare=self._saver.prepare,
            today=today,
            zone=zone,
            explain=lambda path, aspect: form.session.explain(path, aspect, quoted=quoted),
        )
        self._context = PageContext(
            around, self, self._checking, read_only=read_only, keeps=keeps, notices=notices or {}
        )
        self.build(self._context, lambda words, most: form.session.find(words, most))
        self._failures = Failures(self.page, self.footer)
        self.quick = QuickAnswers(form, self._saver, self.page, self.footer.say)
        self._count_soon = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._connect()
        self._saver.when_quiet(self._open)

    # Building

    def _connect(self) -> None:
        saver = self._saver
        saver.saved.connect(self._on_saved)
        saver.failed.connect(self._failures.add)
        saver.recovered.connect(self._failures.clear)
        saver.applied.connect(self._apply)
        self.contents_list.page_chosen.connect(self.go_to)
        self.contents_box.page_chosen.connect(self.go_to)
        self.page.problem_chosen.connect(self.go_to)
        self.footer.back.connect(self.previous_page)
        self.footer.on.connect(self.next_page)
        self.footer.problem.connect(self.next_problem)
        self.footer.anyway.connect(self._submit_anyway)
        self.footer.retry.connect(lambda: self.retry(self._failures.first))
        self.footer.jump.connect(self.jump.open)
        self.footer.undo.connect(self.undo)
        self.footer.printing.connect(self.printRequested)
        self.footer.language.connect(self.set_language)
        self.jump.chosen.connect(self.go_to)
        self.jump.closed.connect(self._close_jump)
        self._count_soon.timeout.connect(lambda: saver.when_quiet(self._count))
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)
        self._keys = FormKeys(self)

    # What others may ask

    @property
    def route(self) -> Route:
        """Where the person is: ``page`` and ``focus`` paths. Setting it goes there; what is gone is passed over."""
        return {"page": self._page_path, "focus": self._focus_path}

    @route.setter
    def route(self, route: Route) -> None:
        self._saver.when_quiet(lambda: self._follow(route))

    @property
    def is_saved(self) -> bool:
        """True when nothing typed is waiting, under way or refused by the disk."""
        typing = any(block.pending for block in self.page.fields())
        return not (typing or self._saver.busy or self._saver.unsaved)

    @property
    def is_read_only(self) -> bool:
        """True while nothing can be changed."""
        return self._context.read_only

    @property
    def languages(self) -> tuple[tuple[str, ...], str]:
        """The form's languages, and the one that it speaks."""
        return self._form.session.definition.languages, self._form.session.language

    def page_paths(self) -> tuple[str, ...]:
        """Return the pages that are relevant now, in order."""
        return tuple(page.path for page in self._pages)

    def editor(self, path: str) -> QWidget:
        """Return the widget to type into for the question `path` of the open page; KeyError if there is none."""
        block = self.page.block(path)
        if not isinstance(block, FieldBlock):
            raise KeyError(path)
        return block.editor.entrance()

    def go_to(self, path: str) -> None:
        """Open the page of `path` (a page, question, row or repeat) and put the focus there."""
        self.flush()
        self._saver.when_quiet(lambda: self._go(path))

    def next_page(self) -> None:
        """Open the page after this one; after the last, ask to submit."""
        if self._place + 1 < len(self._pages):
            self.turn(1)
        elif not self._context.read_only:
            self.request_submit()

    def previous_page(self) -> None:
        self.turn(-1)

    def request_submit(self) -> None:
        """Save what is typed and check the whole form; then show what is wrong, or emit `submitRequested`."""
        self.flush()
        self._saver.when_quiet(self._submit)

    def check(self) -> None:
        """Check the whole form and show every problem, without submitting."""
        self.flush()
        self._saver.when_quiet(self._check_all)

    def flush(self) -> None:
        """Hand over what is being typed. The commits are under way when this returns; see `saved` and `is_saved`."""
        for block in list(self.page.fields()):
            block.editor.leave()
            block.hand_over()

    def offer_printing(self) -> None:
        """Show the button that asks for the form on paper (Ctrl+P)."""
        self.footer.print_button.show()

    def refresh(self) -> None:
        """Read the session anew, after something else than this view changed it."""
        self._saver.when_quiet(lambda: self._apply(None))

    def when_quiet(self, reading: Callable[[], None]) -> None:
        """Run `reading`, which may read the session on the GUI thread, now or as soon as no act is under way."""
        self._saver.when_quiet(reading)

    def set_read_only(self, read_only: bool) -> None:
        """Let the answers be changed, or only read."""
        self.flush()
        self._context.read_only = read_only
        self.refresh()

    def set_language(self, language: str) -> None:
        """Show the form in another of its languages."""
        self.flush()
        self._saver.act("", lambda: self._form.session.set_language(language))

    def undo(self) -> None:
        """Take the last act on this form back, and go to what it was about. In a line being typed, the line's own."""
        self._rewind(lambda: self._form.undo())

    def redo(self) -> None:
        """Make the act again that was last taken back."""
        self._rewind(lambda: self._form.redo())

    def _rewind(self, step: Callable[[], ChangeSet]) -> None:
        if not self._context.read_only:
            self.flush()
            self._saver.act("", step, self._show_rewound)

    def _show_rewound(self, changes: ChangeSet) -> None:
        about = changes.about
        if about:
            # A row that went leaves its repeat to look at.
            self._go(about if page_with(self._form.session.pages(), about) else about.rpartition("[")[0])

    # Hands of the blocks

    def answer(self, path: str, value: str | None) -> None:
        self._saver.act(path, lambda: self._form.answer(path, value))

    def add_row(self, repeat: str) -> None:
        self._saver.act(repeat, lambda: self._form.add_row(repeat), partial(self._focus_row, repeat))

    def remove_row(self, row: str, label: str) -> None:
        def remove() -> None:
            removed = remember(self._form.session.answers(), row, label)
            repeat = repeat_of(row)
            gone = partial(self._offer_undo, repeat, removed)
            self._saver.act(repeat, lambda: self._form.remove_row(row), gone)

        self._saver.when_quiet(remove)

    def move_row(self, row: str, by: int) -> None:
        self.flush()
        self._saver.act(repeat_of(row), lambda: self._form.move_row(row, by), partial(self._tell_moved, row, by))

    def restore_row(self, removed: RemovedRow) -> None:
        repeat = repeat_of(removed.path)
        self._saver.act(repeat, lambda: restore(self._form, removed), partial(self._focus_row, repeat))

    def retry(self, path: str) -> None:
        self._saver.retry(path)

    def go_on_from(self, block: FieldBlock) -> None:
        target = self.page.after(block)
        if target is not None:
            self._focus(target)
        else:
            self.footer.on_button.setFocus(Qt.FocusReason.TabFocusReason)

    def lay_out_rows(self) -> None:
        self.flush()
        self._saver.when_quiet(self.page.lay_out_rows)

    def reshaped(self) -> None:
        self.page.set_tab_order()

    # Reading the session; all of these run while quiet

    def _open(self) -> None:
        self._count()
        if self._pages:
            self._show(self._pages[0])

    def _apply(self, changes: ChangeSet | None) -> None:
        """Bring the page in step with the session: only what changed, or all of it when that is not known."""
        self.footer.ask_anyway(False)
        if changes is None or changes.structure or changes.rows or any("]" in path for path in changes.changed):
            self._pages = self._form.session.pages()
            if self._pages:
                self._show(self._same_page(), another=False)
        else:
            for block in list(self.page.blocks()):
                if block.path in changes.changed:
                    block.show_question(self._form.session.question(block.path))
        self._count_soon.start()

    def _same_page(self) -> Page:
        """Return the open page as it is now. A run of questions outside groups goes by its first, which may go away."""
        found = page_with(self._pages, self._page_path) or page_with(self._pages, self._focus_path)
        return found or self._pages[min(self._place, len(self._pages) - 1)]

    def _show(self, page: Page, *, another: bool = True) -> None:
        self._place = next(place for place, each in enumerate(self._pages) if each.path == page.path)
        moved = page.path != self._page_path
        self._page_path = page.path
        title = words.page_title(page.label, self._place + 1) if len(self._pages) > 1 else page.label
        self.page.show_page(page, title, another=another)
        self._failures.mark_page()
        self._show_progress()
        if moved:
            self._focus_path = "" if another else self._focus_path
            self.routeChanged.emit(self.route)

    def _count(self) -> None:
        session = self._form.session
        self._pages = session.pages()
        if self._pages:
            self._page_path = self._same_page().path
        before = len(self._checking.to_check)
        if self._checking.look(session, self._context.visited):
            for block in list(self.page.fields()):
                block.tell()
        self._show_progress()
        if len(self._checking.to_check) != before:
            self.issuesChanged.emit(len(self._checking.to_check))

    def _show_progress(self) -> None:
        read_only = self._context.read_only
        to_check = () if read_only else self._checking.to_check
        paths = frozenset(issue.path for issue in to_check)
        number, seen = self._place, self._context.visited
        self.contents.show_pages(tuple(progress_of(page, paths, seen) for page in self._pages))
        self.contents_list.select(number)
        self.contents_box.select(number)
        self.footer.show_place(number, len(self._pages), read_only=read_only)
        self.footer.show_problems(len(to_check))
        self.footer.offer_undo(self._form.session.can_undo and not read_only)
        self.footer.offer_languages(*self.languages)
        self.page.problems.show_issues(to_check if self._checking.everything else ())
        self.arrange(several=len(self._pages) > 1)

    def _follow(self, route: Route) -> None:
        page = page_with(self._pages, route.get("page", ""))
        if page is not None:
            self._show(page)
        focus = route.get("focus", "")
        if focus and page_with(self._pages, focus) is not None:
            self._go(focus)

    def _go(self, path: str) -> None:
        self._pages = self._form.session.pages()
        page = page_with(self._pages, path)
        if page is None:
            return
        if page.path != self._page_path:
            self._leave_page()
            self._show(page)
        self.page.open_rows_around(f"{path}/" if path.endswith("]") else path)
        fields = list(self.page.fields())
        block = next((each for each in fields if each.path == path or each.path.startswith(f"{path}/")), None)
        if block is None and path == page.path and fields:
            block = fields[0]
        shown = self.page.block(path)
        if block is not None:
            self._focus(block.editor.entrance())
        elif shown is not None:
            self._focus(shown.entrance())
            self._focus_path = path

    def _leave_page(self) -> None:
        """A page that was gone through counts as seen: what is missing on it is to be checked from now on."""
        self._context.visited.update(block.path for block in self.page.fields())
        self._count_soon.start()

    def _submit(self) -> None:
        if self._saver.unsaved:
            self._failures.tell_elsewhere()
            return
        wrong = next((block for block in self.page.fields() if block.editor.own_problem()), None)
        self._check_all()
        if self._checking.to_check:
            self._go(self._checking.to_check[0].path)
        elif wrong is not None:
            self._focus(wrong.editor.entrance())
        elif any(page.answered for page in self.contents.pages):
            self.submitRequested.emit()
        else:
            self.footer.ask_anyway(True)
            self.footer.anyway_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit_anyway(self) -> None:
        self.footer.ask_anyway(False)
        self.submitRequested.emit()

    def _check_all(self) -> None:
        self._checking.everything = True
        self._count()
        for block in list(self.page.fields()):
            block.tell()

    def _focus_row(self, repeat: str, changes: ChangeSet) -> None:
        self._go(f"{repeat}[{changes.added_row}]")

    def _tell_moved(self, row: str, by: int, changes: ChangeSet) -> None:
        block, focus = self.page.repeat(repeat_of(row)), QApplication.focusWidget()
        if block is None:
            return
        if focus is not None and self.page.isAncestorOf(focus):
            self.page.bring_into_view(focus)
        if changes.answers:
            announce(block, block.place_words(row))
        else:
            self.footer.say(block.end_words(row, by))

    def _offer_undo(self, repeat: str, removed: RemovedRow, _changes: ChangeSet) -> None:
        block = self.page.repeat(repeat)
        if block is not None:
            block.offer_undo(removed)
            self.page.bring_into_view(block.undo)

    # Moving about

    def turn(self, step: int) -> None:
        """Go so many pages on, or back."""
        target = self._place + step
        if 0 <= target < len(self._pages):
            self.go_to(self._pages[target].path)

    def _close_jump(self) -> None:
        if self._focus_path:
            self.go_to(self._focus_path)

    def next_problem(self) -> None:
        """Go to the next answer to check; with none known, check the whole form first."""
        self._walk_problems(1)

    def previous_problem(self) -> None:
        """Go to the answer to check before this one."""
        self._walk_problems(-1)

    def _walk_problems(self, step: int) -> None:
        self.flush()

        def walk() -> None:
            self._count()
            if not self._checking.to_check:
                self._check_all()
            target = self._checking.beside(self._pages, self._focus_path, step)
            if target is not None:
                self._go(target)

        self._saver.when_quiet(walk)

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self.page.bring_into_view(widget)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if not shiboken6.isValid(self):
            return
        active = self._active if self._active is not None and shiboken6.isValid(self._active) else None
        if new is None:
            # The window lost the focus, not the field: save, but do not correct.
            if active is not None:
                active.hand_over()
            return
        block = field_around(new)
        if block is not None and not self.isAncestorOf(block):
            block = None
        by_keyboard = QApplication.mouseButtons() == Qt.MouseButton.NoButton
        if by_keyboard and self.page.isAncestorOf(new):
            # Not for the mouse: what moves between press and release is missed.
            self.page.bring_into_view(new)
        if block is active:
            return
        self._active = block
        self.footer.say("")
        if active is not None:
            active.leave()
            self._count_soon.start()
        if block is not None:
            block.enter()
            self._focus_path = block.path
            self.routeChanged.emit(self.route)

    # What became of acts

    def _on_saved(self, path: str) -> None:
        for block in self.page.fields():
            block.mark_saved(block.path == path)
        for repeat in self.page.repeats():
            repeat.mark_saved()
        self.saved.emit(path)

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)
