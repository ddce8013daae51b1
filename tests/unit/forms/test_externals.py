"""External lists in XML and GeoJSON: what is a row, what is a column, what is refused."""

from __future__ import annotations

import json

import pytest

from forms.errors import FormRefused
from forms.externals import read_geojson, read_xml_list
from forms.texts import Translations
from tests.support.forms import start

PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"title": "Well"},
            "geometry": {"type": "Point", "coordinates": [2, 48.5]},
        },
        {
            "type": "Feature",
            "properties": {"id": "b", "title": "Field", "size": 3},
            "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]},
        },
    ],
}


def test_geojson_has_a_row_a_feature_and_its_place_as_text() -> None:
    table = read_geojson("places", "places.geojson", json.dumps(PLACES).encode())
    assert table.columns["id"] == ("7", "b") and table.columns["size"] == ("", "3")
    assert table.columns["geometry"] == ("48.5 2 0 0", "0 0 0 0; 1 0 0 0; 1 1 0 0; 0 0 0 0")


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"features": 3}', b'{"features": [{}]}', b"[" * 100_000])
def test_what_is_no_geojson_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(FormRefused) as caught:
        read_geojson("places", "places.geojson", data)
    assert caught.value.problems[0].details["file"] == "places.geojson"


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a><b><c>&x;</c></b></a>", b"<a><b><c><d/></c></b></a>"]
)
def test_what_is_no_list_in_xml_is_refused(data: bytes) -> None:
    with pytest.raises(FormRefused):
        read_xml_list("a", "a.xml", data)


def test_a_question_chooses_from_either() -> None:
    form = """
| survey |                                       |       |       |                 |
|        | type                                  | name  | label | choice_filter   |
|        | select_one_from_file places.geojson   | place | Place |                 |
|        | select_one_from_file towns.xml        | town  | Town  | region = ${place} |
"""
    towns = b"<root><item><name>t1</name><label>One</label><region>b</region></item><item><name>t2</name></item></root>"
    session = start(form, media={"places.geojson": json.dumps(PLACES).encode(), "towns.xml": towns})
    assert [choice.label for choice in session.choices("/place")] == ["Well", "Field"]
    session.answer("/place", "b")
    assert [(choice.value, choice.label) for choice in session.choices("/town")] == [("t1", "One")]


def test_the_labels_of_a_list_are_looked_at_once_however_many_questions_share_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []
    own = Translations.has_outputs

    def counted(translations: Translations, identity: str) -> bool:
        looks.append(identity)
        return own(translations, identity)

    monkeypatch.setattr(Translations, "has_outputs", counted)
    questions = "".join(f"| | select_one c | q{number} | Q | Q |\n" for number in range(30))
    choices = "".join(f"| | c | v{number} | V {number} | W {number} |\n" for number in range(10))
    head = "| survey | | | | |\n| | type | name | label::fr | label::en |\n"
    session = start(f"{head}{questions}| choices | | | | |\n| | list_name | name | label::fr | label::en |\n{choices}")
    assert session.choice_label("/q29", "v3") in ("V 3", "W 3") and len(looks) <= 20
