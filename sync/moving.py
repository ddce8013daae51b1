"""Moving a case between the versions of its form: what it would do, the act, and what earlier versions still hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cases import versions
from cases.errors import InputError
from cases.procedures import Procedure, form_definition
from cases.views import Act, CaseView
from cases.workflow import State
from forms.moving import Earlier, Moving, earlier_answers, plan_move
from sync.desk import Desk, OpenForm

SHORT = 8
"""Digits of a version's own name where its form says none that tells it from another."""


@dataclass(frozen=True)
class Move:
    """A dry run.

    Attributes:
        before, after: versions of the case's procedure; ``name``: what people call the one it would go to.
        back: the case was on that one before.
    """

    before: str
    after: str
    name: str
    back: bool
    plan: Moving


def newer_version(desk: Desk, view: CaseView) -> str | None:
    """Return the version that a draft could be moved to, None when it is on the newest one held."""
    contested = {each.field for each in view.contested}
    if view.state != State.DRAFT or versions.VERSION in contested:
        return None
    try:
        newest = desk.newest_version(view.procedure)
    except InputError:
        return None  # No version of it is here any more, or none yet.
    return newest if newest != view.version else None


def is_held(desk: Desk, procedure: str, version: str) -> bool:
    """Say whether a version is on this device."""
    try:
        desk.procedure(procedure, version)
    except InputError:
        return False
    return True


def version_name(desk: Desk, procedure: str, version: str, beside: str = "") -> str:
    """Return what people call a version: what its form says, else the beginning of its own name.

    Args:
        beside: a version that the name must tell it from.
    """
    said = form_definition(desk.procedure(procedure, version)).version
    other = form_definition(desk.procedure(procedure, beside)).version if beside else ""
    return said if said and said != other else version[:SHORT]


def plan(desk: Desk, form: OpenForm, version: str) -> Move:
    """Return what moving an open case to a version would do. Nothing is changed.

    Raises:
        InputError: ``procedure.unknown``: that version is not here; ``version.same``; ``case.not_editable``.
    """
    view = form.view
    if view.state != State.DRAFT:
        raise InputError("case.not_editable", state=view.state)
    if version == view.version:
        raise InputError("version.same")
    procedure = desk.procedure(view.procedure, version)
    # A session of its own: the one that is shown may be read by another thread meanwhile.
    before = desk.session(form.procedure, form.stored)
    made = plan_move(before, form.stored, form_definition(procedure), lambda answers: desk.session(procedure, answers))
    back = version in versions.left_behind(view.fields, view.version)
    return Move(view.version, version, version_name(desk, view.procedure, version, view.version), back, made)


def move(desk: Desk, form: OpenForm, wanted: Move) -> Act:
    """Move an open case as the dry run said; durable on return, and ``form`` shows it.

    Raises:
        InputError: ``version.changed``: answers or the version changed since; look at what it would do now.
            ``case.not_editable``, ``act.too_large``.
        EnvironmentFault: nothing was moved.
    """
    form.save()
    if plan(desk, form, wanted.after).plan.writes != wanted.plan.writes or form.view.version != wanted.before:
        raise InputError("version.changed")
    act = desk.workspace.move_case(form.case_id, wanted.before, wanted.after, wanted.plan.writes, base=form.view.base)
    form.act = act
    form.refresh()
    return act


def take(desk: Desk, form: OpenForm, to: str, value: str | None) -> Act:
    """Say which of two answers holds that two versions were given: ``value``, where the version of now asks.

    An act also where it is the one that stands there: it has seen the other.

    Raises:
        InputError: ``case.not_editable``.
        EnvironmentFault: nothing was recorded.
    """
    if not form.editable:
        raise InputError("case.not_editable", state=form.view.state)
    form.save()
    form.act = desk.workspace.answer(form.case_id, {to: value}, base=form.view.base)
    form.refresh()
    return form.act


def earlier(desk: Desk, form: OpenForm) -> tuple[Earlier, ...]:
    """Return what earlier versions hold that the one of now does not show; nothing for nearly every case."""
    view, stored = form.view, form.stored

    def unseen(before: str, after: str) -> bool:
        return bool(desk.workspace.unseen(view.id, [(before, after)]))

    sessions = (desk.session(procedure, stored) for procedure in _left_behind(desk, view))
    return earlier_answers(form.session.definition, stored, sessions, unseen)


def _left_behind(desk: Desk, view: CaseView) -> Iterator[Procedure]:
    for version in versions.left_behind(view.fields, view.version):
        try:
            yield desk.procedure(view.procedure, version)
        except InputError:
            continue  # Not here yet; what it alone asked for is told by its name.
