from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.workspace import Workspace
from tests.support.exchange import Numbering
from tests.support.workspaces import make_case, make_citizen, make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make_workspace(tmp_path)
    for family_name, given_names, commune in [
        ("Lefèvre", "Anaïs", "Montluçon"),
        ("Lefebvre", "Jean-Luc", "Saint-Amand"),
        ("Martin", "Zoé", "Vallon"),
        ("Martinez", "Œdipe", "Vallon"),
        ("N'Diaye", "Aminata", "Bourges"),
    ]:
        make_citizen(workspace, family_name=family_name, given_names=given_names, commune=commune)
    yield workspace
    workspace.close()


def titles(workspace: Workspace, text: str, limit: int = 20) -> list[str]:
    return [hit.title for hit in workspace.search(text, limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lefevre", "Lefèvre Anaïs"),
        ("LEFÈVRE", "Lefèvre Anaïs"),
        ("anaïs lef", "Lefèvre Anaïs"),
        ("ana lef", "Lefèvre Anaïs"),
        ("montlucon", "Lefèvre Anaïs"),
        ("jean luc", "Lefebvre Jean-Luc"),
        ("jean-luc", "Lefebvre Jean-Luc"),
        ("st amand lefebvre", None),
        ("saint amand lefebvre", "Lefebvre Jean-Luc"),
        ("oedipe", "Martinez Œdipe"),
        ("œdipe", "Martinez Œdipe"),
        ("ndiaye", "N'Diaye Aminata"),
        ("n'diaye", "N'Diaye Aminata"),
        ("diaye ami", "N'Diaye Aminata"),
    ],
)
def test_accents_case_and_unfinished_words_are_forgiven(workspace: Workspace, typed: str, found: str | None) -> None:
    assert (titles(workspace, typed)[:1] or [None]) == [found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lefevbre", "Lefebvre Jean-Luc"),
        ("matrin zoe", "Martin Zoé"),
        ("martim", "Martin Zoé"),
        ("aminatta", "N'Diaye Aminata"),
        ("montlusson", "Lefèvre Anaïs"),
        ("martinz", "Martinez Œdipe"),
    ],
)
def test_typing_errors_are_forgiven(workspace: Workspace, typed: str, found: str) -> None:
    assert found in titles(workspace, typed)


@pytest.mark.parametrize(
    "typed", ["", "   ", "'", '"', "*", "AND", "zzzzzz", "martin xavier", "(", "NEAR(", "-", "\x00"]
)
def test_what_is_not_there_finds_nothing_and_nothing_fails(workspace: Workspace, typed: str) -> None:
    assert titles(workspace, typed) == []


def test_whole_words_come_before_longer_ones(workspace: Workspace) -> None:
    assert titles(workspace, "martin") == ["Martin Zoé", "Martinez Œdipe"]
    assert titles(workspace, "martin", limit=1) == ["Martin Zoé"]


def test_births_and_telephones_are_found_as_people_type_them(workspace: Workspace) -> None:
    make_citizen(workspace, family_name="Roche", birth_date="1951-03-07", phone="+33 6 12 34 56 78")
    for typed in ("07031951", "07 03 1951", "roche 1951", "07/03/1951", "33612345678", "12 34 56 78"):
        assert "Roche Zoé" in titles(workspace, typed), typed


def test_cases_are_found_by_citizen_and_tracking_code(workspace: Workspace) -> None:
    citizen = make_citizen(workspace, family_name="Roche")
    case = make_case(workspace, citizen=citizen)
    workspace.change_status(case, "submitted", base=0, fields={"tracking_code": "E1-8M6R-FGY2-01Z3-Y"})
    for typed in ("roche", "e1-8m6r-fgy2-01z3-y", "E18M6RFGY201Z3Y", "8m6r", "roche apa"):
        assert case in [hit.record_id for hit in workspace.search(typed)], typed
    hit = next(hit for hit in workspace.search("8m6r") if hit.record_id == case)
    assert (hit.record_type, hit.title, hit.state) == ("case", "Roche Zoé", "submitted")


def test_others_work_is_found_and_old_names_are_not(workspace: Workspace, tmp_path: Path) -> None:
    from tests.support.workspaces import make_identity, make_ports

    other = make_workspace(tmp_path / "other", identity=make_identity(device="e" * 32), ports=make_ports(seed=5))
    stream = Numbering()
    citizen = make_citizen(other, family_name="Aubert")
    stream.push(other)
    stream.pull(workspace)
    assert titles(workspace, "aubert") == ["Aubert Zoé"]
    other.edit_citizen(citizen, {"family_name": "Girard"}, base=0)
    stream.push(other)
    stream.pull(workspace)
    assert titles(workspace, "girard") == ["Girard Zoé"]
    assert titles(workspace, "aubert zoe") == []
    other.close()
