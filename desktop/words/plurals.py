"""Every sentence with a count that is not said by a widget.

Qt's extractor recognises a plural only in ``self.tr(text, "", count)``: in ``translate(context, text, None, count)`` it
takes a name in the last place for an encoding and loses the plural.
"""

from __future__ import annotations

from PySide6.QtCore import QObject


class Plurals(QObject):
    """Sentences by what they count. GUI thread only."""

    def days(self, count: int) -> str:
        return self.tr("%n day(s)", "", count)

    def days_left(self, count: int) -> str:
        return self.tr("%n day(s) left", "", count)

    def days_late(self, count: int) -> str:
        return self.tr("%n day(s) late", "", count)

    def cases_here(self, count: int) -> str:
        return self.tr("%n case(s) on this computer", "", count)

    def citizens_here(self, count: int) -> str:
        return self.tr("%n citizen(s) on this computer", "", count)

    def acts_parked(self, count: int) -> str:
        return self.tr("%n act(s) wait for a decision", "", count)

    def acts(self, count: int) -> str:
        return self.tr("%Ln act(s)", "", count)

    def acts_waiting(self, count: int) -> str:
        return self.tr("%n act(s) wait to leave", "", count)

    def fields_to_settle(self, count: int) -> str:
        return self.tr("%n field(s) to settle", "", count)

    def earlier_answers(self, count: int) -> str:
        if not count:
            return self.tr("The form of this case was moved to another version.")
        return self.tr("%n answer(s) of an earlier version of the form stay with this case.", "", count)

    def answers_to_check(self, count: int) -> str:
        return self.tr("%n answer(s) to check afterwards", "", count)

    def answers_without_place(self, count: int) -> str:
        return self.tr("%n answer(s) without a place in that version: kept with the case, readable", "", count)

    def answers_moved(self, count: int) -> str:
        return self.tr("%n answer(s) go to another page of the form", "", count)

    def answers_kept(self, count: int) -> str:
        return self.tr("%n answer(s) kept", "", count)

    def newly_asked(self, count: int) -> str:
        return self.tr("%n question(s) newly asked", "", count)

    def first_ones(self, count: int) -> str:
        return self.tr("The first %n are listed.", "", count)

    def answers_saved(self, count: int) -> str:
        return self.tr("%n answer(s) saved", "", count)


plurals = Plurals()
