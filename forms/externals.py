"""External lists that are not CSV: XML as a form writes its own lists, and GeoJSON as ODK's clients read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from forms import limits
from forms.errors import FormRefused, Problem
from forms.tables import Table
from forms.xmlreading import children, local, parse_xml, text

_DEPTHS = {"Point": 0, "LineString": 1, "Polygon": 2}
"""How deep a geometry's list of positions lies."""


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
    table = table_of(name, children(root))
    if table is None:
        raise FormRefused(Problem("forms.unsupported", details={"feature": "nested_list", "value": name}))
    return table


def table_of(name: str, items: Sequence[etree._Element]) -> Table | None:
    """The rows that elements hold; None when a cell holds elements of its own."""
    if any(children(cell) for item in items for cell in children(item)):
        return None
    names: dict[str, None] = {}
    rows: list[dict[str, str]] = []
    for item in items:
        row: dict[str, str] = {}
        for cell in children(item):
            row.setdefault(local(cell), text(cell))
        names.update(dict.fromkeys(row))
        rows.append(row)
    columns = {column: [row.get(column, "") for row in rows] for column in names}
    return Table(name, columns, item=local(items[0]) if items else None)


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
