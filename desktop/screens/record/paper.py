"""The case's form on paper: seen as it will be printed, filled or blank, then printed or saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from cases.errors import EstafetteError
from cases.paper import PaperData, paper_pages
from desktop.context import Context
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column, holder, label, row
from desktop.widgets.sheets import Sheets
from desktop.words.errors import explain
from sync.desk import OpenForm
from sync.printing import case_paper, write_paper


class PaperPane(QWidget):
    """Stands in the form's place while it is open; a file is written only where the person says.

    Signals:
        closed: back to the form.
    """

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._form: OpenForm | None = None
        self._data: PaperData | None = None
        self._asked = 0
        self._back = button(self.tr("Back to the form"), self.close_pane, icon="arrow-left", name="paper.back")
        self._back.setToolTip(self.tr("Back to the form (Esc)"))
        self._save = button(
            self.tr("Save as PDF…"), self.save, kind="primary", icon="download", name="paper.save", shortcut="Ctrl+S"
        )
        self._print = button(self.tr("Print…"), self.print, icon="printer", name="paper.print", shortcut="Ctrl+P")
        self.what = QComboBox()
        self.what.setObjectName("paper.what")
        self.what.setAccessibleName(self.tr("What is printed"))
        self.what.addItem(self.tr("With the answers"), False)
        self.what.addItem(self.tr("Blank, to fill in by hand"), True)
        self.language = QComboBox()
        self.language.setObjectName("paper.language")
        self.language.setAccessibleName(self.tr("Language of the form"))
        for box in (self.what, self.language):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(lambda _place: self._make())
        self._state = label("", "secondary", wrap=False, name="paper.state")
        self._message = Banner("critical", name="paper.message")
        self._sheets = Sheets(lambda number: self.tr("Page %1 of the form").replace("%1", str(number)))
        acts = row(self._back, self._save, self._print, -1, margins=(24, 12, 24, 4), gap=8)
        choices = row(self.what, self.language, self._state, -1, margins=(24, 4, 24, 8), gap=8)
        whole = column(holder(acts), holder(choices), self._message, self._sheets, gap=0)
        whole.setStretch(3, 1)
        self.setLayout(whole)
        self.hide()

    @property
    def page_count(self) -> int:
        """How many pages are shown."""
        return len(self._sheets.pages)

    def show_form(self, form: OpenForm) -> None:
        """Show this form as it will be printed, with the answers it holds. Called while no act is under way."""
        self._form = form
        with QSignalBlocker(self.language):
            self.language.clear()
            self.language.addItems(form.session.definition.languages)
            self.language.setCurrentText(form.session.language)
        self.language.setVisible(self.language.count() > 1)
        self.show()
        self._make()
        self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_pane(self) -> None:
        """Go back to the form."""
        self.forget()
        self.closed.emit()

    def forget(self) -> None:
        """Show nothing more: what is still being made is dropped when it comes."""
        self._asked += 1
        self._form = None
        self._take(None, [])
        self.hide()

    def save(self) -> None:
        """Ask where, then write the PDF there. The proposed name holds nothing personal."""
        data = self._data
        if data is None:
            return
        dialog = QFileDialog(self, self.tr("Save the form"))
        dialog.setObjectName("paper.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setNameFilter("PDF (*.pdf)")
        code = data.tracking_code or (self.tr("blank") if data.blank else self.tr("draft"))
        dialog.selectFile(self.tr("form-%1.pdf").replace("%1", code))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)) if data is self._data else None)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the PDF to ``path``."""
        data = self._data
        if data is not None:
            self._context.tasks.change(self, lambda: write_paper(data, path), self._saved, self._not_saved)

    def print(self) -> None:
        """Ask for a printer, then print every page."""
        data = self._data
        if data is not None:
            self._sheets.ask_printer(lambda printer: self.print_on(printer) if data is self._data else None)

    def print_on(self, printer: QPrinter) -> None:
        """Print every page on ``printer``."""
        self._sheets.print_on(printer)

    def _make(self) -> None:
        form = self._form
        if form is None:
            return
        self._asked += 1
        asked, desk, now_ms = self._asked, self._context.desk, self._context.now_ms()
        blank, language = bool(self.what.currentData()), self.language.currentText()
        self._take(None, [])
        self._state.setText(self.tr("The pages are being laid out…"))

        def make() -> tuple[PaperData, list[bytes]]:
            data = case_paper(desk, form, now_ms=now_ms, blank=blank, language=language)
            return data, paper_pages(data)

        self._context.tasks.change(
            self, make, lambda made: self._made(asked, *made), lambda error: self._not_made(asked, error)
        )

    def _made(self, asked: int, data: PaperData, pages: list[bytes]) -> None:
        if asked == self._asked:
            self._take(data, pages)
            self._state.setText(self.tr("%n page(s)", "", len(pages)))

    def _not_made(self, asked: int, error: EstafetteError) -> None:
        if asked == self._asked:
            self._state.setText("")
            words = explain(error)
            self._message.say(words.what, f"{words.safe} {words.next}".strip())

    def _take(self, data: PaperData | None, pages: list[bytes]) -> None:
        self._data = data
        self._message.say("")
        self._save.setEnabled(data is not None)
        self._print.setEnabled(data is not None)
        self._sheets.show_pages(pages)

    def _saved(self, path: Path) -> None:
        self._context.say(self.tr("Form saved: %1").replace("%1", path.name), "positive")

    def _not_saved(self, error: EstafetteError) -> None:
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}".strip())
