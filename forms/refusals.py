"""What this engine does not do. A form that asks for it is refused with its name, never half-shown; what no desk can do
(take a photo, record sound) is left out and told instead, because the rest of the form stays whole without it."""

from __future__ import annotations

FEATURES_BY_ELEMENT = {"submit": "submit", "switch": "switch"}
_CALENDARS = frozenset({"ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian", "buddhist"})

DATA_TYPES = {
    "string": "string",
    "text": "string",
    "select": "string",
    "select1": "string",
    "barcode": "string",
    "rank": "string",
    "binary": "string",
    "anyURI": "string",
    "boolean": "boolean",
    "int": "int",
    "integer": "int",
    "long": "int",
    "short": "int",
    "decimal": "decimal",
    "double": "decimal",
    "float": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
}
QUESTION_KINDS = {
    "string": "text",
    "boolean": "text",
    "geopoint": "text",
    "geotrace": "text",
    "geoshape": "text",
    "int": "integer",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
}


def upload_feature(mediatype: str) -> str:
    """The XLSForm name of an upload."""
    kind = mediatype.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "file"


def without_call(words: str) -> tuple[str, str]:
    """An appearance without what it calls with brackets (another tool's plug-in), and that one's name, "" for none."""
    if "(" not in words or words.startswith("ex:"):
        return words, ""
    before, _, rest = words.partition("(")
    *kept, name = before.split() or ["("]
    return " ".join([*kept, *rest.rpartition(")")[2].split()]), name


def left_out_feature(words: str) -> str | None:
    """The part of an appearance that a desk does without: the question is asked, by typing; None when there is none."""
    if words.startswith("ex:"):
        return "external_app"
    for word in words.split():
        if word in _CALENDARS:
            return f"calendar {word}"
        if word.partition(":")[0] == "printer":
            return "printer"
        if word == "image-map":
            return word
    return None
