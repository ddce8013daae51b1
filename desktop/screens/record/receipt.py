"""The receipt tab: what the citizen takes home, seen before it is saved or printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

from cases.errors import EnvironmentFault, EstafetteError
from cases.receipt import ReceiptData, receipt_pages, receipt_pdf
from cases.views import CaseView
from desktop.context import Context
from desktop.i18n import language
from desktop.widgets.banner import Banner, Empty
from desktop.widgets.basics import button, column, holder, label, row
from desktop.widgets.sheets import Sheets
from desktop.words.errors import explain


class ReceiptTab(QWidget):
    """Made anew from the case whenever it changes; a file is written only where the person says.

    What is shown, saved and printed always belongs to the case that was given last: it goes the moment that another one
    comes, and what arrives late for an earlier one is dropped.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._case: CaseView | None = None
        self._data: ReceiptData | None = None
        self._stamp: tuple[object, ...] | None = None
        self._save = button(
            self.tr("Save as PDF…"), self.save, kind="primary", icon="download", name="receipt.save", shortcut="Ctrl+S"
        )
        self._print = button(self.tr("Print…"), self.print, icon="printer", name="receipt.print", shortcut="Ctrl+P")
        self._state = label("", "secondary", wrap=False, name="receipt.state")
        self._message = Banner("critical")
        self._empty = Empty(
            "file-text",
            self.tr("No receipt yet"),
            self.tr("It is made when the case is submitted: office, date, answers, tracking code."),
        )
        self._sheets = Sheets(lambda number: self.tr("Page %1 of the receipt").replace("%1", str(number)))
        self._bar = holder(row(self._save, self._print, self._state, -1, margins=(24, 12, 24, 8), gap=8))
        self.setLayout(column(self._bar, self._message, self._sheets, self._empty, gap=0))
        self.show_case(None)

    @property
    def message(self) -> str:
        """What went wrong, in words; empty when nothing did."""
        return self._message.words

    @property
    def case_id(self) -> str:
        """The case whose receipt is shown; empty when none is."""
        return self._case.id if self._case is not None and self._data is not None else ""

    @property
    def page_count(self) -> int:
        """How many pages are shown."""
        return len(self._sheets.pages)

    def show_case(self, case: CaseView | None) -> None:
        """Show the receipt of this case, or that there is none yet."""
        stamp = (case.id, case.state, case.pending == 0, case.submitted_ms) if case is not None else None
        if case is not None and stamp == self._stamp:
            # Answers that are corrected later are not on a receipt: it is not drawn again for each of them.
            return
        same = case is not None and self._case is not None and case.id == self._case.id
        self._stamp = stamp
        self._case = case
        self._forget()
        ready = case is not None and case.submitted_ms is not None
        self._bar.setVisible(ready)
        self._sheets.setVisible(ready)
        self._empty.setVisible(not ready)
        self._message.say("")
        if ready and case is not None:
            if same:
                # Said at once: drawing the receipt anew takes a moment, and the strip says already where the case is.
                self._say_where(case.pending > 0)
            desk, code = self._context.desk, language()

            def make() -> tuple[ReceiptData, list[bytes]]:
                data = desk.receipt(case.id, code)
                return data, receipt_pages(data)

            self._context.tasks.change(
                self, make, lambda made: self._show(stamp, made), lambda error: self._not_made(stamp, error)
            )

    def save(self) -> None:
        """Ask where, then write the PDF there. The proposed name holds the tracking code and nothing personal."""
        data = self._data
        if data is None:
            return
        dialog = QFileDialog(self, self.tr("Save the receipt"))
        dialog.setObjectName("receipt.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setNameFilter("PDF (*.pdf)")
        dialog.selectFile(self.tr("receipt-%1.pdf").replace("%1", data.tracking_code))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._if_still_here(data, lambda: self.save_to(Path(path))))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the PDF to ``path``."""
        data = self._data
        if data is not None:
            self._context.tasks.change(
                self,
                lambda: write_receipt(data, path),
                self._saved,
                lambda error: self._not_saved(data.tracking_code, error),
            )

    def print(self) -> None:
        """Ask for a printer, then print every page."""
        data = self._data
        if data is None:
            return
        self._sheets.ask_printer(lambda printer: self._if_still_here(data, lambda: self.print_on(printer)))

    def print_on(self, printer: QPrinter) -> None:
        """Paint the pages on ``printer``, each as large as the sheet allows."""
        self._sheets.print_on(printer)

    def _forget(self) -> None:
        self._data = None
        self._state.setText("")
        self._offer(False)
        self._sheets.show_pages([])

    def _offer(self, offered: bool) -> None:
        self._save.setEnabled(offered)
        self._print.setEnabled(offered)

    def _if_still_here(self, data: ReceiptData, act: Callable[[], None]) -> None:
        # The case may have changed behind the dialog: what was chosen there is for the receipt that it was opened on.
        if self._data is not None and self._data.tracking_code == data.tracking_code:
            act()

    def _show(self, stamp: tuple[object, ...] | None, made: tuple[ReceiptData, list[bytes]]) -> None:
        if stamp != self._stamp:
            return
        self._data, pictures = made
        self._offer(True)
        self._say_where(self._data.provisional)
        self._sheets.show_pages(pictures)

    def _say_where(self, provisional: bool) -> None:
        self._state.setText(
            self.tr("The central service has not received the case yet: the receipt says so.")
            if provisional
            else self.tr("Received by the central service.")
        )

    def _saved(self, path: Path) -> None:
        self._context.say(self.tr("Receipt saved: %1").replace("%1", path.name), "positive")

    def _not_made(self, stamp: tuple[object, ...] | None, error: EstafetteError) -> None:
        if stamp == self._stamp:
            # Asked for again, it is tried again.
            self._stamp = None
            self._say(error)

    def _not_saved(self, tracking_code: str, error: EstafetteError) -> None:
        if self._data is not None and self._data.tracking_code == tracking_code:
            self._say(error)
        else:
            self._context.say(explain(error).sentence, "critical")

    def _say(self, error: EstafetteError) -> None:
        words = explain(error)
        self._message.say(words.what, f"{words.safe} {words.next}".strip())


def write_receipt(data: ReceiptData, path: Path) -> Path:
    """Write the receipt's PDF.

    Raises:
        EnvironmentFault: ``file.unwritable``.
    """
    try:
        path.write_bytes(receipt_pdf(data))
    except OSError as error:
        raise EnvironmentFault("file.unwritable", reason=type(error).__name__) from error
    return path
