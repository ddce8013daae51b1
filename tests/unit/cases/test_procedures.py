"""``cases.procedures``: the files people write and the bundle that travels."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import openpyxl
import pytest
import zstandard

from cases import procedure_file, resources
from cases.errors import InputError
from cases.procedures import (
    RequiredDocument,
    form_definition,
    from_bundle,
    in_language,
    load_directory,
    load_workbook,
    prefilled,
    to_bundle,
)
from forms.errors import FormRefused

XFORM = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Chiens</h:title><model><instance><data id="dogs" version="1"><name/></data></instance>
<bind nodeset="/data/name" type="string"/></model></h:head>
<h:body><input ref="/data/name"><label>Nom</label></input></h:body></h:html>"""

DESCRIPTION = """
states = ["draft", "submitted", "accepted"]
delay_days = 30
silence = "refusal"
retention_months = 12
decision_fields = ["/name"]
[title]
fr = "Chiens"
[prefill]
"/name" = "family_name"
"""

TWICE = """
[[required_documents]]
id = "a"
label.fr = "A"
[[required_documents]]
id = "a"
label.fr = "B"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "chiens"
    path.mkdir()
    (path / "form.xml").write_bytes(XFORM)
    (path / "procedure.toml").write_text(DESCRIPTION, encoding="utf-8")
    return path


def test_a_folder_becomes_a_procedure(folder: Path) -> None:
    procedure = load_directory(folder)
    assert procedure.id == "chiens"
    assert procedure.title == {"fr": "Chiens"}
    assert (procedure.delay_days, procedure.silence, procedure.retention_months) == (30, "refusal", 12)
    assert form_definition(procedure).title == "Chiens"
    assert prefilled(procedure, {"family_name": "Koné", "phone": "05"}) == {"/name": "Koné"}
    assert prefilled(procedure, {"family_name": ""}) == {}


@pytest.mark.parametrize(
    ("before", "after", "key", "reason"),
    [
        ('fr = "Chiens"', 'en = "Dogs"', "title.fr", "missing"),
        ("delay_days = 30", "", "delay_days", "missing"),
        ("delay_days = 30", 'delay_days = "30"', "delay_days", "type"),
        ("delay_days = 30", "delay_days = 0", "delay_days", "value"),
        ("delay_days = 30", "delay_days = 30\ndelais = 1", "delais", "unknown"),
        ('silence = "refusal"', 'silence = "yes"', "silence", "value"),
        ('"draft", "submitted"', '"draft", "envoyé"', "states[1]", "value"),
        ('"draft", "submitted"', '"submitted"', "states", "value"),
        ('"/name"]', '"/nom"]', "decision_fields", "value"),
        ('"/name"]', '"name"]', "decision_fields[0]", "value"),
        ("[title]", '[decision]\nfields = ["/nom"]\n[title]', "decision.fields[0]", "value"),
        ("[title]", '[decision]\nfields = ["/name", "shoe_size"]\n[title]', "decision.fields[1]", "value"),
        ("[title]", '[decision]\nfields = ["Nom"]\n[title]', "decision.fields[0]", "value"),
        ("[title]", '[decision]\nfields = "/name"\n[title]', "decision.fields", "type"),
        ("[title]", "[decision]\n[title]", "decision.fields", "missing"),
        ("[title]", '[decision]\nchamps = ["/name"]\nfields = []\n[title]', "decision.champs", "unknown"),
        ('"/name" = "family_name"', '"/nom" = "family_name"', "prefill", "value"),
        ('"/name" = "family_name"', '"/name" = "shoe_size"', 'prefill."/name"', "value"),
        ('fr = "Chiens"', 'fr = "Chiens', "", "syntax"),
        ('fr = "Chiens"', 'fr = ""', "title[...]", "value"),
        (
            "[title]",
            f"{TWICE}[title]",
            "required_documents[1].id",
            "value",
        ),
        (
            "[title]",
            '[[required_documents]]\nid = "a"\nlabel.en = "A"\n[title]',
            "required_documents[0].label.fr",
            "missing",
        ),
        ("[title]", '[[required_documents]]\nid = "a"\n[title]', "required_documents[0].label", "missing"),
    ],
)
def test_a_wrong_description_names_the_file_and_the_key(
    folder: Path, before: str, after: str, key: str, reason: str
) -> None:
    assert before in DESCRIPTION
    (folder / "procedure.toml").write_text(DESCRIPTION.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_directory(folder)
    assert caught.value.code == "procedure.bad_toml"
    assert caught.value.details["file"] == "procedure.toml"
    assert (caught.value.details["key"], caught.value.details["reason"]) == (key, reason)


def test_what_deciding_rests_on_travels_with_the_procedure(folder: Path) -> None:
    plain = load_directory(folder)
    assert plain.decisive is None and procedure_file.decisive(to_bundle(plain)) is None
    assert b'decision"' not in zstandard.decompress(to_bundle(plain)), "a procedure that says nothing keeps its bytes"
    said = DESCRIPTION.replace("[title]", '[decision]\nfields = ["/name", "birth_date"]\n[title]')
    (folder / "procedure.toml").write_text(said, encoding="utf-8")
    procedure = load_directory(folder)
    assert procedure.decisive == ("/name", "birth_date") == from_bundle(to_bundle(procedure)).decisive
    assert procedure_file.decisive(to_bundle(procedure)) == {"/name", "birth_date"}


def test_description_may_begin_with_a_byte_order_mark(folder: Path) -> None:
    (folder / "procedure.toml").write_text(DESCRIPTION, encoding="utf-8-sig")
    assert load_directory(folder).id == "chiens"


def test_missing_pieces_are_named(folder: Path, tmp_path: Path) -> None:
    def refusal(path: Path) -> tuple[str, object]:
        with pytest.raises(InputError) as caught:
            load_directory(path)
        return caught.value.code, caught.value.details.get("file")

    assert refusal(tmp_path / "nowhere") == ("procedure.no_folder", "nowhere")
    (folder / "form.xlsx").write_bytes(b"PK")
    assert refusal(folder) == ("procedure.two_forms", "form.xml")
    (folder / "form.xlsx").unlink()
    (folder / "form.xml").unlink()
    assert refusal(folder) == ("procedure.missing_file", "form.xlsx")
    (folder / "procedure.toml").unlink()
    assert refusal(folder) == ("procedure.missing_file", "procedure.toml")
    renamed = folder.rename(tmp_path / "Été 2026")
    (renamed / "procedure.toml").write_text(DESCRIPTION)
    assert refusal(renamed)[0] == "procedure.bad_id"


def test_a_huge_file_is_refused_before_it_is_read_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "liste.csv").open("wb") as file:
        os.truncate(file.fileno(), 1 << 40)  # sparse: takes no space, and would take a terabyte of memory
    with pytest.raises(InputError) as caught:
        load_directory(folder)
    assert (caught.value.code, caught.value.details["file"]) == ("procedure.too_large", "liste.csv")


def test_a_workbook_that_is_no_form_is_refused(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["une", "liste", "de", "courses"])
    workbook.save(tmp_path / "Courses du mois.xlsx")
    with pytest.raises(FormRefused):
        load_workbook(tmp_path / "Courses du mois.xlsx")
    (tmp_path / "photo.xlsx").write_bytes(b"\x89PNG")
    with pytest.raises(FormRefused):
        load_workbook(tmp_path / "photo.xlsx")
    with pytest.raises(InputError):
        load_workbook(tmp_path / "absent.xlsx")


def test_a_bare_form_becomes_a_procedure_that_promises_nothing(tmp_path: Path) -> None:
    (tmp_path / "Chiens_et chats (2).xml").write_bytes(XFORM)
    (tmp_path / "comptes.csv").write_text("name,label\n1,secret\n")
    procedure = load_workbook(tmp_path / "Chiens_et chats (2).xml")
    assert procedure.id == "dogs", "as the form says, whatever the file is called"
    assert procedure.title == {"fr": "Chiens"}
    assert procedure.silence == "unspecified"
    assert procedure.required_documents == () and procedure.legal_basis == ()
    assert procedure.media == {}, "files that the form does not ask for stay where they are"
    assert from_bundle(to_bundle(procedure)) == procedure


def test_a_form_without_an_identity_takes_the_name_of_its_file(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    survey = workbook.active
    survey.title = "survey"
    for line in (("type", "name", "label"), ("text", "a", "A")):
        survey.append(line)
    workbook.save(tmp_path / "Chiens_et chats (2).xlsx")
    assert load_workbook(tmp_path / "Chiens_et chats (2).xlsx").id == "chiens-et-chats-2"
    settings = workbook.create_sheet("settings")
    settings.append(("form_id", "form_title"))
    settings.append(("Animaux 2026", "Animaux"))
    workbook.save(tmp_path / "Chiens_et chats (2).xlsx")
    assert load_workbook(tmp_path / "Chiens_et chats (2).xlsx").id == "animaux-2026"
    (tmp_path / "???.xlsx").write_bytes((tmp_path / "Chiens_et chats (2).xlsx").read_bytes())
    assert load_workbook(tmp_path / "???.xlsx").id == "animaux-2026"


def test_the_identity_of_a_folder_is_the_one_in_its_description(folder: Path) -> None:
    named_by_folder = load_directory(folder)
    assert named_by_folder.id == "chiens"
    description = folder / "procedure.toml"
    description.write_text('id = "chiens"\n' + description.read_text())
    copy = folder.with_name("Copie de chiens (1)")
    folder.rename(copy)
    found = load_directory(copy)
    assert found.id == "chiens" and to_bundle(found) == to_bundle(named_by_folder), "the same version too"
    (copy / "procedure.toml").write_text(description_with(copy, "Chiens !"))
    with pytest.raises(InputError) as refused:
        load_directory(copy)
    assert refused.value.details["key"] == "id"


def description_with(folder: Path, identity: str) -> str:
    lines = (folder / "procedure.toml").read_text().splitlines()
    return "\n".join([f'id = "{identity}"', *lines[1:]])


def test_a_bare_form_takes_the_lists_it_asks_for_from_its_folder(tmp_path: Path) -> None:
    for name in ("form.xlsx", "communes.csv"):
        shutil.copy(resources.directory("procedures") / "acte-etat-civil" / name, tmp_path / name)
    (tmp_path / "autre.csv").write_text("name,label\n")
    assert load_workbook(tmp_path / "form.xlsx").media.keys() == {"communes.csv"}
    (tmp_path / "communes.csv").unlink()
    with pytest.raises(FormRefused) as caught:
        load_workbook(tmp_path / "form.xlsx")
    assert caught.value.problems[0].details["file"] == "communes.csv"


def test_bundle_round_trip_and_same_bytes(folder: Path) -> None:
    procedure = replace(
        load_directory(folder),
        required_documents=(RequiredDocument("identity", {"fr": "Pièce d’identité", "en": "Identity"}),),
        media={"b.csv": b"\x00\xff", "a.csv": b""},
    )
    bundle = to_bundle(procedure)
    assert from_bundle(bundle) == procedure
    assert to_bundle(from_bundle(bundle)) == bundle
    assert to_bundle(replace(procedure, media={"a.csv": b"", "b.csv": b"\x00\xff"})) == bundle
    assert to_bundle(replace(procedure, delay_days=31)) != bundle


def packed(content: object) -> bytes:
    return zstandard.compress(msgspec.json.encode(content))


def unpacked(bundle: bytes) -> dict[str, object]:
    content: dict[str, object] = msgspec.json.decode(zstandard.decompress(bundle))
    return content


def test_a_damaged_or_foreign_bundle_is_refused(folder: Path) -> None:
    bundle = to_bundle(load_directory(folder))
    content = unpacked(bundle)
    description = content["description"]
    assert isinstance(description, dict)
    for wrong in (
        b"",
        b"{}",
        bundle[:-5],
        bundle[5:],
        packed([]),
        packed({**content, "format": 2}),
        packed({**content, "id": "../../x"}),
        packed({**content, "form": "not base64!"}),
        packed({**content, "surprise": 1}),
        packed({**content, "description": {**description, "delay_days": -1}}),
    ):
        with pytest.raises(InputError) as caught:
            from_bundle(wrong)
        assert caught.value.code == "procedure.bad_bundle"


def test_a_bundle_that_unpacks_to_gigabytes_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procedure_file, "BUNDLE_CONTENT_BYTES_MAX", 1_000_000)
    with pytest.raises(InputError) as caught:
        from_bundle(zstandard.compress(b" " * 5_000_000))
    assert caught.value.code == "procedure.too_large"
    monkeypatch.setattr(procedure_file, "BUNDLE_BYTES_MAX", 10)
    with pytest.raises(InputError) as caught:
        from_bundle(b" " * 11)
    assert caught.value.code == "procedure.too_large"


def test_form_is_parsed_once_per_version(folder: Path) -> None:
    procedure = load_directory(folder)
    again = from_bundle(to_bundle(procedure))
    assert form_definition(again) is form_definition(procedure)
    other = replace(procedure, form=procedure.form.replace(b"Nom", b"Nom du chien"))
    assert form_definition(other) is not form_definition(procedure)


def test_words_fall_back_to_french() -> None:
    texts = {"fr": "Bonjour", "en": "Hello"}
    assert [in_language(texts, code) for code in ("fr", "en", "en-GB", "de")] == [
        "Bonjour",
        "Hello",
        "Hello",
        "Bonjour",
    ]
    assert in_language({}, "fr") == ""
