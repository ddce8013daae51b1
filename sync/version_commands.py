"""``main.py agent version``: what a newer version of its form would make of a draft, and moving it there."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from cases import versions
from cases.errors import InputError
from cases.views import CaseView
from forms.moving import Line
from sync import moving
from sync.command import Answer, Command, Context, event_of, takes


def _version(context: Context, given: argparse.Namespace) -> Answer:
    """Tell the version of a case and what moving it would do; move it where that is asked."""
    form = context.open(given.case)
    view = form.view
    newer = moving.newer_version(context.desk, view)
    wanted = _called(context, view, given.to, newer) if given.to else newer
    answer: Answer = {
        "case": view.id,
        "version": view.version,
        "name": moving.version_name(context.desk, view.procedure, view.version),
        "earlier": list(versions.left_behind(view.fields, view.version)),
        "newer": newer,
        "earlier_answers": told_earlier(context, view.id),
    }
    if wanted is None:
        return answer
    move = moving.plan(context.desk, form, wanted)
    plan = move.plan
    answer["move"] = {
        "to": move.after,
        "name": move.name,
        "kept": _lines(plan.kept),
        "moved": _lines(plan.moved),
        "without_place": _lines(plan.unplaced),
        "to_check": _lines(plan.doubtful),
        "newly_asked": [{"path": each.path, "label": each.label, "required": each.required} for each in plan.asked],
    }
    if given.move:
        answer |= event_of(moving.move(context.desk, form, move))
        after = context.open(given.case).view
        answer |= {
            "version": move.after,
            "name": move.name,
            "earlier": list(versions.left_behind(after.fields, after.version)),
            "newer": moving.newer_version(context.desk, after),
            "earlier_answers": told_earlier(context, view.id),
        }
    return answer


def _called(context: Context, view: CaseView, wanted: str, newer: str | None) -> str:
    """Return the version that is called so, by its identity or by what people call it.

    Raises:
        InputError: ``version.unknown`` (details ``version``, ``known``).
    """
    desk, others = context.desk, dict.fromkeys([newer, *versions.left_behind(view.fields, view.version)])
    if wanted == view.version or moving.is_held(desk, view.procedure, wanted):
        return wanted
    held = [other for other in others if other and moving.is_held(desk, view.procedure, other)]
    names = {other: moving.version_name(desk, view.procedure, other, view.version) for other in held}
    if wanted == moving.version_name(desk, view.procedure, view.version):
        return view.version
    found = [other for other, name in names.items() if name == wanted]
    if len(found) != 1:
        raise InputError("version.unknown", field="to", version=wanted, known=", ".join(names.values()) or "-")
    return found[0]


def told_earlier(context: Context, case: str) -> list[Answer]:
    """Return what earlier versions of its form hold of a case; nothing for nearly every case."""
    return [
        {
            "path": each.path,
            "label": each.label,
            "value": each.value,
            "labels": list(each.labels),
            "now_at": each.to,
            "now": each.now,
        }
        for each in moving.earlier(context.desk, context.open(case))
    ]


def _lines(lines: Sequence[Line]) -> list[Answer]:
    return [
        {
            "path": line.question.path,
            "label": line.question.label,
            "value": line.question.value,
            "labels": list(line.labels),
            **({} if line.to in (None, line.question.path) else {"now_at": line.to}),
        }
        for line in lines
    ]


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes("case")(parser)
    parser.add_argument("--to", metavar="VERSION", help="which version; default: the newest on this device")
    parser.add_argument("--move", action="store_true", help="move the case there, and do not only say what it would do")


VERSIONS: Mapping[str, Command] = {
    "version": Command("say what another version of its form makes of a draft, or move it there", _version, _arguments),
}
