"""What cannot be kept or sent is refused at the door, by name, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cases.acts import BODY_BYTES_MAX, Deed, in_pieces, storable
from cases.errors import InputError
from cases.events import Kind, body_bytes
from cases.workspace import Workspace
from tests.support.workspaces import make_case, make_citizen, make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = make_workspace(tmp_path / "w")
    yield made
    made.close()


ACTS: dict[str, tuple[str, Callable[[Workspace, str, str, str], object]]] = {
    "create_citizen": ("given_names", lambda w, t, p, c: make_citizen(w, given_names=t)),
    "edit_citizen": ("commune", lambda w, t, p, c: w.edit_citizen(p, {"commune": t}, base=0)),
    "open_case": ("/a", lambda w, t, p, c: w.open_case("apa", "1" * 64, p, {"/a": t})),
    "answer": ("/a", lambda w, t, p, c: w.answer(c, {"/b": "x", "/a": t}, base=0)),
    "answer_path": ("", lambda w, t, p, c: w.answer(c, {"/a" + t: "x"}, base=0)),
    "note": ("text", lambda w, t, p, c: w.add_note(c, t, base=0)),
    "message": ("message", lambda w, t, p, c: w.change_status(c, "submitted", base=0, message=t)),
    "reasons": ("reasons", lambda w, t, p, c: w.change_status(c, "submitted", base=0, reasons=t)),
    "computed": ("/sum", lambda w, t, p, c: w.change_status(c, "submitted", base=0, computed={"/sum": t})),
    "settle": ("/a", lambda w, t, p, c: w.settle(c, "/a", t, base=0)),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("text", ["a\0b", "\ud800", "b\udfff", "\udc80x"], ids=ascii)
def test_text_that_cannot_be_kept_is_refused_by_name(workspace: Workspace, act: str, text: str) -> None:
    citizen = make_citizen(workspace)
    case = make_case(workspace, citizen=citizen, answers={"/a": "1"})
    before = workspace.status().pending
    field, do = ACTS[act]
    with pytest.raises(InputError) as caught:
        do(workspace, text, citizen, case)
    assert (caught.value.code, caught.value.details["field"]) == ("input.unstorable", field)
    assert workspace.status().pending == before


def test_every_other_character_can_be_kept(workspace: Workspace) -> None:
    text = "\x01\t\n\x7f\u200b\ufeff\uffff😀é"
    assert storable(text)
    case = make_case(workspace, answers={"/a": text})
    assert workspace.case(case).answers["/a"] == text


def test_answers_too_long_for_one_event_are_several_and_each_can_be_sent(workspace: Workspace) -> None:
    answers: dict[str, str | None] = {f"/q{number}": f"{number}" + "é\n" * 20_000 for number in range(12)}
    case = make_case(workspace, answers={"/first": "1"})
    before = workspace.status().pending
    workspace.answer(case, answers, base=0)
    assert workspace.case(case).answers == {"/first": "1", **answers}
    assert workspace.status().pending > before + 1
    sent = workspace.next_batch(500)
    assert sent is not None
    assert max(len(event.body) for event in sent.events) <= BODY_BYTES_MAX


def test_new_case_with_long_first_answers_is_one_record(workspace: Workspace) -> None:
    answers: dict[str, str | None] = {f"/q{number}": "x" * 100_000 for number in range(5)}
    case = make_case(workspace, answers=answers)
    assert workspace.case(case).answers == answers
    assert workspace.case(case).procedure == "apa"


def test_one_answer_that_is_too_long_is_named_and_nothing_of_the_act_stays(workspace: Workspace) -> None:
    case = make_case(workspace)
    before = workspace.status().pending
    with pytest.raises(InputError) as caught:
        workspace.answer(case, {"/short": "x", "/long": "é" * BODY_BYTES_MAX}, base=0)
    assert (caught.value.code, caught.value.details["field"]) == ("act.too_large", "/long")
    assert workspace.status().pending == before
    assert workspace.case(case).answers == {}


def test_pieces_keep_the_order_and_lose_nothing() -> None:
    body: dict[str, object] = {f"/q{number}": "x" * (number * 977 % 9_000) for number in range(200)}
    pieces = in_pieces(Deed(Kind.SET, body))
    assert [item for piece in pieces for item in piece.body.items()] == list(body.items())
    assert len(pieces) > 2 and max(len(body_bytes(dict(piece.body))) for piece in pieces) <= BODY_BYTES_MAX


def test_note_that_is_too_long_is_named(workspace: Workspace) -> None:
    case = make_case(workspace)
    with pytest.raises(InputError) as caught:
        workspace.add_note(case, "x" * BODY_BYTES_MAX, base=0)
    assert caught.value.details["field"] == "text"
