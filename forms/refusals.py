"""What this engine does not do yet. A form that asks for it is refused with its name, never half-shown."""

from __future__ import annotations

FEATURES_BY_ELEMENT = {"range": "range", "rank": "rank", "secret": "secret", "submit": "submit", "switch": "switch"}
FEATURES_BY_TYPE = {
    "geotrace": "geotrace",
    "geoshape": "geoshape",
    "binary": "file",
    "rank": "rank",
    "anyURI": "file",
}
_CALENDARS = frozenset({"ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian", "buddhist"})
_DEVICES = frozenset({"bearing", "printer"})

DATA_TYPES = {
    "string": "string",
    "text": "string",
    "select": "string",
    "select1": "string",
    "barcode": "string",
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


def appearance_feature(words: str) -> str | None:
    """The part of an appearance that changes what is asked, not only how it looks; None when there is none."""
    if words.startswith("ex:"):
        return "external_app"
    if "(" in words:
        return "appearance " + (words.partition("(")[0].split() or ["("])[-1]
    for word in words.split():
        if word in _CALENDARS:
            return f"calendar {word}"
        if word in _DEVICES or word.startswith("printer:"):
            return word.partition(":")[0]
    return None
