"""The authors' bench: the form as an agent fills it, and beside it what its author wants to know.

Nothing is kept and nothing is sent: the filling is the steps that made it (:mod:`forms.trial`), so that every change of
the file, of the language, of the day or of the zone makes it again from them.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QSplitter, QStackedWidget, QTabWidget, QWidget

from cases.clock import SystemClock, moment
from cases.errors import EnvironmentFault, EstafetteError
from desktop.authors.head import Head
from desktop.authors.reading import FormReader, Outcome
from desktop.authors.report import ReportTab
from desktop.authors.state import StateTab
from desktop.authors.trying import TryingTab
from desktop.authors.why import WhyTab
from desktop.authors.words import TrialCounts, notices, translate, trial_line
from desktop.forms.progress import page_with
from desktop.forms.view import FormView
from desktop.i18n import language
from desktop.shell.strip import Strip
from desktop.tasks import Tasks
from desktop.theme import theme
from desktop.widgets.banner import Empty
from desktop.widgets.basics import add_key, column, holder
from desktop.words.errors import explain
from forms.languages import matching_language
from forms.replay import LANGUAGE, Step, StepsError, read_steps
from forms.trial import Trial, as_script
from sync.form_command import steps_words
from sync.form_reading import ReadForm, content_of

FOLLOW_MS = 60
"""The state and the explanation follow the answers so much later: they read the whole form."""
ALWAYS_LINES = 3000
"""A state of more lines is read only while somebody looks at it."""


@dataclass(frozen=True)
class _Made:
    """A trial, and the steps it was made from, to see whether more was done meanwhile."""

    trial: Trial
    form: ReadForm
    base: tuple[Step, ...]
    reread: bool


class BenchWindow(QMainWindow):
    """GUI thread only. Show it, then call ``begin``.

    Args:
        now: what the clock says in the form, None for this computer's.
        zone_name: the zone's name as it was given, None for this computer's.
    """

    def __init__(self, path: Path, *, now: datetime | None, zone: tzinfo, zone_name: str | None, seed: int) -> None:
        super().__init__()
        self.path = path
        self._now, self._zone, self._zone_name, self._seed = now, zone, zone_name, seed
        self.tasks = Tasks(self)
        self.form: ReadForm | None = None
        self.trial: Trial | None = None
        self.view: FormView | None = None
        self.making = False
        self._sharing = True
        self._why_path = ""
        self.reader = FormReader(path, self.tasks, self)
        self.head, self.strip = Head(), Strip()
        self.report, self.state, self.why, self.trying = ReportTab(), StateTab(), WhyTab(), TryingTab()
        self._follow = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._arrange()
        self._connect()
        self._show_settings()

    @property
    def follows(self) -> bool:
        """True while the state beside the form is about to be read again."""
        return self._follow.isActive()

    # Building

    def _arrange(self) -> None:
        self.left = QStackedWidget()
        self.waiting = Empty("hourglass", translate("Authors", "Reading the form…"))
        self.left.addWidget(self.waiting)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("bench.tabs")
        self.tabs.setDocumentMode(True)
        for number, (tab, words) in enumerate(
            (
                (self.report, translate("Authors", "Report")),
                (self.state, translate("Authors", "State")),
                (self.why, translate("Authors", "Why")),
                (self.trying, translate("Authors", "Trial")),
            ),
            1,
        ):
            place = self.tabs.addTab(tab, words)
            self.tabs.setTabToolTip(place, f"{words} (Alt+{number})")
        side = holder(column(self.tabs))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for part, share in ((self.left, 62), (side, 38)):
            part.setMinimumWidth(280)
            self.splitter.addWidget(part)
            self.splitter.setStretchFactor(self.splitter.count() - 1, share)
        self.setCentralWidget(holder(column(self.head, self.splitter, self.strip, gap=0)))
        self.strip.show_state(trial_line())
        self.setWindowTitle(self.path.name)
        self.setMinimumSize(720, 480)
        screen = QGuiApplication.primaryScreen().availableSize()
        self.resize(min(1366, screen.width()), min(768, screen.height() - 32))
        theme().changed.connect(self._share)
        self.splitter.splitterMoved.connect(lambda *_where: setattr(self, "_sharing", False))
        self._share()

    def _share(self) -> None:
        """Share the width until the person does: large text wants all the tabs to be read, too."""
        if not self._sharing:
            return
        tabs_px = self.tabs.tabBar().sizeHint().width() + 32
        side_px = max(38 * self.width() // 100, min(tabs_px, self.width() // 2))
        self.splitter.setSizes([self.width() - side_px, side_px])

    def _connect(self) -> None:
        self.reader.began.connect(partial(self.head.show_reading, True))
        self.reader.ended.connect(self._on_read)
        self.reader.failed.connect(self._on_unreadable)
        self.tasks.refused.connect(self._say_error)
        self.head.reload_wanted.connect(self.reader.read)
        self.head.cancel_wanted.connect(self.reader.cancel)
        self.report.picked.connect(self._go_reported)
        self.state.picked.connect(self.go_to)
        self.state.current.connect(self._look_at)
        self.why.picked.connect(self.go_to)
        self.trying.language_chosen.connect(self.choose_language)
        self.trying.moment_chosen.connect(self._choose_moment)
        self.trying.zone_chosen.connect(self._choose_zone)
        self.trying.reset_wanted.connect(self.start_over)
        self.trying.save_wanted.connect(self._ask_where_to_save)
        self.trying.open_wanted.connect(self._ask_what_to_open)
        self.tabs.currentChanged.connect(lambda _place: self._follow.start())
        self._follow.timeout.connect(self._follow_now)
        acts: tuple[tuple[str, Callable[[], object]], ...] = (
            ("F5", self.reader.read),
            ("F6", self._other_side),
            ("Ctrl+S", self._ask_where_to_save),
            ("Ctrl+O", self._ask_what_to_open),
            ("Ctrl+R", self.start_over),
            *((f"Alt+{place + 1}", partial(self._open_tab, place)) for place in range(self.tabs.count())),
        )
        for keys, act in acts:
            add_key(self, keys, act)

    def begin(self) -> None:
        """Read the file for the first time, and follow it from then on."""
        self.reader.read()

    # Reading the file

    def _on_read(self, outcome: Outcome) -> None:
        self.head.show_reading(False)
        if outcome.cancelled:
            self.strip.say(translate("Authors", "The reading was cancelled. F5 begins it again."), "info")
            if self.view is None:
                self.waiting.say(translate("Authors", "The form was not read."), translate("Authors", "F5 reads it."))
            return
        if outcome.form is None:
            self._show_broken(outcome)
            return
        form = outcome.form
        definition = form.definition
        counts = translate("Authors", "%1 · version %2 · %3 questions · %4 formulas")
        for place, value in enumerate(
            (self.path.name, definition.version or "-", len(definition.questions), len(definition.formulas)), 1
        ):
            counts = counts.replace(f"%{place}", str(value))
        self.head.show_form(definition.title, counts, form.publishable)
        self._show_report(outcome, form)
        self.make(form, reread=True)

    def _show_report(self, outcome: Outcome, form: ReadForm) -> None:
        if not form.publishable:
            title = translate("Authors", "This form cannot be published as it is.")
            self.report.show_lines(
                outcome.lines, title, translate("Authors", "What works can be tried all the same."), "caution"
            )
        elif outcome.lines:
            title = translate("Authors", "This form can be published.")
            self.report.show_lines(
                outcome.lines, title, translate("Authors", "Return goes to the question."), "positive"
            )
        else:
            title = translate("Authors", "This form can be published.")
            self.report.show_lines([], title, translate("Authors", "There is nothing to say about it."), "positive")

    def _show_broken(self, outcome: Outcome) -> None:
        self.head.show_form(self.path.name, str(self.path.parent), None)
        text = translate("Authors", "Mend this in the file and save it: it is read again at once.")
        title = translate("Authors", "The file does not open")
        if self.view is not None:
            title = translate("Authors", "The file does not open any more; the form beside is the one before")
        self.report.show_lines(outcome.lines, title, text, "critical")
        self.tabs.setCurrentWidget(self.report)
        self.waiting.say(
            translate("Authors", "The form does not open yet"),
            translate("Authors", "The report says why. The window follows the file: save it once it is mended."),
        )

    def _on_unreadable(self, error: EstafetteError) -> None:
        self.head.show_reading(False)
        self._say_error(error)

    # The trial

    def make(
        self,
        form: ReadForm,
        *,
        steps: Iterable[Step] | None = None,
        as_script: bool = False,
        reread: bool = False,
    ) -> None:
        """Make the filling anew: from what was done so far, or from ``steps``."""
        if self.view is not None:
            self.view.flush()
        self.making = True
        given = None if steps is None else tuple(steps)
        now, zone, seed, trial = self._moment(), self._zone, self._seed, self.trial

        def work() -> _Made:
            base = () if trial is None else trial.steps
            first = base if trial is not None else _first_steps(form)
            made = Trial(
                form.definition,
                now=now,
                zone=zone,
                seed=seed,
                steps=first if given is None else given,
                as_script=as_script,
            )
            return _Made(made, form, base, reread)

        def done(made: _Made) -> None:
            if given is None and self._went_on(made):
                self.make(form, reread=reread)
            else:
                self._show(made)

        self.tasks.change(self, work, done)

    def _went_on(self, made: _Made) -> bool:
        """Whether the person did more while the filling was made: then it is made again, for nothing typed is lost."""
        if self.view is None or self.trial is None:
            return False
        self.view.flush()
        return not self.view.is_saved or self.trial.steps != made.base

    def _show(self, made: _Made) -> None:
        trial, old = made.trial, self.view
        route = dict(old.route) if old is not None else {}
        if old is not None and not is_within(old, QApplication.focusWidget()):
            route["focus"] = ""
        fresh = made.form is not self.form or self.trial is None
        self.form, self.trial = made.form, trial
        view = FormView(
            trial,
            self.tasks,
            today=self._moment().astimezone(self._zone).date(),
            zone=self._zone,
            keeps=False,
            notices=notices(made.form),
        )
        self.view = view
        view.saved.connect(lambda _path: self._follow.start())
        view.routeChanged.connect(self._on_route)
        view.submitRequested.connect(self._say_complete)
        self.left.addWidget(view)
        self.left.setCurrentWidget(view)
        if old is not None:
            self.left.removeWidget(old)
            old.hide()
            old.deleteLater()
        view.route = route
        self.why.use(made.form)
        if fresh and old is None:
            view.when_quiet(lambda: self.state.renew(trial.session.state_lines()))
        self._show_settings()
        self.making = False
        self._follow_now()
        self._say_kept(trial, made.reread and old is not None)

    def _say_kept(self, trial: Trial, reread: bool) -> None:
        said = []
        for steps, words in ((trial.dropped, TrialCounts().dropped), (trial.unfit, TrialCounts().unfit)):
            if steps:
                names = ", ".join(step.on for step in steps[:5]) + (", …" if len(steps) > 5 else "")
                said.append(words(len(steps)).replace("%1", names))
        if said:
            self.strip.say(" ".join(said), "caution")
        elif reread:
            self.strip.say(translate("Authors", "Read again; every answer was kept."), "positive")

    def _moment(self) -> datetime:
        return self._now or moment(SystemClock().now_ms(), self._zone)

    def _show_settings(self) -> None:
        self.trying.show_moment(self._moment(), self._zone, self._zone_name or str(self._zone))
        definition = None if self.form is None else self.form.definition
        spoken_now = "" if self.trial is None else self.trial.session.language
        self.trying.show_languages(() if definition is None else definition.languages, spoken_now)

    # What the person chooses

    def choose_language(self, name: str) -> None:
        """Speak another of the form's languages."""
        self._make_again(Step(LANGUAGE, name))

    def _choose_moment(self, naive: datetime | None) -> None:
        self._now = None if naive is None else naive.replace(tzinfo=self._zone)
        self._make_again()

    def _choose_zone(self, zone: tzinfo) -> None:
        if self._now is not None:
            self._now = self._now.replace(tzinfo=zone)
        self._zone, self._zone_name = zone, str(zone)
        self._make_again()

    def _make_again(self, *more: Step) -> None:
        if self.form is None or self.trial is None or self.view is None:
            return
        self.view.flush()
        form, trial = self.form, self.trial
        if more:
            # What is being typed is an act that comes first.
            self.tasks.change(self, lambda: (*trial.steps, *more), lambda steps: self.make(form, steps=steps))
        else:
            self.make(form)

    def start_over(self) -> None:
        """Forget what was done, and begin with an empty form."""
        if self.form is not None:
            self.make(self.form, steps=_first_steps(self.form))
            self.strip.say(translate("Authors", "The trial begins anew."), "info")

    # Steps

    def save_steps(self, target: Path) -> None:
        """Write what was done so far as a script for ``--replay``."""
        trial = self.trial
        if trial is None or self.view is None:
            return
        self.view.flush()

        def work() -> int:
            steps = trial.steps
            text = json.dumps(as_script(steps), ensure_ascii=False, indent=1)
            try:
                target.write_text(text + "\n", "utf-8")
            except OSError as error:
                raise EnvironmentFault("file.unwritable", file=target.name) from error
            return len(steps)

        def done(count: int) -> None:
            self.trying.show_command(self._command(target))
            words = translate("Authors", "Saved in %1: %2.").replace("%1", target.name)
            self.strip.say(words.replace("%2", TrialCounts().steps(count)), "positive")

        self.tasks.change(self, work, done)

    def _command(self, target: Path) -> str:
        parts = [
            "main.py",
            "form",
            str(self.path),
            "--replay",
            str(target),
            "--now",
            self._moment().isoformat("T", "seconds"),
        ]
        parts += ["--timezone", self._zone_name] if self._zone_name else []
        parts += ["--seed", str(self._seed)] if self._seed else []
        return shlex.join(parts)

    def open_steps(self, source: Path) -> None:
        """Make the steps of a script in place of what was done."""
        form = self.form
        if form is None:
            return

        def work() -> tuple[Step, ...] | StepsError:
            try:
                return read_steps(content_of(source))
            except StepsError as error:
                return error

        def done(found: tuple[Step, ...] | StepsError) -> None:
            if isinstance(found, StepsError):
                words = steps_words(found, source)
                self.strip.say(words.fr if language() == "fr" else words.en, "critical")
            else:
                self.make(form, steps=found, as_script=True)

        self.tasks.read(self, work, done)

    def _ask_where_to_save(self) -> None:
        dialog = self._ask_file(translate("Authors", "Save the steps"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(f"{self.path.stem}-steps.json")
        dialog.fileSelected.connect(lambda name: self.save_steps(Path(name)))
        dialog.open()

    def _ask_what_to_open(self) -> None:
        dialog = self._ask_file(translate("Authors", "Open steps"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_steps(Path(name)))
        dialog.open()

    def _ask_file(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title, str(self.path.parent), "JSON (*.json)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    # Going about

    def go_to(self, path: str) -> None:
        """Go to what stands at ``path``; what no page shows now is explained instead."""
        trial, view = self.trial, self.view
        if trial is None or view is None or not path:
            return

        def go() -> None:
            if page_with(trial.session.pages(), path) is not None:
                view.go_to(path)
                return
            self._why_path = path
            self.tabs.setCurrentWidget(self.why)
            self.why.explain(trial.session, path)
            self.why.setFocus(Qt.FocusReason.OtherFocusReason)

        view.flush()
        view.when_quiet(go)

    def _go_reported(self, path: str) -> None:
        trial, view = self.trial, self.view
        if trial is None or view is None:
            return
        root = trial.session.definition.root.name

        def go() -> None:
            thing = trial.session.locate(f"/{root}{path}") if path else None
            if thing is None:
                self.strip.say(translate("Authors", "This line is about no question in particular."), "info")
            else:
                self.go_to(thing.path)

        view.when_quiet(go)

    def _on_route(self, route: dict[str, str]) -> None:
        self._look_at(route.get("focus", ""))

    def _look_at(self, path: str) -> None:
        if path and path != self._why_path:
            self._why_path = path
            self._follow.start()

    def _follow_now(self) -> None:
        """Bring what stands beside the form in step with it."""
        if self.view is not None and not self.making:
            self.view.when_quiet(self._read_session)

    def _read_session(self) -> None:
        trial = self.trial
        if trial is None:
            return
        if self.tabs.currentWidget() is self.state or len(self.state.model.lines) < ALWAYS_LINES:
            lines = trial.session.state_lines()
            if lines != self.state.model.lines:
                self.state.take(lines)
        if self.tabs.currentWidget() is self.why:
            self.why.explain(trial.session, self._why_path)
        self.trying.show_steps(len(trial.steps))

    def _open_tab(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)
        page = self.tabs.currentWidget()
        if page is not None:
            page.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _other_side(self) -> None:
        """F6: from the form to the tabs and back."""
        focus = QApplication.focusWidget()
        if self.view is not None and not is_within(self.left, focus):
            self._to_form()
        else:
            self._open_tab(self.tabs.currentIndex())

    def _to_form(self) -> None:
        view = self.view
        if view is not None:
            view.go_to(view.route["focus"] or view.route["page"])

    def _step_back(self) -> None:
        """Esc: end a reading, else go back to the form."""
        if self.reader.reading:
            self.reader.cancel()
        elif not is_within(self.left, QApplication.focusWidget()):
            self._to_form()

    # Saying

    def _say_complete(self) -> None:
        words = translate("Authors", "The form is complete: an agent could hand it in. Here nothing is sent.")
        self.strip.say(words, "positive")

    def _say_error(self, error: EstafetteError) -> None:
        words = explain(error)
        self.strip.say(words.sentence, "critical", detail=f"{words.sentence} [{words.code}]")

    def tell_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For ``sys.excepthook``: the author's console has the whole of it, the window one line."""
        sys.__excepthook__(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            self.strip.say(translate("Authors", "Something unexpected happened; the console says what."), "critical")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Not a shortcut: what is open in the form (a bar, a list of choices) closes first.
        if event.key() == Qt.Key.Key_Escape:
            self._step_back()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.reader.close()
        self.hide()
        self.tasks.close()
        super().closeEvent(event)


def _first_steps(form: ReadForm) -> tuple[Step, ...]:
    """A trial begins in the language of the screens, where the form has it."""
    found = matching_language(form.definition.languages, language())
    other = found is not None and found != form.definition.default_language
    return (Step(LANGUAGE, found),) if other and found is not None else ()


def is_within(whole: QWidget, part: QWidget | None) -> bool:
    """Whether ``part`` stands somewhere in ``whole``; nothing stands nowhere."""
    return part is not None and whole.isAncestorOf(part)
