"""Pages of a document under each other, as they will be printed, and the printer itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPixmap, QResizeEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from desktop.widgets.basics import clear, column, holder, scroll

PAGE_WIDTH_MAX = 760


class Sheets(QWidget):
    """Shows pages given as pictures. ``naming`` names one (counted from 1) for who cannot see it."""

    def __init__(self, naming: Callable[[int], str]) -> None:
        super().__init__()
        self._naming = naming
        self.pages: list[QImage] = []
        self._sheets: QVBoxLayout = column(gap=16, margins=(24, 8, 24, 24))
        self._sheets.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._area = scroll(holder(self._sheets))
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setLayout(column(self._area, gap=0))

    def show_pages(self, pictures: list[bytes]) -> None:
        """Show these pages from the first one; none shows nothing."""
        self.pages = [QImage.fromData(picture) for picture in pictures]
        self._area.verticalScrollBar().setValue(0)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        clear(self._sheets)
        ratio = self.devicePixelRatioF()
        width = min(PAGE_WIDTH_MAX, max(200, self.width() - 80))
        for number, page in enumerate(self.pages, start=1):
            sheet = QLabel()
            picture = QPixmap.fromImage(
                page.scaledToWidth(round(width * ratio), Qt.TransformationMode.SmoothTransformation)
            )
            picture.setDevicePixelRatio(ratio)
            sheet.setPixmap(picture)
            sheet.setAccessibleName(self._naming(number))
            self._sheets.addWidget(sheet)

    def ask_printer(self, printing: Callable[[QPrinter], None]) -> None:
        """Ask for a printer; ``printing`` is called with the one that was chosen."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: printing(printer))
        # Its own ``open`` wants a receiver and a slot; the one of every dialog does not.
        QDialog.open(dialog)

    def print_on(self, printer: QPrinter) -> None:
        """Paint the pages on ``printer``, each as large as the sheet allows."""
        painter = QPainter(printer)
        for number, page in enumerate(self.pages):
            if number:
                printer.newPage()
            sheet = printer.pageLayout().fullRectPixels(printer.resolution())
            size = page.size().scaled(sheet.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(QRectF(0, 0, size.width(), size.height()), page)
        painter.end()
