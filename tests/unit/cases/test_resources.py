"""``cases.resources``: names stay inside ``resources/``, from source and from a packed program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import resources
from cases.errors import EnvironmentFault, InputError


@pytest.fixture(autouse=True)
def fresh_root() -> Iterator[None]:
    resources.root.cache_clear()
    yield
    resources.root.cache_clear()


def test_reads_a_file_and_finds_a_folder() -> None:
    assert resources.read("icons/house.svg").lstrip().startswith(b"<!--")
    assert (resources.directory("fonts") / "OFL.txt").is_file()


@pytest.mark.parametrize(
    "name", ["", "..", "../main.py", "icons/../../main.py", "/etc/passwd", "icons\\house.svg", "C:x"]
)
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        resources.read(name)
    assert caught.value.code == "resources.bad_name"
    with pytest.raises(InputError):
        resources.directory(name)


def test_a_missing_resource_is_an_environment_fault() -> None:
    with pytest.raises(EnvironmentFault) as caught:
        resources.read("icons/no-such-icon.svg")
    assert caught.value.details["name"] == "icons/no-such-icon.svg"
    with pytest.raises(EnvironmentFault):
        resources.directory("no-such-folder")


def test_a_packed_program_reads_from_where_it_was_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    (tmp_path / "resources" / "icons" / "only-here.svg").write_bytes(b"packed")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources.read("icons/only-here.svg") == b"packed"


def test_an_incomplete_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    with pytest.raises(EnvironmentFault) as caught:
        resources.read("icons/house.svg")
    assert caught.value.code == "resources.missing"


def test_fonts_and_icons_come_with_their_licences() -> None:
    assert b"SIL OPEN FONT LICENSE" in resources.read("fonts/OFL.txt")
    assert b"ISC License" in resources.read("icons/LICENSE.txt")
    assert len(list(resources.directory("fonts").glob("*.ttf"))) == 4
