"""Files are read by content, in every format that offices have, within limits; conversions can be ended and kept."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from forms import grids, limits, odsreading, reader
from forms.compile import Converted, convert_form
from forms.conversions import ConversionCache
from forms.definition import FormDefinition, parse_form
from forms.errors import FormRefused, Problem
from tests.soak.scratch import ROOT
from tests.support.forms import convert_here
from tests.support.workbooks import Rows, archive, ods, ods_of, workbook

SURVEY: Rows = [["type", "name", "label"], ["text", "a", "Écrire"], ["select_one c", "s", "Choisir"]]
CHOICES: Rows = [["list_name", "name", "label"], ["c", 1, "Un"], ["c", 2, "Deux"]]
SECTIONS = """survey,,,
,type,name,label
,text,a,Écrire
,select_one c,s,Choisir
choices,,,
,list_name,name,label
,c,1,Un
,c,2,Deux
"""


def opened(data: bytes) -> FormDefinition:
    return parse_form(convert_here(data, "essai"))


def refused(data: bytes) -> Problem:
    with pytest.raises(FormRefused) as caught:
        convert_here(data, "essai")
    return caught.value.problems[0]


@pytest.mark.parametrize(
    "data",
    [
        workbook(survey=SURVEY, choices=CHOICES),
        ods(survey=SURVEY, choices=CHOICES),
        SECTIONS.encode(),
        b"\xef\xbb\xbf" + SECTIONS.encode(),
        SECTIONS.encode("utf-16"),
        SECTIONS.replace(",", ";").encode("cp1252"),
        SECTIONS.replace(",", "\t").replace("\n", "\r\n").encode(),
    ],
    ids=["xlsx", "ods", "csv", "csv-mark", "csv-utf16", "csv-french", "csv-tabs"],
)
def test_the_same_form_opens_from_every_format(data: bytes) -> None:
    definition = opened(data)
    assert list(definition.questions) == ["/a", "/s"]
    assert convert_here(data, "essai") == convert_here(workbook(survey=SURVEY, choices=CHOICES), "essai")


def test_a_csv_of_one_sheet_is_the_survey() -> None:
    assert list(opened(b"type;name;label\ntext;a;A\n").questions) == ["/a"]


@pytest.mark.parametrize("data", [b"hello", b"a,b\n1,2\n", b"nom;prenom\n", b"\x00type,name", b"survey\n", b"<"])
def test_what_is_no_form_is_refused(data: bytes) -> None:
    assert refused(data).code in ("forms.not_a_form", "forms.column_missing")


def test_an_ods_spends_no_memory_on_what_is_repeated_and_empty() -> None:
    row = "<table:table-row>{}</table:table-row>"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    void = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = row.format("".join(cell.format(text) for text in ("type", "name", "label")) + void)
    rows += row.format("".join(cell.format(text) for text in ("text", "a", "A  b")) + void)
    rows += f'<table:table-row table:number-rows-repeated="1048576">{void}</table:table-row>'
    data = ods_of(f'<table:table table:name="survey">{rows}</table:table>')
    assert odsreading.tables(data, frozenset({"survey"})) == {
        "survey": [["type", "name", "label"], ["text", "a", "A  b"]]
    }
    assert list(opened(data).questions) == ["/a"]


@pytest.mark.parametrize(
    ("attributes", "limit"), [(("1048576", "1"), "rows"), (("1", "16384"), "columns"), (("30000", "400"), "cells")]
)
def test_an_ods_that_repeats_what_it_says_is_refused(attributes: tuple[str, str], limit: str) -> None:
    down, across = attributes
    data = ods_of(
        f'<table:table table:name="survey"><table:table-row table:number-rows-repeated="{down}"><table:table-cell'
        f' table:number-columns-repeated="{across}" office:value-type="string"><text:p>type</text:p>'
        "</table:table-cell></table:table-row></table:table>"
    )
    problem = refused(data)
    assert (problem.code, problem.sheet, problem.details["limit"]) == ("forms.too_large", "survey", limit)


def test_a_cell_that_is_too_long_is_named() -> None:
    problem = refused(("type,name,label\ntext,a," + "x" * (limits.CELL_CHARS_MAX + 1)).encode())
    assert problem.code in ("forms.too_large", "forms.not_a_form")
    with pytest.raises(FormRefused) as caught:
        grids.collect("survey", "survey", [["type"], ["x" * (limits.CELL_CHARS_MAX + 1)]])
    assert caught.value.problems[0].details["cell"] == "A2"


@pytest.mark.parametrize("part", ["xl/styles.xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels", "custom.xml"])
def test_no_part_of_a_workbook_may_declare_entities(part: str) -> None:
    evil = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert refused(archive({"xl/workbook.xml": b"<workbook/>", part: evil})).details["reason"] == "doctype"


def test_only_the_sheets_of_a_form_are_held_to_the_limits() -> None:
    data = workbook(survey=SURVEY, choices=CHOICES, Communes=[["x"] * 600])
    assert list(opened(data).questions) == ["/a", "/s"]


def test_what_else_a_workbook_carries_is_named_and_left_alone() -> None:
    import io
    import zipfile

    target = io.BytesIO(workbook(survey=SURVEY, choices=CHOICES))
    with zipfile.ZipFile(target, "a") as written:
        written.writestr("xl/vbaProject.bin", b"macro")
        written.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    repairs = convert_form(target.getvalue(), name="essai").repairs
    assert [(one.code, one.found) for one in repairs] == [
        ("forms.repair.part_ignored", "external_links"),
        ("forms.repair.part_ignored", "macros"),
    ]


WAITING = (sys.executable, "-c", "import threading; threading.Event().wait()")


def test_opening_can_be_cancelled_and_the_worker_ends() -> None:
    asked = threading.Event()

    def cancelled() -> bool:
        again = asked.is_set()
        asked.set()
        return again

    with pytest.raises(FormRefused) as caught:
        convert_form(workbook(survey=SURVEY), name="x", command=lambda: WAITING, cancelled=cancelled, timeout_s=60)
    assert caught.value.problems[0].code == "forms.cancelled"


def test_a_conversion_is_kept_by_content(tmp_path: Path) -> None:
    cache = ConversionCache(tmp_path / "kept")
    data = workbook(survey=[["type", "name"], ["text", "a"]])
    first = convert_form(data, name="x", cache=cache)
    never = (sys.executable, "-c", "raise SystemExit(9)")
    again = convert_form(data, name="x", cache=cache, command=lambda: never)
    assert isinstance(again, Converted) and again == first
    assert again.repairs[0].code == "forms.repair.label_missing"
    with pytest.raises(FormRefused):
        convert_form(data, name="another name", cache=cache, command=lambda: never)
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert convert_form(data, name="x", cache=cache) == first, "a damaged entry is made again"


def test_the_cache_is_bounded_and_the_latest_stay(tmp_path: Path) -> None:
    cache = ConversionCache(tmp_path, entries_max=2, bytes_max=1_000)
    for name in ("a", "b", "c"):
        cache.put(name, name.encode() * 10)
    assert cache.get("a") is None and cache.get("c") == b"c" * 10
    cache.put("large", b"x" * 980)
    assert cache.get("c") is None and cache.get("large") is None, "more than it may hold, with its digest"
    cache.put("huge", b"x" * 2_000)
    assert cache.get("huge") is None


def test_kinds_are_told_by_content() -> None:
    assert reader.kind_of(ods(survey=SURVEY)) == reader.ODS
    assert reader.kind_of(SECTIONS.encode()) == reader.CSV


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
def test_mutated_files_are_opened_or_refused() -> None:
    command = (sys.executable, "-m", "tests.soak.forms_fuzz", "--count", "60")
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    print(done.stdout.decode())
    report = json.loads(done.stdout)
    assert done.returncode == 0, report["faults"]
    assert report["worst_s"] < 10 and report["peak_mib"] < 400


def test_a_cache_on_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    cache, before = ConversionCache(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        cache.put("key", b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == [] and cache.get("key") is None
    cache.put("key", b"x" * 100_000)
    assert [file.name for file in tmp_path.iterdir()] == ["key.form"]


def test_a_large_workbook_is_handed_over_whole_to_a_worker_that_can_be_cancelled() -> None:
    letters = random.Random(7)
    rows: Rows = [["type", "name", "label"]]
    rows += [["note", f"n{number}", f"{letters.getrandbits(12_000):x}"] for number in range(100)]
    data = workbook(survey=rows)
    assert len(data) > 100_000, "more than a pipe holds"
    assert convert_form(data, name="x", cancelled=lambda: False).xform
