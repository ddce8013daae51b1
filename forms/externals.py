"""External lists that are not CSV: XML as a form writes its own lists, and GeoJSON as ODK's clients read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from lxml import etree

from forms import limits
from forms.errors import FormRefused, Problem
from forms.tables import Table
from forms.xmlreading import local, parse_xml, text

_DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2}
"""How deep a geometry's list of positions lies."""
_HOLDS_MORE = etree.XPath("boolean(*/*/*)")


def read_xml_list(name: str, file: str, data: bytes) -> Table:
    """Read an XML file: under its root one element a row, in it one element a column.

    Raises:
        FormRefused: ``forms.media_unreadable``, ``forms.too_large`` or ``forms.unsupported`` (``nested_list``).
    """
    _check_size(file, data)
    try:
        root = parse_xml(data)
    except FormRefused as refused:
        if refused.problems[0].code == "forms.too_large":
            raise
        raise _unreadable(file, "xml") from None
    table = table_of(name, root)
    if table is None:
        raise FormRefused(Problem("forms.unsupported", details={"feature": "nested_list", "value": name}))
    return table


def table_of(name: str, parent: etree._Element) -> Table | None:
    """The rows that the elements in ``parent`` hold; None when a cell holds elements of its own. Comments are gone."""
    if _HOLDS_MORE(parent):
        return None
    if not len(parent):
        return Table(name, {})
    columns = _alike(parent)
    if columns is None:
        rows = [{local(cell): text(cell) for cell in reversed(item)} for item in parent]  # the first of a name counts
        names = dict.fromkeys(column for item in parent for column in map(local, item))
        columns = {column: [row.get(column, "") for row in rows] for column in names}
    return Table(name, columns, item=local(parent[0]))


def _alike(parent: etree._Element) -> dict[str, list[str]] | None:
    """The columns of rows that all name the same cells in the same order, as a converter writes them: tens of thousands
    are read in a fraction of the time. None for others."""
    tags = [cell.tag for cell in parent[0]]
    names = [local(cell) for cell in parent[0]]
    if len(set(names)) != len(names):
        return None
    texts: list[str] = []
    for item in parent:
        for tag, cell in zip_longest(tags, item):
            if cell is None or cell.tag != tag:
                return None
            texts.append((cell.text or "").strip())
    return {column: texts[place :: len(names)] for place, column in enumerate(names)}


def read_geojson(name: str, file: str, data: bytes) -> Table:
    """Read a ``FeatureCollection``: a row a feature, a column a property, and ``geometry`` as ODK stores places.

    Raises:
        FormRefused: ``forms.media_unreadable`` or ``forms.too_large``.
    """
    _check_size(file, data)
    try:
        found = json.loads(data.decode("utf-8-sig"))
        rows = [_feature(feature) for feature in found["features"]]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise _unreadable(file, "geojson") from None
    names = dict.fromkeys(column for row in rows for column in row)
    return Table(name, {column: [row.get(column, "") for row in rows] for column in names}, item="item")


def _feature(feature: Mapping[str, Any]) -> dict[str, str]:
    row = {str(key): _plain(value) for key, value in (feature.get("properties") or {}).items()}
    if "id" not in row and "id" in feature:
        row["id"] = _plain(feature["id"])
    return row | {"geometry": _place(feature["geometry"])}


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(geometry: Mapping[str, Any]) -> str:
    """``latitude longitude 0 0``, several with ``;`` between them; a geometry of another kind has no text."""
    depth = _DEPTHS.get(geometry["type"])
    if depth is None:
        return ""
    places = geometry["coordinates"]
    if depth == 2:
        places = places[0]
    positions = [places] if depth == 0 else places
    return "; ".join(f"{position[1]} {position[0]} 0 0" for position in positions)


def _check_size(file: str, data: bytes) -> None:
    if len(data) > limits.MEDIA_BYTES_MAX:
        details = {"file": file, "limit": "bytes", "found": str(len(data)), "allowed": str(limits.MEDIA_BYTES_MAX)}
        raise FormRefused(Problem("forms.too_large", details=details))


def _unreadable(file: str, reason: str) -> FormRefused:
    return FormRefused(Problem("forms.media_unreadable", details={"file": file, "reason": reason}))
