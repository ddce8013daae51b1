"""Question types: spelled otherwise, of other dialects, or unknown."""

from __future__ import annotations

import re
from functools import cache

from pyxform import aliases
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_OSM, RE_SELECT

from forms.mending.bench import Bench, nearest, only_close
from forms.repairs import CERTAIN, GUESS, LIKELY

_OTHER = frozenset({"audit", "xml-external", "csv-external"})
_DIALECTS = {
    "tel": ("text", "numbers"),
    "phone": ("text", "numbers"),
    "caseid": ("hidden", ""),
    "comments": ("hidden", ""),
    "duration": ("hidden", ""),
    "enumerator": ("text", ""),
    "calculate_here": ("calculate", ""),
    "text audit": ("hidden", ""),
    "audio audit": ("hidden", ""),
    "textarea": ("text", "multiline"),
    "memo": ("text", "multiline"),
    "multiline": ("text", "multiline"),
    "number": ("decimal", ""),
    "numeric": ("decimal", ""),
    "float": ("decimal", ""),
    "double": ("decimal", ""),
    "boolean": ("text", ""),
    "picture": ("image", ""),
    "signature": ("image", "signature"),
    "label": ("note", ""),
    "dropdown": ("text", ""),
}
"""Types of other dialects: what is asked here instead, and how it looks."""
_UNASKED = ("speed violations", "sensor_stat", "sensor_stream", "text audit", "audio audit")
"""Beginnings of types that ask nothing and record what a desk has not."""
_NEAR = 0.82


def mend(bench: Bench) -> None:
    """Make every type one that the converter knows, or refuse it with the nearest ones."""
    table = bench.survey
    heading = table.heading("type")
    if heading is None:
        return
    for index, row in table.filled():
        kind = " ".join(row.get(heading, "").split())
        if not kind or is_known(kind):
            if kind:
                row[heading] = kind
            continue
        spelled = _spelled(kind)
        if spelled is not None:
            sure = CERTAIN if _plain(spelled) == _plain(kind) else LIKELY
            row[heading] = spelled
            bench.note("forms.repair.type_spelling", table, index, heading, found=kind, used=spelled, sure=sure)
        elif not _dialect(bench, index, heading, kind) and not _left_out(bench, index, heading, kind):
            near = nearest(kind.partition(" ")[0], _names())
            bench.refuse("forms.unsupported", table, index, heading, feature=kind[:100], nearest=near)


@cache
def is_known(kind: str) -> bool:
    """Whether the converter knows the type as it is written."""
    return bool(
        kind in QUESTION_TYPE_DICT
        or kind in aliases._type_alias_map
        or kind in aliases.settings_header
        or kind in _OTHER
        or RE_BEGIN_CONTROL.search(kind)
        or RE_END_CONTROL.search(kind)
        or RE_SELECT.search(kind)
        or RE_OSM.search(kind)
    )


def list_of(kind: str) -> tuple[str, str] | None:
    """The command and the list's name of a select; None for another type."""
    found = RE_SELECT.search(kind)
    return (str(found["select_command"]), str(found["list_name"])) if found else None


def _plain(kind: str) -> str:
    return kind.casefold().replace(" ", "_").replace("-", "_")


@cache
def _names() -> tuple[str, ...]:
    return tuple(
        sorted({*QUESTION_TYPE_DICT, *aliases.select, "begin group", "end group", "begin repeat", "end repeat"})
    )


@cache
def _spelled(kind: str) -> str | None:
    """The known type that is meant: other capitals, blanks, one letter wrong."""
    lower = kind.lower()
    for candidate in (lower, lower.replace(" ", "_"), lower.replace("_", " "), lower.replace("-", "_")):
        if is_known(candidate):
            found = RE_SELECT.search(candidate)
            if not found:
                return candidate
            start, end = found.span("list_name")
            # The list's name keeps its capitals.
            return candidate[:start] + kind[start:end] + candidate[end:]
    select = re.fullmatch(r"(select[ _]?one|select[ _]?(?:multiple|many)|select1)\s*[:_ ]\s*(\S+)", kind, re.IGNORECASE)
    if select:
        return f"{'select_one' if '1' in select[1] or 'one' in select[1].lower() else 'select_multiple'} {select[2]}"
    control = re.fullmatch(r"(begin|end|start|close)\W*_?(group|repeat|loop)s?", lower.replace(" ", "_"))
    if control:
        return f"{'begin' if control[1] in ('begin', 'start') else 'end'} {control[2]}"
    head, _, rest = kind.partition(" ")
    if rest:
        command = only_close(head, ("select_one", "select_multiple", "rank", "select_one_from_file"), _NEAR)
        return f"{command} {rest}" if command and is_known(f"{command} {rest}") else None
    return only_close(kind, _names(), _NEAR) if len(kind) > 3 and _plain(kind) not in _DIALECTS else None


def _left_out(bench: Bench, index: int, heading: str, kind: str) -> bool:
    """When asked, a question of an unknown type is a text, and a part of another file is left out."""
    if not bench.lenient:
        return False
    table = bench.survey
    if kind == "include":
        table.rows[index] = {}
        bench.note("forms.repair.row_skipped", table, index, heading, found=kind, sure=GUESS)
    else:
        table.rows[index][heading] = "text"
        bench.note("forms.repair.type_as_text", table, index, heading, found=kind, used="text", sure=GUESS)
    return True


def _dialect(bench: Bench, index: int, heading: str, kind: str) -> bool:
    """Ask what another dialect's type asks, with what there is."""
    table = bench.survey
    plain = kind.casefold()
    if plain.startswith("db:"):
        used, look = "text", "db-object"
    elif plain.startswith(_UNASKED):
        used, look = "hidden", ""
    elif plain in _DIALECTS:
        used, look = _DIALECTS[plain]
    else:
        return False
    row = table.rows[index]
    row[heading] = used
    if look:
        appearance = table.ensure("appearance", "control", "appearance")
        row[appearance] = " ".join([*row.get(appearance, "").split(), look])
    bench.note("forms.repair.type_dialect", table, index, heading, found=kind, used=used, sure=LIKELY, look=look)
    return True
