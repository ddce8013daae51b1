"""Formatting that authors write: understood where it is safe, words otherwise, and never lost."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.markup import Segment, escaped, is_formatted, plain, segments
from forms.session import Session
from forms.views import QuestionView
from tests.support.forms import start

S = Segment


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Nom de famille", (S("Nom de famille"),)),
        ("**Nom** de famille", (S("Nom", bold=True), S(" de famille"))),
        ("Nom __de__ *famille*", (S("Nom "), S("de", bold=True), S(" "), S("famille", italic=True))),
        ("***tout***", (S("tout", bold=True, italic=True),)),
        ("**un *deux* trois**", (S("un ", bold=True), S("deux", bold=True, italic=True), S(" trois", bold=True))),
        ("nom_de_famille et _vrai_", (S("nom_de_famille et "), S("vrai", italic=True))),
        ("2 * 3 * 4", (S("2 * 3 * 4"),)),
        ("**jamais fermé", (S("**jamais fermé"),)),
        (r"\*littéral\* et \_ça\_", (S("*littéral* et _ça_"),)),
        ("# Titre\nsuite", (S("Titre", heading=1), S("\nsuite"))),
        ("###### petit", (S("petit", heading=6),)),
        ("#1 n'est pas un titre", (S("#1 n'est pas un titre"),)),
        ("- un\n- deux", (S("• un\n• deux"),)),
        ("voir [le site](https://exemple.fr/a?b=1)", (S("voir "), S("le site", link="https://exemple.fr/a?b=1"))),
        ("[piège](javascript:alert(1))", (S("[piège](javascript:alert(1))"),)),
        ('<span style="color: red">rouge</span> noir', (S("rouge", colour="red"), S(" noir"))),
        ('<span style="color:#00f; position:fixed">bleu</span>', (S("bleu", colour="#00f"),)),
        ("<b>gras</b> et <script>alert(1)</script>", (S("gras", bold=True), S(" et alert(1)"))),
        ("un<br/>deux", (S("un\ndeux"),)),
        ('<img src="https://a/b.png" onerror="x">reste', (S("reste"),)),
        ("3 < 4 et 5 > 2", (S("3 < 4 et 5 > 2"),)),
        ("x <y et z> 3", (S("x <y et z> 3"),)),
        ("votre <nom> ici", (S("votre <nom> ici"),)),
        ("+ 33 6", (S("• 33 6"),)),
        ("", ()),
    ],
)
def test_what_is_understood(text: str, parts: tuple[Segment, ...]) -> None:
    assert segments(text) == parts


@given(st.text(alphabet="ab *_#[]()<>/\\-\n!é.:", max_size=60))
def test_an_answer_within_an_authors_words_reads_as_it_is(answer: str) -> None:
    words = f"Bonjour **{escaped(answer)}** !"
    assert plain(words).replace("**", "") == f"Bonjour {answer} !".replace("**", "")
    assert plain(escaped(answer)) == answer


@given(st.text(alphabet="ab *_#[]()<>/\\-\n'\"=:;htps", max_size=200))
def test_any_text_is_read_and_no_letter_of_it_is_lost(text: str) -> None:
    parts = segments(text)
    kept = "".join(part.text for part in parts)
    assert plain(text) == kept
    if "<" not in text and "[" not in text:
        assert re.sub(r"[^a-z]", "", kept) == re.sub(r"[^a-z]", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "x" + " " * 19_000 + "y",
        "# x" + "\t" * 19_000 + "x",
        "# x" + "#" * 19_000 + "x",
        " " * 19_000,
        "<span " + "a" * 19_000,
        "[" + "a" * 19_000,
        "[a](" * 4_000,
        "*" * 19_000,
        "*a" * 9_000,
        "_a" * 9_000,
        "<b>" * 6_000,
        "\\*" * 9_000,
        "color:" * 3_000,
    ],
)
def test_no_words_take_long(text: str) -> None:
    short = text[: len(text) // 8]
    small = min(_seconds(short, 8) for _ in range(3))
    # Eight times as long takes about as much as eight times the short one; eight times that, were it quadratic.
    assert min(_seconds(text, 1) for _ in range(3)) < 5 * small + 0.1


def _seconds(text: str, times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        segments.__wrapped__(text)
    return time.process_time() - begun


def test_what_nobody_could_read_is_shown_as_it_is() -> None:
    essay = "**" + escaped("- mot " * 4_000)
    assert plain(essay) == "**" + "- mot " * 4_000


def test_a_very_long_text_of_marks_takes_no_time_that_is_noticed() -> None:
    assert plain("*" * 20_000 + "a_" * 20_000)
    assert plain("[" * 20_000)
    assert plain("<b" * 20_000)


FORM = """
| survey |  |  |  |  |
|  | type | name | label | hint |
|  | text | who | Votre **nom** |  |
|  | note | told | Bonjour *${who}*, <span style="color:red">lisez</span> | Voir [ici](https://exemple.fr) |
|  | select_one c | pick | Un choix | |
| choices |  |  |  |  |
|  | list_name | name | label |  |
|  | c | a | **Gras** |  |
"""


@pytest.fixture
def session() -> Session:
    return start(FORM)


def question(session: Session, path: str) -> QuestionView:
    return session.question(path)


def test_screens_get_the_words_and_beside_them_the_formatting(session: Session) -> None:
    session.answer("/who", "**Ada** <b>")
    told = session.question("/told")
    assert told.label == "Bonjour **Ada** <b>, lisez"
    assert told.label_parts == (
        S("Bonjour "),
        S("**Ada** <b>", italic=True),
        S(", "),
        S("lisez", colour="red"),
    )
    assert told.hint == "Voir ici" and told.help_parts[-1].link == "https://exemple.fr"
    assert session.question("/who").label == "Votre nom"
    assert session.choices("/pick")[0].label == "Gras"


def test_an_answer_that_is_not_there_leaves_no_marks(session: Session) -> None:
    assert session.question("/told").label == "Bonjour , lisez"
    assert plain(f"**{escaped('')}** €") == " €"


def test_plain_words_carry_no_pieces(session: Session) -> None:
    assert session.question("/pick").label_parts == ()
    assert not is_formatted(segments("Un choix"))


def test_a_replay_gives_the_words_as_the_form_writes_them(session: Session) -> None:
    assert session.state()["labels"]["/data/who"] == "Votre **nom**"
