"""A case's history in words: what each event did, said as one would to a colleague. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cases import reopening
from cases.events import Kind
from cases.merge import SAME_AS
from cases.remedies import gives_up_attempt
from central.records import HistoryEntry
from central.storage import REPEATED
from central.web.catalogue import N_
from central.web.states import Chip, event_chip, state_chip
from central.web.words import Words

Label = Callable[[str], str]
"""From a field path to the question's label."""

_GROUP_GAP_MS = 30 * 60 * 1000
"""Each answer is an event of its own: those that one person gives in one sitting are told in one line."""
_LABELS_SHOWN = 12
WHOLE = range(2**62)

_STATUS_WORDS = {
    "draft": N_("put the case back to draft"),
    "submitted": N_("submitted the case"),
    "in_review": N_("took the case into review"),
    "needs_information": N_("asked for information"),
    "accepted": N_("accepted the request"),
    "refused": N_("refused the request"),
    "closed_without_effect": N_("closed the case without effect"),
    "archived": N_("archived the case"),
}
_OTHER_STATUS_WORDS = N_("changed the state of the case")
_PARKED_WORDS = {
    "workflow.unexpected_state": N_("Not applied: the case was no longer in the state that this act supposed."),
    "workflow.not_allowed": N_("Not applied: this person may not do this in that state of the case."),
    "workflow.not_editable": N_("Not applied: the case was handed in already, and the person had seen it."),
    "workflow.not_seen": N_(
        "Not applied: the case was handed in or decided meanwhile; these answers wait for a person."
    ),
    "workflow.contested": N_("Not applied: an answer on which the decision rests is still to be settled."),
    "workflow.notified": N_("Not applied: the citizen holds another decision on paper."),
    "workflow.not_handed_in": N_("Not applied: the case was not handed in, so there was nothing to decide."),
    "workflow.paper_too_early": N_("Not applied: the paper is dated before the hand-in or before the decision."),
    "workflow.malformed": N_("Not applied: it names a state that this service does not know."),
    "right.mandate_ended": N_("Not applied: the agent’s mandate had ended when this arrived."),
    "right.office_changed": N_("Not applied: the agent worked in another office already when this arrived."),
    "right.foreign_record": N_("Not applied: it is about a record of another office."),
    "right.foreign_office": N_("Not applied: it puts the case into another office than the agent’s."),
    "right.role": N_("Not applied: only a supervisor may do this."),
    "auth.device_revoked": N_("Not applied: this computer was revoked before this arrived."),
    "right.protected_field": N_(
        "Not applied: no edit changes this. A state has acts of its own; what identifies a case stays as handed in."
    ),
    "event.unknown_procedure": N_("Not applied: this procedure is not published here."),
    "event.malformed": N_("Not applied: what that computer sent cannot be read, or cannot be kept."),
    "event.too_large": N_("Not applied: it says more than one act may say."),
    "event.base": N_("Not applied: that computer refers to acts that this service does not have."),
    "event.tracking_code": N_("Not applied: this tracking code does not fit, or is another case’s."),
    "event.unexpected": N_("Not applied: the service failed on it. Tell support, with the code."),
    "event.time": N_("Not applied: the date on that computer makes no sense."),
    "settle.not_contested": N_("Not applied: nobody contested what it settles; an edit says what it changes."),
    "notify.already": N_("Not applied: this paper, with the same day and the same words, stands in the case already."),
    "propose.decided": N_("Not applied: the case was decided already; there was nothing left to propose."),
    "settle.unknown_event": N_("Not applied: it settles values that the service did not hold when it arrived."),
    "resolve.settled": N_("Not applied: somebody had decided about the same act already."),
    "resolve.altered": N_("Not applied: it adopts an act with other words than those that wait here."),
    "resolve.other_record": N_("Not applied: the act that it decides about is of another record."),
    "resolve": N_("Not applied: the act that it decides about does not wait here, or not as it says."),
    "auth": N_("Not applied: the device or its agent had lost their rights when this arrived."),
    "right": N_("Not applied: this person or device had no right to do it."),
    "": N_("Not applied: a person has to look at it."),
}


_PROPOSED_WORDS = {
    "accepted": N_("proposed to accept the request"),
    "refused": N_("proposed to refuse the request"),
    "closed_without_effect": N_("proposed to close the case without effect"),
}
_NOTIFIED_WORDS = {
    "accepted": N_("wrote down that the acceptance was handed over on paper"),
    "refused": N_("wrote down that the refusal was handed over on paper"),
    "closed_without_effect": N_("wrote down that the closing was handed over on paper"),
}
_RESOLVED_WORDS = {
    "adopt": N_("adopted an act that waited"),
    "resend": N_("edited an act that waited, and applied it"),
    "withdraw": N_("withdrew an act that waited"),
}


def _resolved(event: HistoryEntry) -> tuple[str, str, str]:
    if gives_up_attempt(event.body or {}):
        return N_("withdrew an earlier attempt about the same act"), "octagon-alert", "soft"
    words = _RESOLVED_WORDS.get(text_of(event, "action"), N_("decided about an act that waited"))
    return words, "octagon-alert", "soft"


def _moved(_event: HistoryEntry) -> tuple[str, str, str]:
    return N_("gave the case to another office"), "send", "soft"


def _proposed(event: HistoryEntry) -> tuple[str, str, str]:
    words = _PROPOSED_WORDS.get(text_of(event, "to"), N_("took a proposal back"))
    return words, "message-square", "info"


def _notified(event: HistoryEntry) -> tuple[str, str, str]:
    words = _NOTIFIED_WORDS.get(text_of(event, "state"), N_("wrote down a decision handed over on paper"))
    return words, "printer", "info"


_OTHER_ACTS: Mapping[str, Callable[[HistoryEntry], tuple[str, str, str]]] = {
    "resolve": _resolved,
    "move": _moved,
    "propose": _proposed,
    "notify": _notified,
}


def parked_words(code: str) -> str:
    """Return why an event waits, as a message of the catalogue."""
    return _PARKED_WORDS.get(code) or _PARKED_WORDS.get(code.split(".")[0]) or _PARKED_WORDS[""]


@dataclass(frozen=True)
class HistoryLine:
    """One line: who did what, when. ``quote`` is what the person wrote, ``details`` the questions answered."""

    key: str
    who: str
    what: str
    when_ms: int
    icon: str
    tone: str
    quote: str
    details: tuple[str, ...]
    more: int
    chip: Chip | None
    reason: str


@dataclass(frozen=True)
class Message:
    """What office and supervisor wrote to each other; ``kind`` is ``request``, ``reply``, ``reasons`` or ``note``."""

    kind: str
    who: str
    when_ms: int
    text: str


def text_of(event: HistoryEntry, name: str) -> str:
    """Return a named text of an event's body, empty when it has none or was erased."""
    value = (event.body or {}).get(name)
    return value if isinstance(value, str) else ""


def history_lines(
    events: Sequence[HistoryEntry], label: Label, words: Words, told: range = WHOLE
) -> tuple[HistoryLine, ...]:
    """Return the history, newest first; answers given in one sitting are one line.

    Args:
        told: the numbers of the events to tell; the others only say how those ended. From 0: it begins with the first.
    """
    ended = _as_they_ended(sorted(events, key=lambda event: event.central_seq))
    ordered = [event for event in ended if event.central_seq in told]
    first = str(ordered[0].event) if ordered and not told.start else ""
    lines = [_line(group, label, words, is_first=str(group[0].event) == first) for group in _groups(ordered)]
    return tuple(reversed(lines))


def messages(events: Iterable[HistoryEntry]) -> tuple[Message, ...]:
    """Return what people wrote about the case, oldest first."""
    found = []
    for event in sorted(events, key=lambda event: event.central_seq):
        if event.kind == Kind.NOTE:
            found.append(Message("note", event.agent_name, event.time_ms, text_of(event, "text")))
        elif event.kind == Kind.STATUS and event.state != "parked":
            request = text_of(event, "to") == "needs_information"
            if text := text_of(event, "message"):
                found.append(Message("request" if request else "reply", event.agent_name, event.time_ms, text))
            if text := text_of(event, "reasons"):
                found.append(Message("reasons", event.agent_name, event.time_ms, text))
    return tuple(message for message in found if message.text)


def _as_they_ended(events: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Return the events, a parked one that somebody decided about with the action as its state: it waits no more."""
    decided = [event for event in events if event.kind == Kind.RESOLVE and event.state != "parked"]
    ends = {text_of(event, "event"): text_of(event, "action") for event in decided}
    return [
        replace(event, state=ends[event.event]) if event.state == "parked" and ends.get(event.event) else event
        for event in events
        # What came twice, from two selves of one device, is told once.
        if event.code != REPEATED
    ]


def _groups(ordered: Sequence[HistoryEntry]) -> list[list[HistoryEntry]]:
    groups: list[list[HistoryEntry]] = []
    for event in ordered:
        if groups and _same_sitting(groups[-1][-1], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _same_sitting(before: HistoryEntry, event: HistoryEntry) -> bool:
    return (
        before.kind == event.kind == Kind.SET
        and before.agent_name == event.agent_name
        and before.state == event.state
        and not _opens_case(before)
        and abs(event.time_ms - before.time_ms) <= _GROUP_GAP_MS
    )


def _opens_case(event: HistoryEntry) -> bool:
    return "procedure" in (event.body or {})


def _line(group: Sequence[HistoryEntry], label: Label, words: Words, *, is_first: bool) -> HistoryLine:
    last = group[-1]
    what, icon, tone = _told(group, label, words, is_first=is_first)
    labels = _labels(group, label)
    parked = last.state == "parked"
    reason = words.gettext(parked_words(last.code)) if parked else ""
    return HistoryLine(
        key=str(group[0].event),
        who=last.agent_name,
        what=what,
        when_ms=last.time_ms,
        icon=icon,
        tone=tone,
        quote=_quote(last),
        details=labels[:_LABELS_SHOWN],
        more=max(0, len(labels) - _LABELS_SHOWN),
        chip=event_chip(last.state, words),
        reason=reason,
    )


def _told(group: Sequence[HistoryEntry], label: Label, words: Words, *, is_first: bool) -> tuple[str, str, str]:
    _ = words.gettext
    event = group[-1]
    if event.body is None:
        return _("acted on the case; what it said was erased by law"), "info", "soft"
    if event.kind == Kind.STATUS:
        to = text_of(event, "to")
        chip = state_chip(to, words)
        if to == "in_review" and text_of(event, "from") == "needs_information":
            return _("sent the information asked for"), "send", chip.tone
        return _(_STATUS_WORDS.get(to, _OTHER_STATUS_WORDS)), chip.icon, chip.tone
    if event.kind == Kind.NOTE:
        return _("added a note"), "sticky-note", "soft"
    if event.kind == Kind.SETTLE:
        if reopening.brought(event.body):
            told = _("took a choice back: “%(question)s” is to be settled again")
            return told % {"question": label(text_of(event, "field"))}, "split", "soft"
        return _("settled “%(question)s”") % {"question": label(text_of(event, "field"))}, "split", "positive"
    if event.kind in _OTHER_ACTS:
        words_, icon, tone = _OTHER_ACTS[event.kind](event)
        return _(words_), icon, tone
    if event.kind != Kind.SET:
        return _("acted on the case (written by a newer version)"), "info", "soft"
    if set(event.body) == {SAME_AS}:
        linked = _("said that it is the same as another") if event.body[SAME_AS] else _("undid a link to another")
        return linked, "user", "soft"
    if is_first or _opens_case(event):
        return _("opened the case"), "file-text", "soft"
    count = len(_paths(group))
    if count == 0:
        return _("completed the case’s particulars"), "pencil-line", "soft"
    return words.plural("saved %(count)s answer", "saved %(count)s answers", count), "pencil-line", "soft"


def _quote(event: HistoryEntry) -> str:
    if gives_up_attempt(event.body or {}):
        return ""
    return next((said for name in ("text", "message", "reasons", "reason") if (said := text_of(event, name))), "")


def _paths(group: Sequence[HistoryEntry]) -> list[str]:
    """Return the questions answered, each once, in order; rows of a repeat are no questions."""
    bodies: list[Mapping[str, object]] = [event.body or {} for event in group if event.kind == Kind.SET]
    paths = (path for body in bodies for path in body if path.startswith("/") and not path.endswith("]"))
    return list(dict.fromkeys(paths))


def _labels(group: Sequence[HistoryEntry], label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label(path) for path in _paths(group)))
