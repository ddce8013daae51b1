"""Two engines' states after one step -> their differences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_CHANCE = re.compile(r"^(uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(Z|[+-]\d\d:?\d\d)$")
_DECIMAL = re.compile(r"(?<![\d.])(-?\d+)\.0(?![\d.])")
_MARKUP = re.compile(r"<[^<>]*>|[*_#\\]")
_ORDERLESS = ("hidden", "required", "readonly", "missing")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the states differ: ``part`` of the state, reference, what each engine says."""

    part: str
    reference: str
    ours: object
    theirs: object


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare two states; ids made by chance are equal, and so are words with and without mark-up."""
    if ours["refused"] != theirs["refused"]:
        yield Difference("refused", "", ours["refused"], theirs["refused"])
    leaves = set(ours["values"])
    for part in ("values", "invalid", "rows", "labels", "choices"):
        mine, other = ours[part], theirs[part]
        for reference in sorted(set(mine) | set(other)):
            a, b = _plain(part, mine.get(reference)), _plain(part, other.get(reference))
            if a != b and not _explained(part, a, b):
                yield Difference(part, reference, a, b)
    for part in _ORDERLESS:
        mine_set, other_set = set(ours[part]), set(theirs[part])
        if part in ("required", "readonly"):
            mine_set, other_set = mine_set & leaves, other_set & leaves
        for reference in sorted(mine_set ^ other_set):
            yield Difference(part, reference, reference in mine_set, reference in other_set)


def _explained(part: str, ours: Any, theirs: Any) -> bool:
    """Differences that are meant. Where a language has no words the converter writes a dash, which they show and we
    replace by the default language's words; a list that is shuffled without a seed is shuffled otherwise."""
    if part in ("labels", "invalid"):
        return theirs == "-" or (part == "labels" and not theirs)
    if part == "choices" and ours and theirs and len(ours) == len(theirs):
        said = [
            (value, mine if label == "-" else label) for (value, label), (_v, mine) in zip(theirs, ours, strict=True)
        ]
        return said == ours or sorted(ours) == sorted(theirs)
    return False


def _plain(part: str, value: Any) -> Any:
    if part == "values" and isinstance(value, str):
        if _CHANCE.match(value):
            return "(id)"
        value = _DECIMAL.sub(r"\1", value)
        moment = _MOMENT.match(value)
        return moment[1] if moment else value
    if part in ("labels", "invalid") and isinstance(value, str):
        return _words(value)
    if part == "choices" and value is not None:
        return [(one, _words(label)) for one, label in value]
    return value


def _words(text: str) -> str:
    return " ".join(_MARKUP.sub("", text).split())
