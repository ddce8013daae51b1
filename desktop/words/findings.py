"""What a comparison with the central service found and mended, in one sentence each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


def finding_words(code: str) -> str:
    """Return what was found and done; a code of a newer version is said in general."""
    made = _WORDS.get(code)
    return made() if made else translate("Findings", "A comparison with the central service found a difference.")


def _replaced() -> str:
    return translate("Findings", "A record had been altered on this computer: taken again from the central service.")


def _brought() -> str:
    return translate("Findings", "A record was missing on this computer: taken again from the central service.")


def _not_there() -> str:
    return translate("Findings", "The central service does not know a record of this computer: kept; tell IT support.")


def _service_mended() -> str:
    return translate("Findings", "The service's copy of a record was altered: it mended it; the one here was right.")


def _list_mended() -> str:
    return translate("Findings", "A list showed something else than the record: made anew.")


def _made_again() -> str:
    return translate("Findings", "A record could not be read any more here: made again from its acts.")


_WORDS: Mapping[str, Callable[[], str]] = {
    "audit.replaced": _replaced,
    "audit.brought": _brought,
    "audit.not_there": _not_there,
    "audit.service_mended": _service_mended,
    "audit.list_mended": _list_mended,
    "audit.made_again": _made_again,
}
