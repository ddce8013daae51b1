"""One reader's language: words, dates and numbers. Pure; times are milliseconds since the Unix epoch, UTC."""

from __future__ import annotations

import datetime as dt
import gettext
from dataclasses import dataclass

from central.web.catalogue import DEFAULT_LANGUAGE, LANGUAGES, translations
from forms.dates import MONTHS, WEEKDAYS

_TIME_LAST_MS = 7_289_654_399_999
"""The end of the year 2200."""
_NARROW_SPACE = "\u202f"


@dataclass(frozen=True)
class Words:
    """Says things in ``language``, with dates of ``zone``."""

    language: str
    zone: dt.tzinfo

    @property
    def translations(self) -> gettext.NullTranslations:
        return translations(self.language)

    def gettext(self, message: str) -> str:
        """Return the message in this language, placeholders untouched."""
        return self.translations.gettext(message)

    def plural(self, singular: str, plural: str, count: int) -> str:
        """Return the right form for ``count``, which fills the placeholder ``count``."""
        return self.translations.ngettext(singular, plural, count) % {"count": self.number(count)}

    def number(self, value: int) -> str:
        """Group by thousands: narrow no-break space in French, comma in English."""
        return f"{value:,}".replace(",", _NARROW_SPACE) if self.language == "fr" else f"{value:,}"

    def day(self, when_ms: int) -> dt.date:
        """Return the calendar day of an instant, in this reader's zone."""
        return self._local(when_ms).date()

    def date(self, when_ms: int) -> str:
        """``mardi 3 novembre 2026``; in English ``Tuesday, 3 November 2026``."""
        comma = "" if self.language == "fr" else ","
        return f"{self._weekday(when_ms)}{comma} {self.short_date(when_ms)}"

    def short_date(self, when_ms: int) -> str:
        """``3 novembre 2026``, ``1er`` for the first in French."""
        return self._written(self.day(when_ms))

    def _written(self, day: dt.date) -> str:
        number = "1er" if self.language == "fr" and day.day == 1 else str(day.day)
        return f"{number} {MONTHS[self.language][0][day.month - 1]} {day.year}"

    def calendar_day(self, text: str) -> str:
        """Return an ISO date as people write it (``3 novembre 2026``); any other text as it is: nothing is hidden."""
        try:
            return self._written(dt.date.fromisoformat(text))
        except ValueError:
            return text

    def clock(self, when_ms: int) -> str:
        """``10:42``."""
        return self._local(when_ms).strftime("%H:%M")

    def moment(self, when_ms: int) -> str:
        """``mardi 3 novembre 2026 à 10:42``."""
        between = "à" if self.language == "fr" else "at"
        return f"{self.date(when_ms)} {between} {self.clock(when_ms)}"

    def iso(self, when_ms: int) -> str:
        """For machines: the ``datetime`` attribute of ``<time>``."""
        return self._local(when_ms).isoformat(timespec="seconds")

    def _weekday(self, when_ms: int) -> str:
        return WEEKDAYS[self.language][self.day(when_ms).weekday()]

    def _local(self, when_ms: int) -> dt.datetime:
        # Bounded, so that no time that was ever written keeps a page from being shown.
        return dt.datetime.fromtimestamp(min(max(when_ms, 0), _TIME_LAST_MS) / 1000, self.zone)


def best_language(chosen: str | None, accepted: str | None) -> str:
    """Return the language to speak: the one the reader chose, else the best of Accept-Language, else French."""
    if chosen in LANGUAGES:
        return chosen
    for _weight, tag in sorted(_accepted(accepted or ""), key=lambda entry: -entry[0]):
        if tag in LANGUAGES:
            return tag
    return DEFAULT_LANGUAGE


def _accepted(header: str) -> list[tuple[float, str]]:
    entries = []
    for part in header.split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=")
        try:
            entries.append((float(weight) if weight else 1.0, tag.strip().lower().split("-")[0]))
        except ValueError:
            continue  # a malformed preference is no preference (RFC 9110 section 12.5.4 leaves it to us)
    return [entry for entry in entries if entry[0] > 0]
