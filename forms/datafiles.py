"""The data files beside a form: found by name whatever the capitals, read once, whoever asks for them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from forms.errors import FormRefused, Problem
from forms.externals import read_geojson, read_xml_list
from forms.tables import Table, read_csv

_READERS = {"csv": read_csv, "xml": read_xml_list, "geojson": read_geojson}
_NEAREST = 3
_SHOWN = 12


class DataFiles:
    """What a form may look up.

    Args:
        media: file name -> content.
    """

    def __init__(self, media: Mapping[str, bytes]) -> None:
        self._media = {name.casefold(): content for name, content in media.items()}
        self._read: dict[str, Table | Problem] = {}

    def table(self, file: str) -> Table | Problem:
        """The rows of ``file`` under the name that it has without its ending, or why there are none:
        ``forms.media_missing`` (with the ``nearest`` files there are), ``forms.media_unreadable``, …"""
        key = file.casefold()
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = self._parse(file, key)
        return found

    def _parse(self, file: str, key: str) -> Table | Problem:
        stem, _, ending = file.rpartition(".")
        reader = _READERS.get(ending.lower())
        if reader is None:
            details = {"feature": "external_" + ending.lower(), "value": file}
            return Problem("forms.unsupported", details=details)
        data = self._media.get(key)
        if data is None:
            near = difflib.get_close_matches(key, list(self._media), _NEAREST, 0.6)
            return Problem(
                "forms.media_missing", details={"file": file} | ({"nearest": ", ".join(near)} if near else {})
            )
        try:
            return reader(stem, file, data)
        except FormRefused as refused:
            return refused.problems[0]


def column_missing(file: str, column: str, table: Table, path: str) -> Problem:
    """A question reads a column that its data file has not; ``columns`` says which there are."""
    known = [name for name in table.columns if name]
    near = difflib.get_close_matches(column, known, _NEAREST, 0.6)
    details = {"file": file, "name": column, "path": path, "columns": ", ".join(known[:_SHOWN])}
    return Problem("forms.data_column", details=details | ({"nearest": ", ".join(near)} if near else {}))
