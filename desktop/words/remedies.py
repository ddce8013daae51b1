"""Words for acts that wait for a decision, and for what may be wrong with settling, resolving and linking.

Why it waits, what is safe, what to do. ``desktop.words.errors`` says these codes too.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate
Words = tuple[str, str, str]


def _kept() -> str:
    return translate("Remedies", "Nothing was lost: what you wrote is below.")


def _still() -> str:
    return translate("Remedies", "What you entered is still here.")


def _supervisor() -> str:
    return translate("Remedies", "Speak to your supervisor, or withdraw it.")


def _supervisor_only() -> str:
    return translate("Remedies", "Only your supervisor can take it on: speak to them, or withdraw it.")


def _not_editable() -> Words:
    what = translate("Remedies", "The case was no longer open to changes when this was written.")
    return what, _kept(), translate("Remedies", "Your supervisor can take it on, or ask you to complete the case.")


def _not_seen() -> Words:
    what = translate("Remedies", "The case had moved on elsewhere, and this was written without knowing it.")
    return what, _kept(), translate("Remedies", "Read the case as it is now; then correct and send again, or withdraw.")


def _unexpected_state() -> Words:
    what = translate("Remedies", "The case was not in the state that this step begins from.")
    return what, _kept(), translate("Remedies", "Read the case as it is now, then take it on or withdraw it.")


def _step_not_allowed() -> Words:
    what = translate("Remedies", "This step cannot be made from the state that the case was in.")
    return what, _kept(), translate("Remedies", "Read the case as it is now, then withdraw it.")


def _contested() -> Words:
    what = translate("Remedies", "A field of this case has two values that nobody has compared yet.")
    return what, _kept(), translate("Remedies", "Settle it first under « To settle », then take this on.")


def _protected() -> Words:
    what = translate("Remedies", "It changes something that can no longer be changed here.")
    return what, _kept(), translate("Remedies", "Send it again without that field, or speak to your supervisor.")


def _role() -> Words:
    what = translate("Remedies", "Only another role may do this.")
    return what, _kept(), _supervisor()


def _foreign_record() -> Words:
    what = translate("Remedies", "The case or citizen belongs to another office now.")
    return what, _kept(), translate("Remedies", "Their office can take it on; tell your supervisor, or withdraw it.")


def _mandate_ended() -> Words:
    what = translate("Remedies", "It reached the service when your mandate had ended.")
    return what, _kept(), _supervisor_only()


def _office_changed() -> Words:
    what = translate("Remedies", "It reached the service when you worked in another office.")
    return what, _kept(), _supervisor_only()


def _foreign_office() -> Words:
    what = translate("Remedies", "It names another office than yours.")
    return what, _kept(), _supervisor()


def _too_large() -> Words:
    what = translate("Remedies", "It is too long for the central service.")
    return what, _kept(), translate("Remedies", "Shorten it and send it again.")


def _tracking_code() -> Words:
    what = translate("Remedies", "Its tracking code is not one of this organisation.")
    return what, _kept(), translate("Remedies", "Withdraw it, then submit the case again.")


def _no_procedure() -> Words:
    what = translate("Remedies", "The central service does not know this version of the procedure.")
    return what, _kept(), translate("Remedies", "Take it on again once the procedure is published, or tell IT support.")


def _bad_time() -> Words:
    what = translate("Remedies", "It carries a date that makes no sense: this computer's clock was wrong.")
    return what, _kept(), translate("Remedies", "Set date and time of this computer, then send it again.")


def _unreadable() -> Words:
    what = translate("Remedies", "The central service could not read it.")
    return what, _kept(), translate("Remedies", "Correct it and send it again; if it comes back, tell IT support.")


def _damaged() -> Words:
    what = translate("Remedies", "It was damaged on the disk of this computer, and is never sent.")
    safe = translate("Remedies", "What came before and after is safe.")
    return what, safe, translate("Remedies", "Do it again in the case, and tell your IT support: the disk may fail.")


def _lost_at_central() -> Words:
    what = translate("Remedies", "The central service was restored from a copy that lacks this act of a colleague.")
    safe = translate("Remedies", "It is kept here for reading.")
    return what, safe, translate("Remedies", "Tell your supervisor: the colleague's computer sends it again.")


def _resolved_already() -> Words:
    what = translate("Remedies", "Somebody has decided about this act already.")
    return what, _still(), translate("Remedies", "It leaves this list at the next exchange.")


def _repeated() -> Words:
    what = translate("Remedies", "The central service holds this act already, from a copy of this computer.")
    return what, _kept(), translate("Remedies", "Nothing is to be done: it counts once.")


def _altered() -> Words:
    what = translate("Remedies", "What was taken on is not what waits.")
    return what, _kept(), translate("Remedies", "Correct and send it again instead.")


def _resolve_unknown() -> Words:
    what = translate("Remedies", "This act does not wait on this computer.")
    return what, _still(), translate("Remedies", "Look at the list again.")


def _resolve_damaged() -> Words:
    what = translate("Remedies", "A damaged act can neither be sent nor taken on.")
    return what, _still(), translate("Remedies", "Do it again in the case.")


def _reason() -> Words:
    what = translate("Remedies", "A reason is needed.")
    return what, _still(), translate("Remedies", "Write in a few words why, for whoever reads the history.")


def _resolve_field() -> Words:
    what = translate("Remedies", "This act does not set that field.")
    return what, _still(), translate("Remedies", "Change one of the fields that it sets.")


def _nothing_to_settle() -> Words:
    what = translate("Remedies", "There is nothing to settle in this field any more.")
    return what, _still(), translate("Remedies", "Look at the case as it is now.")


def _supervisors_to_settle() -> Words:
    what = translate("Remedies", "This field is your supervisor's to settle, as the case stands now.")
    return what, _kept_both(), translate("Remedies", "Speak to your supervisor.")


def _choose() -> Words:
    what = translate("Remedies", "The case was submitted: here you can only choose one of the values.")
    return what, _kept_both(), translate("Remedies", "Choose one of them, or speak to your supervisor.")


def _settles_unknown() -> Words:
    what = translate("Remedies", "It settles a value that had not reached the central service yet.")
    return what, _kept(), translate("Remedies", "Settle the field as it is now, or take this on after an exchange.")


def _only_supervisor() -> Words:
    what = translate("Remedies", "You had no right any more when this act reached the service.")
    return what, _still(), _supervisor_only()


def _closed() -> Words:
    what = translate("Remedies", "Your mandate has ended or your office has changed: this would only wait as well.")
    return what, _still(), translate("Remedies", "Speak to your supervisor, who decides about it.")


def _refused_again() -> Words:
    what = translate("Remedies", "As the case stands now, this act would be refused again.")
    return what, _still(), _supervisor()


def _not_settled() -> Words:
    what = translate("Remedies", "Nobody has settled this field, or it was changed since.")
    return what, "", translate("Remedies", "Look at the case as it is now.")


def _not_yours() -> Words:
    what = translate("Remedies", "The case was submitted: you can no longer choose anew in this field.")
    return what, _kept_both(), translate("Remedies", "Your supervisor can.")


def _kept_both() -> str:
    return translate("Remedies", "Both values stay in the history.")


def _link() -> Words:
    what = translate("Remedies", "These two cannot be linked: it would go in a circle.")
    return what, _still(), translate("Remedies", "Choose the record that is to stay.")


def _link_unknown() -> Words:
    what = translate("Remedies", "The record to link to is not on this computer.")
    return what, _still(), translate("Remedies", "Search for it first.")


def _unexpected() -> Words:
    what = translate("Remedies", "The central service met an unexpected fault with it.")
    return what, _kept(), translate("Remedies", "Take it on again later; if it comes back, tell IT support.")


def _record_unknown() -> Words:
    what = translate("Remedies", "This case or citizen is not on this computer.")
    return what, "", translate("Remedies", "Search for it by name or tracking code.")


def _no_decision() -> Words:
    what = translate("Remedies", "Decision: no supervisor has taken one, and none is chosen here.")
    return what, _still(), translate("Remedies", "Choose the one that the paper says.")


def _paper_stands() -> Words:
    what = translate("Remedies", "This paper, with the same day and the same words, stands in the case already.")
    safe = translate("Remedies", "Nothing was added; what you wrote is kept.")
    return what, safe, translate("Remedies", "Another paper has another day, or was handed over another way.")


def _other_decision() -> Words:
    what = translate("Remedies", "Decision: this one cannot be proposed, or the case is decided already.")
    return what, _still(), translate("Remedies", "Choose one of the three, or look at the case as it is now.")


def _reasons() -> Words:
    what = translate("Remedies", "Reasons: none are given.")
    return what, _still(), translate("Remedies", "Write why, for the supervisor who decides.")


def _day_to_come() -> Words:
    what = translate("Remedies", "Day: it is still to come.")
    return what, _still(), translate("Remedies", "Write the day on which the paper was handed over.")


def _day_too_early() -> Words:
    what = translate("Remedies", "Day: it lies before the case was handed in, or before the decision.")
    safe = translate("Remedies", "Nothing of it stands in the case yet; what you wrote is kept.")
    return what, safe, translate("Remedies", "Look at the date on the paper, and at this computer's clock.")


def _not_handed_in() -> Words:
    what = translate("Remedies", "The case still is a draft: there is nothing to decide yet.")
    safe = translate("Remedies", "Nothing of it stands in the case yet; what you wrote is kept.")
    return what, safe, translate("Remedies", "Hand the case in first; if a colleague did, make an exchange first.")


def _how() -> Words:
    what = translate("Remedies", "How it was handed over: nothing is said.")
    return what, _still(), translate("Remedies", "Say it in a few words, such as « handed over in person ».")


def _other_on_paper() -> Words:
    what = translate("Remedies", "The person holds another decision on paper.")
    return what, _kept(), _supervisor()


def _history_invalid() -> Words:
    what = translate("Remedies", "What the central service sent does not fit what this computer holds.")
    safe = translate("Remedies", "It was not taken: what is here is unchanged.")
    return what, safe, translate("Remedies", "Tell your IT support.")


def _paused() -> Words:
    what = translate("Remedies", "The exchange with the central service is paused.")
    return what, "", translate("Remedies", "Ask again once it goes on.")


def _service_knows_not() -> Words:
    what = translate("Remedies", "The central service does not know this computer any more.")
    return what, "", translate("Remedies", "Call your supervisor.")


WORDS: dict[str, Callable[[], Words]] = {
    "workflow.not_handed_in": _not_handed_in,
    "workflow.paper_too_early": _day_too_early,
    "workflow.not_editable": _not_editable,
    "workflow.not_seen": _not_seen,
    "workflow.unexpected_state": _unexpected_state,
    "workflow.not_allowed": _step_not_allowed,
    "workflow.malformed": _unreadable,
    "workflow.contested": _contested,
    "right.protected_field": _protected,
    "right.role": _role,
    "right.office": _role,
    "right.foreign_record": _foreign_record,
    "right.foreign_office": _foreign_office,
    "right.mandate_ended": _mandate_ended,
    "right.office_changed": _office_changed,
    "event.too_large": _too_large,
    "event.tracking_code": _tracking_code,
    "event.unknown_procedure": _no_procedure,
    "event.time": _bad_time,
    "event.repeated": _repeated,
    "event.base": _unreadable,
    "event.malformed": _unreadable,
    "event.unexpected": _unexpected,
    "sync.unknown_state": _unexpected,
    "sync.unreadable_body": _damaged,
    "store.damaged_body": _damaged,
    "store.damaged_chain": _damaged,
    "store.lost_at_central": _lost_at_central,
    "resolve.unknown": _resolve_unknown,
    "resolve.other_record": _resolve_unknown,
    "resolve.not_open": _resolved_already,
    "resolve.settled": _resolved_already,
    "resolve.altered": _altered,
    "resolve.damaged": _resolve_damaged,
    "resolve.field": _resolve_field,
    "resolve.reason_required": _reason,
    "settle.nothing": _nothing_to_settle,
    "settle.not_contested": _nothing_to_settle,
    "settle.clear": _nothing_to_settle,
    "settle.no_such_value": _nothing_to_settle,
    "settle.supervisor": _supervisors_to_settle,
    "settle.choose": _choose,
    "resolve.refused_again": _refused_again,
    "resolve.supervisor": _only_supervisor,
    "resolve.closed": _closed,
    "settle.unknown_event": _settles_unknown,
    "settle.not_settled": _not_settled,
    "link.self": _link,
    "link.circle": _link,
    "link.unknown": _link_unknown,
    "record.unknown": _record_unknown,
    "record.not_here": _record_unknown,
    "settle.not_yours": _not_yours,
    "propose.decision": _other_decision,
    "propose.reasons_required": _reasons,
    "propose.decided": _other_decision,
    "notify.nothing": _no_decision,
    "notify.decision": _no_decision,
    "notify.already": _paper_stands,
    "notify.date": _day_to_come,
    "notify.how_required": _how,
    "workflow.notified": _other_on_paper,
    "sync.history_invalid": _history_invalid,
    "sync.paused": _paused,
    "auth.device_unknown": _service_knows_not,
}
