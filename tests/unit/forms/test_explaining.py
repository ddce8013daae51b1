"""Why a question is hidden, wrong or has its value."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.explaining import Explanation, Finding
from forms.expressions.spelling import spelled
from forms.expressions.syntax import parse
from forms.session import Session
from forms.tree import Node
from forms.values import coerce
from tests.support.forms import corpus_forms, start
from tests.unit.forms.test_corpus import opened

FORM = """
| survey |  |  |  |  |  |  |
|  | type | name | label | relevant | constraint | calculation |
|  | select_one yn | couple | En couple ? |  |  |  |
|  | select_multiple help | helps | Quelles aides ? |  |  |  |
|  | integer | age | Âge | | . >= 18 and . < 130 |  |
|  | begin_group | partner | Conjoint | ${couple} = 'yes' and (${age} >= 18 or selected(${helps}, 'apl')) |  |  |
|  | text | pname | Son nom |  |  |  |
|  | text | pjob | Son métier | not(${pname} = '') |  |  |
|  | end_group |  |  |  |  |  |
|  | note | known | Connu | ${pname} != '' |  |  |
|  | begin_repeat | member | Membre |  |  |  |
|  | decimal | income | Revenu |  |  |  |
|  | note | rich | Riche | ${income} > 1000 |  |  |
|  | end_repeat |  |  |  |  |  |
|  | calculate | total |  |  |  | sum(${income}) |
|  | calculate | share |  |  |  | if(${total} > 100, ${total} div 2, 0) |
| choices |  |  |
|  | list_name | name | label |
|  | yn | yes | Oui |
|  | yn | no | Non |
|  | help | apl | Aide au logement |
|  | help | rsa | Revenu de solidarité |
"""


@pytest.fixture
def session() -> Session:
    return start(FORM)


def why(session: Session, path: str, aspect: str = "relevant") -> Explanation:
    found = session.explain(path, aspect)
    assert found is not None
    return found


def kinds(finding: Finding) -> list[str]:
    return [part.kind for part in finding.parts]


def test_a_hidden_question_names_the_group_that_hides_it_and_the_answers_behind(session: Session) -> None:
    session.answer("/couple", "no")
    session.answer("/age", "40")
    found = why(session, "/partner/pname")
    assert (found.path, found.label, found.holds) == ("/partner", "Conjoint", False)
    couple, grown = found.finding.parts
    assert found.finding.kind == "all"
    assert (couple.kind, couple.operator, couple.wanted, couple.holds) == ("compare", "=", "Oui", False)
    assert [(one.label, one.value, one.shown) for one in couple.seen] == [("En couple ?", "no", "Non")]
    assert (grown.kind, grown.holds, kinds(grown)) == ("any", True, ["compare", "selected"])
    assert grown.parts[1].wanted == "Aide au logement"
    assert (
        found.finding.text
        == "« En couple ? » = “yes” and (« Âge » >= 18 or selected(« Quelles aides ? », “apl”))".replace(">=", "≥")
    )


def test_the_outermost_condition_that_fails_is_told_and_then_the_inner_one(session: Session) -> None:
    assert why(session, "/partner/pjob").path == "/partner"
    session.answer("/couple", "yes")
    session.answer("/age", "18")
    found = why(session, "/partner/pjob")
    assert (found.path, found.finding.kind, kinds(found.finding)) == ("/partner/pjob", "not", ["compare"])
    assert found.finding.parts[0].holds
    session.answer("/partner/pname", "Ada")
    assert why(session, "/partner/pjob").holds


def test_a_question_that_is_itself_hidden_is_named_all_the_same(session: Session) -> None:
    session.answer("/couple", "yes")
    session.answer("/age", "30")
    session.answer("/partner/pname", "Ada")
    assert why(session, "/known").holds
    session.answer("/couple", "no")
    read = why(session, "/known").finding.seen[0]
    assert (read.path, read.label, read.value, read.relevant) == ("/partner/pname", "Son nom", "", False)


def test_a_total_lists_what_makes_it(session: Session) -> None:
    second = f"/member[{session.add_row('/member').added_row}]"
    session.answer("/member[r0]/income", "100.5")
    session.answer(f"{second}/income", "99.5")
    total = why(session, "/total", "calculate")
    assert (total.value, total.finding.kind) == ("200", "formula")
    assert [(one.path, one.value) for one in total.finding.seen] == [
        ("/member[r0]/income", "100.5"),
        (f"{second}/income", "99.5"),
    ]
    share = why(session, "/share", "calculate").finding
    assert (share.kind, kinds(share), share.value) == ("choose", ["compare", "formula"], "100")
    assert share.parts[0].holds and share.parts[1].text == "« total » ÷ 2"


def test_a_row_is_explained_by_its_own_answers(session: Session) -> None:
    second = f"/member[{session.add_row('/member').added_row}]"
    session.answer(f"{second}/income", "2000")
    assert why(session, f"{second}/rich").holds
    found = why(session, "/member[r0]/rich")
    assert not found.holds and [one.path for one in found.finding.seen] == ["/member[r0]/income"]


def test_what_is_wrong_with_an_answer(session: Session) -> None:
    session.answer("/age", "12")
    found = why(session, "/age", "constraint")
    assert [(part.operator, part.wanted, part.holds) for part in found.finding.parts] == [
        (">=", "18", False),
        ("<", "130", True),
    ]
    assert found.finding.parts[0].seen[0].value == "12"


def test_no_formula_no_explanation_and_an_unknown_question_is_refused(session: Session) -> None:
    assert session.explain("/couple") is None
    assert session.explain("/couple", "calculate") is None
    with pytest.raises(FormsError, match=r"forms\.unknown_path"):
        session.explain("/nowhere")


def test_rows_beyond_a_count_are_hidden_by_the_count() -> None:
    session = start(
        """
        | survey |  |  |  |  |
        |  | type | name | label | repeat_count |
        |  | integer | children | Nombre d'enfants |  |
        |  | begin_repeat | child | Enfant | ${children} |
        |  | text | first | Prénom |  |
        |  | end_repeat |  |  |  |
        """
    )
    session.answer("/children", "2")
    row = next(path for path in reversed(session.answers()) if path.endswith("/first") or path.endswith("]"))
    session.answer("/children", "1")
    found = session.explain(row)
    assert found is not None and (found.aspect, found.value) == ("count", "1")
    assert [one.label for one in found.finding.seen] == ["Nombre d'enfants"]


def test_formulas_are_spelled_with_brackets_only_where_they_matter() -> None:
    def text(source: str) -> str:
        return spelled(parse(source), lambda path: None)

    assert text("(1 + 2) * 3") == "(1 + 2) × 3"
    assert text("1 + (2 * 3)") == "1 + 2 × 3"
    assert text("10 - (5 - 2)") == "10 − (5 − 2)"
    assert text("-(1 + 2)") == "−(1 + 2)"
    assert text("instance('a')/root/item[name = current()/../x]/label") == (
        "instance(“a”)/root/item[name = current()/../x]/label"
    )


@pytest.mark.parametrize("path", corpus_forms(), ids=lambda path: path.name)
def test_every_formula_of_a_real_form_is_explained_with_the_value_it_has(path: Path) -> None:
    definition = opened(path)
    if not isinstance(definition, FormDefinition):
        pytest.skip("not a form that opens")
    session = start(definition)
    explained = 0
    for path_of_node, node in session._grower.by_path.items():
        for aspect in ("relevant", "calculate", "constraint", "required", "readonly"):
            found = session.explain(path_of_node, aspect)
            explained += found is not None
            if aspect == "calculate" and found is not None and isinstance(node, Node) and node.relevant:
                once = node.schema.calculate is not None and node.schema.calculate.fickle
                assert once or coerce(found.value, node.schema.data_type, UTC) == node.value
    assert explained or not any(node.calculate or node.relevant for node in definition.nodes.values())
