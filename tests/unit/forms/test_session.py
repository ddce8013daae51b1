"""A filling: relevance, calculations, rows, defaults, languages, and what is stored."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from forms.errors import FormsError
from forms.session import Session
from forms.views import Page, QuestionView, RepeatView, Section
from tests.support.form_sessions import TODAY, definition_of
from tests.support.forms import NOW_MS, define, row_ids, start

HOUSEHOLD = """
| survey |  |  |  |  |  |  |  |  |
|  | type | name | label | relevant | required | constraint | constraint_message | calculation |
|  | text | name | Votre nom |  | yes |  |  |  |
|  | select_one yn | couple | En couple ? |  |  |  |  |  |
|  | begin_group | partner | Conjoint | ${couple} = 'yes' |  |  |  |  |
|  | text | pname | Son nom |  | yes |  |  |  |
|  | integer | page | Son âge |  |  | . > 0 and . < 130 | Un âge en années |  |
|  | end_group |  |  |  |  |  |  |  |
|  | begin_repeat | member | Membre |  |  |  |  |  |
|  | text | mname | Nom |  |  |  |  |  |
|  | decimal | income | Revenu |  |  | . >= 0 |  |  |
|  | calculate | rank |  |  |  |  |  | position(..) |
|  | calculate | share |  |  |  |  |  | ${income} div ${total} |
|  | end_repeat |  |  |  |  |  |  |  |
|  | calculate | total |  |  |  |  |  | sum(${income}) |
|  | calculate | people |  |  |  |  |  | count(${member}) |
|  | note | told | Total : ${total} € | ${total} > 0 |  |  |  |  |
| choices |  |  |  |  |  |  |  |  |
|  | list_name | name | label |  |  |  |  |  |
|  | yn | yes | Oui |  |  |  |  |  |
|  | yn | no | Non |  |  |  |  |  |
"""


def household() -> Session:
    return start(HOUSEHOLD)


def test_a_group_appears_with_its_condition_and_keeps_what_was_typed() -> None:
    session = household()
    assert not session.question("/partner/pname").relevant
    change = session.answer("/couple", "yes")
    assert change.answers == {"/couple": "yes"} and change.structure
    session.answer("/partner/pname", "Ada")
    session.answer("/couple", "no")
    assert "/partner/pname" not in session.submission()
    assert session.answers()["/partner/pname"] == "Ada"
    session.answer("/couple", "yes")
    assert session.submission()["/partner/pname"] == "Ada"


def test_a_repeat_starts_with_one_row_and_rows_count() -> None:
    session = household()
    assert session.submission()["/people"] == "1"
    session.answer("/member[r0]/income", "100.5")
    change = session.add_row("/member")
    row = f"/member[{change.added_row}]"
    assert change.answers == {row: "2"} and change.rows == {"/member"} and change.structure
    session.answer(f"{row}/income", "99.5")
    assert session.computed()["/total"] == "200"
    assert session.computed()[f"{row}/rank"] == "2"
    assert session.computed()["/member[r0]/share"] == "0.5025"
    assert session.question("/told").label == "Total : 200 €"


def test_removing_a_row_keeps_the_identity_of_the_others() -> None:
    session = household()
    _second, third = (f"/member[{session.add_row('/member').added_row}]" for _ in range(2))
    session.answer(f"{third}/mname", "Zoé")
    change = session.remove_row("/member[r0]")
    assert change.answers == {"/member[r0]": None}
    assert f"{third}/rank" in change.changed
    assert session.submission()[f"{third}/mname"] == "Zoé"
    assert session.computed()[f"{third}/rank"] == "2"
    with pytest.raises(FormsError, match=r"forms\.unknown_path"):
        session.answer("/member[r0]/mname", "x")


def test_reloading_gives_the_same_rows_in_the_same_order_whatever_the_order_of_the_answers() -> None:
    session = household()
    for name in "BCDE":
        session.answer(f"/member[{session.add_row('/member').added_row}]/mname", name)
    session.remove_row("/member[r0]")
    shuffled = dict(reversed(session.answers().items()))
    again = start(HOUSEHOLD, shuffled, new_row_id=row_ids("z"))
    assert again.submission() == session.submission()
    assert list(again.answers().items()) == list(session.answers().items())


def test_all_rows_removed_stay_removed_after_reloading() -> None:
    session = household()
    session.remove_row("/member[r0]")
    again = start(HOUSEHOLD, session.answers(), new_row_id=row_ids("z"))
    assert again.submission().get("/people") == "0"


def test_an_edit_inside_a_row_without_marker_shows_the_row() -> None:
    session = start(HOUSEHOLD, {"/member[far]/mname": "Ana"})
    assert session.submission()["/member[far]/mname"] == "Ana"


def test_first_answers_from_outside_leave_the_initial_row_and_defaults() -> None:
    session = start(HOUSEHOLD, {"/name": "Durand", "/gone": "x"})
    assert session.submission()["/people"] == "1"
    assert "/gone" not in session.answers()


def test_a_wrong_value_is_kept_flagged_and_not_calculated_with() -> None:
    session = household()
    session.answer("/member[r0]/income", "abc")
    view = session.question("/member[r0]/income")
    assert view.value == "abc" and view.problem is not None and view.problem.code == "type"
    assert session.answers()["/member[r0]/income"] == "abc"
    assert session.computed()["/total"] == "0"
    assert "/member[r0]/income" not in session.submission()


def test_a_constraint_explains_itself_and_the_value_is_kept() -> None:
    session = household()
    session.answer("/couple", "yes")
    change = session.answer("/partner/page", "200")
    assert change.answers == {"/partner/page": "200"}
    problem = session.question("/partner/page").problem
    assert problem is not None and (problem.code, problem.message) == ("constraint", "Un âge en années")
    session.answer("/partner/page", "20")
    assert session.question("/partner/page").problem is None


def test_validation_walks_the_form_in_order_and_skips_what_is_hidden() -> None:
    session = household()
    assert [(issue.path, issue.code) for issue in session.validate()] == [("/name", "required")]
    session.answer("/couple", "yes")
    session.answer("/partner/page", "0")
    session.answer("/member[r0]/income", "-1")
    found = [(issue.path, issue.code, issue.label) for issue in session.validate()]
    assert found == [
        ("/name", "required", "Votre nom"),
        ("/partner/pname", "required", "Son nom"),
        ("/partner/page", "constraint", "Son âge"),
        ("/member[r0]/income", "constraint", "Revenu"),
    ]
    session.answer("/name", "Durand")
    session.answer("/couple", "no")
    session.answer("/member[r0]/income", "")
    assert session.validate() == ()


def test_pages_hold_only_what_is_relevant() -> None:
    session = household()
    pages = session.pages()
    assert [page.path for page in pages] == ["/name", "/member"]
    session.answer("/couple", "yes")
    session.answer("/member[r0]/income", "10")
    session.answer("/member[r0]/mname", "Léa")
    pages = session.pages()
    assert [(page.path, page.label) for page in pages] == [
        ("/name", ""),
        ("/partner", "Conjoint"),
        ("/member", "Membre"),
        ("/told", ""),
    ]
    repeat = pages[2].items[0]
    assert isinstance(repeat, RepeatView) and repeat.can_add and repeat.rows[0].label == "Léa"
    kinds = [item.kind for item in pages[1].items if isinstance(item, QuestionView)]
    assert kinds == ["text", "integer"]


def test_the_summary_reads_like_the_form() -> None:
    session = household()
    session.answer("/name", "Durand")
    session.answer("/couple", "yes")
    session.answer("/partner/pname", "Ada")
    session.answer("/member[r0]/income", "12")
    lines = [(item.depth, item.kind, item.label, item.value_text) for item in session.summary()]
    assert lines == [
        (0, "answer", "Votre nom", "Durand"),
        (0, "answer", "En couple ?", "Oui"),
        (0, "group", "Conjoint", ""),
        (1, "answer", "Son nom", "Ada"),
        (0, "row", "12", ""),
        (1, "answer", "Revenu", "12"),
    ]


def test_calls_that_cannot_be_done_are_named() -> None:
    session = household()
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: session.answer("/nowhere", "x"), "forms.unknown_path"),
        (lambda: session.answer("/partner", "x"), "forms.unknown_path"),
        (lambda: session.answer("/total", "1"), "forms.read_only"),
        (lambda: session.add_row("/partner"), "forms.not_a_repeat"),
        (lambda: session.remove_row("/member[zz]"), "forms.unknown_path"),
        (lambda: session.set_language("klingon"), "forms.unknown_language"),
        (lambda: session.answer("/name", "x" * 200_000), "forms.answer_too_long"),
    ]
    for act, code in acts:
        with pytest.raises(FormsError) as caught:
            act()
        assert caught.value.code == code


def test_the_same_answer_again_changes_nothing() -> None:
    session = household()
    session.answer("/name", "Durand")
    assert session.answer("/name", "Durand") == session.answer("/name", "Durand")
    assert session.answer("/name", "Durand").answers == {}


def test_a_cascade_of_conditions_closes_behind_one_answer() -> None:
    rows = "\n".join(f"| | integer | q{n} | Q{n} | ${{q{n - 1}}} > 0 |" for n in range(1, 200))
    session = start(f"| survey |\n| | type | name | label | relevant |\n| | integer | q0 | Q0 | |\n{rows}\n")
    for number in range(200):
        session.answer(f"/q{number}", "1")
    assert len([path for path in session.submission() if path.startswith("/q")]) == 200
    session.answer("/q0", "0")
    assert [path for path in session.submission() if path.startswith("/q")] == ["/q0"]


def test_a_counted_repeat_follows_its_number_and_hides_rather_than_deletes() -> None:
    form = """
| survey |              |      |       |              |
|        | type         | name | label | repeat_count |
|        | integer      | n    | N     |              |
|        | begin_repeat | rep  | R     | ${n}         |
|        | text         | t    | T     |              |
|        | end_repeat   |      |       |              |
|        | calculate    | c    |       |              | count(${rep}) |
""".replace("| repeat_count |\n", "| repeat_count | calculation |\n")
    session = start(form)
    assert session.submission()["/c"] == "0"
    change = session.answer("/n", "3")
    assert change.answers == {"/n": "3", "/rep[1]": "1", "/rep[2]": "2", "/rep[3]": "3"}
    session.answer("/rep[3]/t", "kept")
    session.answer("/n", "2")
    assert session.submission()["/c"] == "2" and "/rep[3]/t" not in session.submission()
    page = session.pages()[1].items[0]
    assert isinstance(page, RepeatView) and len(page.rows) == 2 and not page.can_add and not page.can_remove
    assert start(form, session.answers()).submission() == session.submission()
    session.answer("/n", "3")
    assert session.submission()["/rep[3]/t"] == "kept"
    with pytest.raises(FormsError):
        session.add_row("/rep")
    session.answer("/n", "1000000")
    assert session.submission()["/c"] == "1000"


NESTED = """
| survey |              |       |       |                                                        |
|        | type         | name  | label | calculation                                            |
|        | begin_repeat | house | House |                                                        |
|        | text         | addr  | Addr  |                                                        |
|        | begin_repeat | kid   | Kid   |                                                        |
|        | integer      | age   | Age   |                                                        |
|        | calculate    | where |       | concat(${addr}, '/', position(..), '/', position(../..))|
|        | end_repeat   |       |       |                                                        |
|        | calculate    | ages  |       | sum(${age})                                            |
|        | calculate    | next  |       | indexed-repeat(${addr}, ${house}, position(..) + 1)    |
|        | end_repeat   |       |       |                                                        |
|        | calculate    | all   |       | sum(${age})                                            |
|        | calculate    | first |       | indexed-repeat(${age}, ${house}, 2, ${kid}, 1)         |
"""


def _rows_of(session: Session, repeat: str) -> list[str]:
    return [path for path in session.answers() if path.startswith(repeat + "[") and path.endswith("]")]


def test_nested_rows_mean_their_own_house() -> None:
    session = start(NESTED)
    first, second = "/house[r0]", f"/house[{session.add_row('/house').added_row}]"
    assert _rows_of(session, f"{second}/kid") == []  # an added row is made from the template, which has no rows
    third_kid = f"{second}/kid[{session.add_row(f'{second}/kid').added_row}]"
    session.answer(f"{first}/addr", "A")
    session.answer(f"{second}/addr", "B")
    session.answer(f"{first}/kid[r1]/age", "3")
    session.answer(f"{third_kid}/age", "4")
    last_kid = f"{second}/kid[{session.add_row(f'{second}/kid').added_row}]"
    session.answer(f"{last_kid}/age", "5")
    values = session.computed()
    assert (values[f"{first}/ages"], values[f"{second}/ages"], values["/all"]) == ("3", "9", "12")
    assert values[f"{last_kid}/where"] == "B/2/2"
    assert values[f"{first}/next"] == "B" and f"{second}/next" not in values
    assert values["/first"] == "4"
    session.remove_row(first)
    values = session.computed()
    assert values["/all"] == "9" and values[f"{last_kid}/where"] == "B/2/1"
    assert start(NESTED, session.answers()).submission() == session.submission()


LISTS = """
| survey |                     |        |         |                        |
|        | type                | name   | label   | choice_filter          |
|        | select_one region   | r      | Région  |                        |
|        | select_one town     | t      | Ville   | region = ${r}          |
|        | select_multiple town| many   | Villes  | selected(${r}, region) |
|        | note                | n      | Ville choisie : ${tn} |          |
|        | calculate           | tn     |         |                        | jr:choice-name(${t}, '${t}') |
| choices|                     |        |         |                        |
|        | list_name           | name   | label   | region                 |
|        | region              | aura   | Auvergne|                        |
|        | region              | bre    | Bretagne|                        |
|        | town                | amb    | Ambert  | aura                   |
|        | town                | cle    | Clermont-Ferrand | aura          |
|        | town                | que    | Quimper | bre                    |
|        | town                | ema    | Saint-Émant | bre                |
""".replace("| choice_filter          |\n", "| choice_filter          | calculation |\n", 1)


def test_a_cascade_offers_the_towns_of_the_region_and_remembers_a_choice_that_left() -> None:
    session = start(LISTS)
    assert session.question("/t").choice_count == 0
    session.answer("/r", "aura")
    assert [choice.label for choice in session.choices("/t")] == ["Ambert", "Clermont-Ferrand"]
    session.answer("/t", "amb")
    session.answer("/many", "amb cle")
    assert session.question("/n").label == "Ville choisie : Ambert"
    change = session.answer("/r", "bre")
    assert {"/t", "/many", "/n"} <= change.changed
    assert session.question("/t").value is None and "/t" not in session.submission()
    assert session.answers()["/t"] == "amb"
    session.answer("/r", "aura")
    assert session.submission()["/t"] == "amb" and session.submission()["/many"] == "amb cle"


def test_search_forgives_accents_case_and_hyphens_and_puts_prefixes_first() -> None:
    session = start(LISTS)
    session.answer("/r", "bre")
    assert [choice.value for choice in session.choices("/t", "emant")] == ["ema"]
    assert [choice.value for choice in session.choices("/t", "SAINT e")] == ["ema"]
    session.answer("/r", "aura")
    assert [choice.value for choice in session.choices("/t", "er")] == ["amb", "cle"]
    assert [choice.value for choice in session.choices("/t", "cl", 1)] == ["cle"]


LANGUAGES = """
| survey |                 |      |                    |                    |
|        | type            | name | label::English (en)| label::Français (fr) |
|        | select_one yn   | a    | Agree?             | D'accord ?         |
|        | calculate       | an   |                    |                    | jr:choice-name(${a}, '${a}') |
|        | calculate       | when |                    |                    | format-date('2026-08-03', '%e %B %Y') |
|        | note            | n    | You said ${an}     | Vous dites ${an}   |
| choices|                 |      |                    |                    |
|        | list_name       | name | label::English (en)| label::Français (fr) |
|        | yn              | y    | Yes                | Oui                |
| settings |
|        | default_language |
|        | Français (fr)    |
""".replace("| label::Français (fr) |\n", "| label::Français (fr) | calculation |\n", 1)


def test_a_change_of_language_leaves_nothing_in_the_old_one() -> None:
    session = start(LANGUAGES)
    assert set(session.definition.languages) == {"English (en)", "Français (fr)"}
    assert session.language == "Français (fr)"
    session.answer("/a", "y")
    assert session.question("/n").label == "Vous dites Oui"
    assert session.computed()["/when"] == "3 août 2026"
    change = session.set_language("English (en)")
    assert change.structure and {"/a", "/n"} <= change.changed and change.answers == {}
    assert session.question("/n").label == "You said Yes"
    assert session.computed()["/when"] == "3 August 2026"
    assert [choice.label for choice in session.choices("/a", "ye")] == ["Yes"]


DEFAULTS = """
| survey |              |        |       |                |             |         |           |
|        | type         | name   | label | default        | calculation | trigger | readonly  |
|        | start        | start  |       |                |             |         |           |
|        | today        | today  |       |                |             |         |           |
|        | deviceid     | dev    |       |                |             |         |           |
|        | date         | d      | D     | today()        |             |         |           |
|        | text         | s      | S     | static         |             |         |           |
|        | text         | ro     | RO    | shown          |             |         | yes       |
|        | text         | src    | Src   |                |             |         |           |
|        | text         | copy   | Copy  |                | concat(${src}, '!') | ${src} |     |
|        | calculate    | id     |       |                | once(uuid())|         |           |
|        | begin_repeat | rep    | R     |                |             |         |           |
|        | integer      | k      | K     | position(..)   |             |         |           |
|        | end_repeat   |        |       |                |             |         |           |
|        | note         | hello  | Hello |                |             |         |           |
"""


def test_defaults_metadata_and_actions_are_stored_once() -> None:
    session = start(DEFAULTS, properties={"deviceid": "pc-1"})
    stored = session.answers()
    assert stored["/start"] == "2026-11-23T10:00:00.000+00:00"
    assert (stored["/today"], stored["/d"], stored["/s"], stored["/dev"]) == (
        "2026-11-23",
        "2026-11-23",
        "static",
        "pc-1",
    )
    assert stored["/rep[r0]/k"] == "1"
    assert str(stored["/meta/instanceID"]).startswith("uuid:") and len(str(stored["/id"])) == 36
    change = session.answer("/src", "abc")
    assert change.answers == {"/src": "abc", "/copy": "abc!"}
    session.answer("/copy", "mine")
    assert session.submission()["/copy"] == "mine"
    session.answer("/s", None)
    again = start(DEFAULTS, session.answers(), new_row_id=row_ids("other"))
    assert again.submission() == session.submission()
    assert again.answers() == session.answers()
    with pytest.raises(FormsError, match=r"forms\.read_only"):
        session.answer("/ro", "x")
    assert session.question("/hello").kind == "note" and session.question("/ro").kind == "text"


def test_a_new_row_gets_its_dynamic_default_in_the_same_change() -> None:
    session = start(DEFAULTS)
    change = session.add_row("/rep")
    row = change.added_row
    assert list(change.answers) == [f"/rep[{row}]", f"/rep[{row}]/k"]
    assert change.answers == {f"/rep[{row}]": "2", f"/rep[{row}]/k": "2"}


def test_a_cycle_is_named_and_the_form_still_works() -> None:
    form = """
| survey |           |      |       |             |
|        | type      | name | label | calculation |
|        | integer   | a    | A     |             |
|        | calculate | b    |       | ${c} + 1    |
|        | calculate | c    |       | ${b} + ${a} |
"""
    definition = define(form)
    assert [set(cycle) for cycle in definition.cycles] == [{"/b", "/c"}]
    session = start(definition)
    session.answer("/a", "1")
    assert session.validate() == ()


def test_lookups_in_a_data_file() -> None:
    form = """
| survey |                               |      |       |                                        |
|        | type                          | name | label | calculation                            |
|        | select_one_from_file town.csv | t    | Ville |                                        |
|        | calculate                     | p    |       | pulldata('town', 'postcode', 'name', ${t}) |
"""
    data = b"name,label,postcode\n63003,Ambert,63600\n63113,Clermont-Ferrand,63000\n"
    session = start(form, media={"town.csv": data})
    assert [choice.label for choice in session.choices("/t", "clermont ferr")] == ["Clermont-Ferrand"]
    session.answer("/t", "63003")
    assert session.computed()["/p"] == "63600"
    assert session.choice_label("/t", "63003") == "Ambert"
    session.answer("/t", "99")
    problem = session.question("/t").problem
    assert problem is not None and problem.code == "type"


def test_nested_groups_are_sections() -> None:
    form = """
| survey |             |      |       |
|        | type        | name | label |
|        | begin_group | g    | G     |
|        | begin_group | h    | H     |
|        | text        | t    | T     |
|        | end_group   |      |       |
|        | end_group   |      |       |
"""
    (page,) = start(form).pages()
    assert isinstance(page, Page) and page.label == "G"
    (section,) = page.items
    assert isinstance(section, Section) and section.label == "H" and section.items[0].path == "/g/h/t"


def test_choices_taken_from_the_rows_of_a_repeat() -> None:
    form = """
| survey |                    |      |       |
|        | type               | name | label |
|        | begin_repeat       | rep  | R     |
|        | text               | who  | Who   |
|        | end_repeat         |      |       |
|        | select_one ${who}  | best | Best  |
"""
    session = start(form)
    session.answer("/rep[r0]/who", "Ana")
    row = session.add_row("/rep").added_row
    change = session.answer(f"/rep[{row}]/who", "Bob")
    assert "/best" in change.changed
    assert [choice.value for choice in session.choices("/best")] == ["Ana", "Bob"]
    session.answer("/best", "Bob")
    session.remove_row(f"/rep[{row}]")
    assert session.question("/best").value is None


def test_conditions_as_formulas_for_required_and_readonly() -> None:
    form = """
| survey |         |      |       |             |            |                  |
|        | type    | name | label | required    | readonly   | required_message |
|        | integer | a    | A     |             |            |                  |
|        | text    | b    | B     | ${a} > 1    | ${a} = 0   | Il le faut       |
"""
    session = start(form)
    change = session.answer("/a", "2")
    assert "/b" in change.changed and session.question("/b").required
    assert [(issue.code, issue.message) for issue in session.validate()] == [("required", "Il le faut")]
    session.answer("/a", "0")
    assert session.validate() == ()
    with pytest.raises(FormsError, match=r"forms\.read_only"):
        session.answer("/b", "x")


def test_an_edit_in_one_row_touches_that_row_and_what_sums_it() -> None:
    session = household()
    rows = [f"/member[{session.add_row('/member').added_row}]" for _ in range(20)]
    change = session.answer(f"{rows[7]}/mname", "Léa")
    assert change.changed == {f"{rows[7]}/mname"} and not change.structure
    change = session.answer(f"{rows[7]}/income", "5")
    shares = {f"{row}/share" for row in [*rows, "/member[r0]"]}
    assert {f"{rows[7]}/income", f"{rows[7]}/share", "/total", "/told"} <= change.changed
    assert change.changed <= {f"{rows[7]}/income", "/total", "/told"} | shares


def test_a_value_that_did_not_change_stops_the_wave() -> None:
    form = """
| survey |
| | type | name | label | calculation |
| | integer | a | A | |
| | calculate | even | | ${a} mod 2 |
| | calculate | word | | if(${even} = 0, 'pair', 'impair') |
"""
    session = start(form)
    session.answer("/a", "2")
    assert session.answer("/a", "4").changed == {"/a"}
    assert session.answer("/a", "5").changed == {"/a", "/even", "/word"}


def test_a_position_is_typed_and_checked() -> None:
    session = start("| survey |\n| | type | name | label |\n| | geopoint | g | Où ? |\n| | barcode | b | Code |\n")
    view = session.question("/g")
    assert view.kind == "text" and "geopoint" in view.appearance and "barcode" in session.question("/b").appearance
    session.answer("/g", "45.55 3.74")
    assert session.question("/g").problem is None and session.submission()["/g"] == "45.55 3.74"
    session.answer("/g", "145 3.74")
    problem = session.question("/g").problem
    assert problem is not None and problem.code == "type"


def _rows_form(label: str) -> str:
    return f"""
| survey |
| | type | name | label | calculation |
| | begin_repeat | kid | {label} | |
| | text | first | Prénom | |
| | calculate | number | | position(..) |
| | end_repeat | | | |
"""


def test_a_repeat_that_numbers_its_rows_is_named_without_a_number() -> None:
    session = start(_rows_form("Enfant ${number}"))
    row = session.add_row("/kid").added_row
    session.answer(f"/kid[{row}]/first", "Léa")
    (view,) = session.pages()[0].items
    assert isinstance(view, RepeatView) and view.label == "Enfant"
    assert [row.label for row in view.rows] == ["Enfant 1", "Léa"]


def test_a_repeat_label_that_quotes_an_answer_speaks_for_its_row() -> None:
    session = start(_rows_form("Enfant : ${first}"))
    session.answer("/kid[r0]/first", "Léa")
    (view,) = session.pages()[0].items
    assert isinstance(view, RepeatView) and view.label == "Enfant" and view.rows[0].label == "Enfant : Léa"


def test_a_list_is_shuffled_by_its_seed_and_else_the_same_way_all_through_a_session() -> None:
    form = """
| survey |            |       |       |                           |
|        | type       | name  | label | parameters                |
|        | integer    | seed  | Seed  |                           |
|        | select_one l | given | A   | randomize=true, seed=${seed} |
|        | select_one l | free  | B   | randomize=true            |
| choices |           |       |       |
|        | list_name  | name  | label |
|        | l          | a     | A     |
|        | l          | b     | B     |
|        | l          | c     | C     |
|        | l          | d     | D     |
|        | l          | e     | E     |
|        | l          | f     | F     |
"""
    one, other = start(form, seed=1), start(form, seed=2)
    free = one.offered("/free")
    one.answer("/seed", "42")
    assert "".join(one.offered("/given")) == "afcbde"
    assert one.offered("/free") == free != other.offered("/free")


def test_what_a_calculation_gives_a_choice_question_is_never_called_wrong() -> None:
    form = """
| survey |              |      |       |             |          |
|        | type         | name | label | calculation | readonly |
|        | select_one l | c    | C     | 1 + 1       | yes      |
| choices |             |      |       |
|        | list_name    | name | label |
|        | l            | a    | A     |
"""
    assert start(form).validate() == () and start(form).computed() == {"/c": "2"}


ENDED = """
| survey |           |       |       |              |             |
|        | type      | name  | label | relevant     | calculation |
|        | start     | begun |       |              |             |
|        | end       | end   |       |              |             |
|        | text      | t     | T     |              |             |
|        | calculate | from  |       |              | decimal-date-time(${begun}) |
|        | calculate | days  |       |              | round(decimal-date-time(${end}) - ${from}) |
|        | note      | done  | Fini  | ${end} != '' |             |
"""


def test_the_end_is_the_moment_of_handing_in_and_formulas_read_it_then() -> None:
    session = start(ENDED, tz=ZoneInfo("Europe/Paris"))
    assert "/end" not in session.submission() and "/end" not in session.answers()
    assert "/days" not in session.submission() and not session.question("/done").relevant
    with pytest.raises(FormsError):
        session.answer("/end", "2026-11-23T10:00:00.000+00:00")
    change = session.hand_in(NOW_MS + 3 * 86_400_000)
    assert change.answers == {"/end": "2026-11-26T11:00:00.000+01:00"}
    assert session.submission()["/days"] == "3" and session.question("/done").relevant
    again = start(ENDED, session.answers(), tz=ZoneInfo("Europe/Paris"))
    assert again.submission()["/end"] == "2026-11-26T11:00:00.000+01:00" and again.submission()["/days"] == "3"
    again.hand_in(NOW_MS + 5 * 86_400_000)
    assert again.submission()["/days"] == "5" and not again.can_undo
    again.hand_in(None)
    assert "/end" not in again.submission()


def test_numbers_in_sentences_have_the_reader_s_sign_and_formulas_read_a_point() -> None:
    survey = (
        ("decimal", "income", "Revenu", {}),
        ("text", "edition", "Édition", {}),
        ("calculate", "half", "", {"calculation": "${income} div 2"}),
        ("note", "said", "Moitié : ${half}, de ${income}, édition ${edition}", {}),
        ("calculate", "told", "", {"calculation": "concat('x', ${half})"}),
    )
    stored = {"/income": "12.5", "/edition": "1.2"}
    made = Session(
        definition_of(survey),
        answers=stored,
        today=TODAY,
        now_ms=NOW_MS,
        tz=ZoneInfo("UTC"),
        new_row_id=lambda: "r1",
        decimal_sign=",",
    )
    assert made.question("/said").label == "Moitié : 6,25, de 12,5, édition 1.2"
    assert (made.question("/told").value, made.answers()["/income"]) == ("x6.25", "12.5")
