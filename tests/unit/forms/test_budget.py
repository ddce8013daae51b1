"""What one act may compute: whatever a form asks for ends, and what was not worked out is told."""

from __future__ import annotations

import pytest

from forms import limits
from forms.definition import parse_form
from forms.expressions import patterns
from forms.expressions.budget import OverBudget
from forms.session import Session
from tests.support.forms import define, row_ids, start, xform

FORM = """
| survey |              |      |       |            |          |            |             |        |
|        | type         | name | label | relevant   | required | constraint | calculation | choice_filter |
|        | text         | t    | Début |            |          |            |             |        |
|        | begin_repeat | r    | R     |            |          |            |             |        |
|        | integer      | a    | A     |            |          |            |             |        |
|        | end_repeat   |      |       |            |          |            |             |        |
{rows}
| choices |             |      |       |
|        | list_name    | name | label |
|        | l            | x    | X     |
|        | l            | y    | Y     |
"""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of the budget: the tests need not take as long as a person would wait."""
    for name in ("STEPS_PER_FORMULA_MAX", "STEPS_PER_ACT_MAX"):
        monkeypatch.setattr(limits, name, getattr(limits, name) // 100)


def nested(levels: int) -> str:
    """A condition that takes rows ** levels steps."""
    found = "a > 0"
    for _ in range(levels):
        found = f"count(/data/r[{found}]) > 0"
    return found


def session_with(*rows: str, count: int = 3) -> Session:
    made = start(FORM.format(rows="\n".join(rows)))
    for _ in range(count - 1):
        made.add_row("/r")
    return made


def told(session: Session) -> list[tuple[str, str, str]]:
    return [(issue.path, issue.code, issue.label) for issue in session.validate()]


@pytest.mark.parametrize("column", ["required", "constraint"])
def test_a_condition_that_takes_too_long_is_told_of_where_it_stands(small: None, column: str) -> None:
    cells = {"required": "", "constraint": ""} | {column: nested(30)}
    session = session_with(f"| | text | q | Question | | {cells['required']} | {cells['constraint']} |")
    session.answer("/q", "kept")
    session.answer("/r[r0]/a", "1")
    assert told(session) == [("/q", "uncomputed", "Question")]
    view = session.question("/q")
    assert view.value == "kept" and view.relevant and view.problem is not None and view.problem.code == "uncomputed"
    assert session.state()["uncomputed"] == ["/data/q"]


def test_a_relevance_that_takes_too_long_stays_as_it_was_and_is_told_of_where_somebody_reads_it(small: None) -> None:
    session = session_with(f"| | text | q | Question | {nested(30)} | | |", count=1)
    session.answer("/r[r0]/a", "1")
    session.answer("/q", "kept")
    assert not told(session)
    for _ in range(2):
        session.add_row("/r")
    assert session.question("/q").relevant and told(session) == [("/q", "uncomputed", "Question")]
    hidden = session_with(f"| | text | q | Question | {nested(30)} | | |")
    assert not hidden.question("/q").relevant and told(hidden) == [("/t", "uncomputed", "Question")]


def test_a_calculation_that_takes_too_long_is_empty_and_told_of_on_a_question_that_is_asked(small: None) -> None:
    session = session_with(
        f"| | calculate | total | | | | | {nested(30)} |", "| | calculate | twice | | | | | ${total} |"
    )
    session.answer("/r[r0]/a", "1")
    assert "/total" not in session.submission()
    assert told(session) == [("/t", "uncomputed", "total")]
    assert session.question("/t").problem is not None


def test_it_is_no_longer_told_once_it_can_be_worked_out(small: None) -> None:
    session = session_with(f"| | calculate | total | | | | | {nested(8)} |")
    session.answer("/r[r0]/a", "1")
    assert told(session)
    session.remove_row(next(path for path in session.answers() if path.endswith("]") and path != "/r[r0]"))
    assert not told(session) and session.submission()["/total"] == "true"
    session.undo()
    assert told(session)


def test_the_steps_are_the_same_every_time() -> None:
    def used() -> int:
        session = session_with(f"| | calculate | total | | | | | {nested(6)} |")
        session.answer("/r[r0]/a", "1")
        return session.steps_taken

    assert used() == used() > 3**6


def test_one_formula_leaves_enough_for_the_others(small: None) -> None:
    rows = [f"| | calculate | c{number} | | | | | {nested(30)} |" for number in range(2)]
    session = session_with(*rows, "| | calculate | last | | | | | sum(${a}) |")
    session.answer("/r[r0]/a", "7")
    assert session.submission()["/last"] == "7"


def test_what_one_act_had_no_steps_left_for_is_worked_out_by_the_next(small: None) -> None:
    rows = [f"| | calculate | c{number:02} | | | | | {nested(30)} |" for number in range(5)]
    session = session_with(*rows, "| | calculate | last | | | | | sum(${a}) |")
    session.answer("/r[r0]/a", "7")
    assert session.steps_taken <= limits.STEPS_PER_ACT_MAX + limits.STEPS_PER_FORMULA_MAX
    assert "/last" not in session.submission()
    session.answer("/t", "x")
    session.answer("/t", "y")
    assert session.submission()["/last"] == "7"


def test_choices_that_take_too_long_are_told_of_and_the_answer_is_kept(small: None) -> None:
    session = session_with(f"| | select_one l | q | Choix | | | | | ${{t}} = 'go' or {nested(30)} |")
    session.answer("/t", "go")
    session.answer("/q", "x")
    session.answer("/t", "stop")
    session.answer("/r[r0]/a", "1")
    assert session.offered("/q") == () and told(session) == [("/q", "uncomputed", "Choix")]
    assert session.submission()["/q"] == "x"
    session.answer("/t", "go")
    assert session.offered("/q") == ("x", "y") and not told(session)


def test_words_that_take_too_long_are_left_out_and_told_of_but_hold_nothing_up(small: None) -> None:
    words = xform(FORM.format(rows="| | text | q | Combien : ${t} |")).replace(
        b"/data/t ", nested(30).replace(">", "&gt;").encode()
    )
    session = start(parse_form(words))
    for _ in range(2):
        session.add_row("/r")
    session.answer("/r[r0]/a", "1")
    view = session.question("/q")
    assert view.label.startswith("Combien") and view.label.strip()[-1] == ":"
    assert view.problem is not None and view.problem.code == "uncomputed"
    session.pages()
    assert session.steps_taken < 1_000, "what took too long once is not tried at every look"
    assert not told(session) and session.state()["uncomputed"] == ["/data/q"]


def test_a_text_that_doubles_again_and_again_ends(small: None) -> None:
    rows = [f"| | calculate | c{n} | | | | | concat(${{c{n - 1}}}, ${{c{n - 1}}}) |" for n in range(1, 60)]
    session = session_with("| | calculate | c0 | | | | | ${t} |", *rows)
    session.answer("/t", "abc")
    assert told(session)[0][1] == "uncomputed"
    assert max(map(len, session.submission().values())) <= limits.ANSWER_CHARS_MAX


def test_actions_that_set_each_other_off_in_ever_more_ways_end(small: None) -> None:
    form = "| survey | | | | | |\n| | type | name | label | calculation | trigger |\n| | text | t | T | | |\n"
    form += "| | text | x0 | X | random() | ${t} |\n| | text | y0 | Y | random() | ${t} |\n"
    for n in range(1, 45):
        form += "".join(f"| | text | {name}{n} | Z | random() | ${{x{n - 1}}},${{y{n - 1}}} |\n" for name in ("x", "y"))
    session = start(form)
    session.answer("/t", "go")
    assert session.validate()[0].code == "uncomputed"
    assert session.steps_taken <= limits.STEPS_PER_ACT_MAX + 100


COUNTED = """
| survey |              |      |       |              |
|        | type         | name | label | repeat_count |
|        | integer      | n    | N     |              |
|        | begin_repeat | r    | Ligne | ${n}         |
|        | begin_repeat | q    | Case  | ${n}         |
|        | text         | a    | A     |              |
|        | end_repeat   |      |       |              |
|        | end_repeat   |      |       |              |
"""


def test_more_rows_than_a_form_may_have_are_told_of() -> None:
    session = start(COUNTED.replace("| Case  | ${n}  ", "| Case  | 1  "))
    session.answer("/n", str(limits.ROWS_MAX + 1))
    assert len(session.state()["rows"]) == limits.ROWS_MAX + 1
    assert told(session) == [("/r[1]/q[1]/a", "rows", "Ligne")]
    session.answer("/n", "2")
    assert not told(session)


def test_more_rows_than_the_whole_form_may_have_are_told_of_and_none_is_made_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "NODES_LIVE_MAX", 2_000)
    session = start(COUNTED)
    session.answer("/n", "60")
    assert {code for _path, code, _label in told(session)} == {"rows"}
    assert len(session.answers()) <= 2_000
    session.answer("/n", "3")
    assert session.state()["rows"]["/data/r[3]/q"] == 3


def test_a_pattern_that_takes_too_long_is_not_taken_for_a_refusal() -> None:
    session = start(
        "| survey | | | | |\n| | type | name | label | constraint |\n"
        "| | text | t | T | regex(., '((a?){30}b?){20}c') |\n"
    )
    session.answer("/t", "a" * 5_000)
    assert told(session) == [("/t", "uncomputed", "T")]
    session.answer("/t", "no")
    assert told(session) == [("/t", "constraint", "T")]


def test_a_pattern_costs_the_same_when_its_answer_is_known_from_before() -> None:
    def steps(held: patterns.Held) -> int:
        found: list[int] = []
        assert held.hold("[ab]+c{3,5}") and held.matches("[ab]+c{3,5}", "ababccc", found.append)
        return sum(found)

    held = patterns.Held()
    assert steps(held) == steps(held) == steps(patterns.Held())
    with pytest.raises(OverBudget):
        patterns.matches("((a?){30}b?){20}c", "a" * 5_000)


CLASS = "".join(chr(0x4E00 + 2 * place) for place in range(900))


def test_the_letters_of_a_class_are_not_held_once_for_each_time_that_it_is_repeated() -> None:
    assert patterns.matches(f"([{CLASS}a]?){{1200}}", "a" * 40)
    start, _end = patterns._make(f"([{CLASS}a]?){{1200}}")
    tests, waiting, seen = set(), [start], set()
    while waiting:
        state = waiting.pop()
        if state.number not in seen:
            seen.add(state.number)
            tests.add(id(state.test))
            waiting.extend(state.free if state.following is None else [*state.free, state.following])
    assert len(seen) > 2_400 and len(tests) == 2


@pytest.mark.parametrize(
    "pattern", ["a|bc|[d-f]+", "(a{2,5}b*){3,}", r"(?=.*\d)(?!00)\w+\b$", "x{0}", "(?:a?|b){40}", ""]
)
def test_the_size_of_a_pattern_is_known_before_it_is_made(pattern: str) -> None:
    assert patterns._make(pattern)[1].number <= 1 + patterns._states_of(patterns._parsed(pattern))
    builder = patterns._Builder(0)
    builder.sequence(patterns._parsed(pattern), builder.state())
    assert builder._count == 1 + patterns._states_of(patterns._parsed(pattern))


def test_a_pattern_that_is_worked_out_costs_what_making_it_takes() -> None:
    found: list[int] = []
    patterns.matches(f"([{CLASS}]?){{500}}", "x", found.append)
    assert found[0] > 900 + 1_000
    long = limits.PATTERN_CHARS_MAX // 5 * r"\p{L}"
    patterns.matches(long, "x", found.append)
    assert found[-2] > len(long) * 10


@pytest.mark.parametrize(
    "wrong", [f"concat('([', '{CLASS}]?){{1600}}')", "concat('(', 'a')", "concat('a{4000}', 'a{4000}')"]
)
def test_a_pattern_at_fault_marks_no_answer_as_wrong(wrong: str) -> None:
    session = start(
        f"| survey | | | | |\n| | type | name | label | constraint |\n| | text | t | T | regex(., {wrong}) |\n"
    )
    before = patterns._planned.cache_info().misses
    for answer in ("a" * 40, "a" * 41):
        session.answer("/t", answer)
        assert told(session) == [("/t", "uncomputed", "T")]
    assert patterns._planned.cache_info().misses <= before + 1, "a fault is remembered"


def test_a_letter_whose_capital_is_two_letters_can_be_compared() -> None:
    assert patterns.matches("(?i)[a-zß]+", "Straße") and not patterns.matches("(?i)[a-z]+", "ß")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [(r"[[\p{L}]+", "[é", True), (r"\\p[x]", r"\px", True), (r"[^\p{N}\]]+", "a[", True), (r"[\w-.]+", "a-.", True)],
)
def test_classes_of_letters_stand_inside_and_outside_of_brackets(pattern: str, text: str, expected: bool) -> None:
    assert patterns.matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("formula", "answer", "least"),
    [
        ("distance(${t})", "1 2;" * 1_000, 2_000),
        ("area(${t})", "1 2;" * 1_000, 2_000),
        ("geofence('1 1', ${t})", "1 2;" * 1_000, 2_000),
        ("rank-value(3, ${t})", "1 " * 4_000, 2_000),
        ("cht:validate-luhn(${t})", "1" * 4_000, 1_000),
    ],
)
def test_reading_many_numbers_out_of_one_text_is_counted(formula: str, answer: str, least: int) -> None:
    session = session_with(f"| | calculate | c | | | | | {formula} |", count=1)
    session.answer("/t", answer)
    assert session.steps_taken > len(answer) / 8 + least


def test_a_big_form_stays_far_below_the_budget() -> None:
    columns = "".join(
        f"| | integer | q{n} | Q{n} de ${{name}} | ${{name}} != '' | . > 0 and . < 130 | |\n" for n in range(18)
    )
    definition = define(
        "| survey | | | | | | |\n| | type | name | label | relevant | constraint | calculation |\n"
        f"| | begin_repeat | m | M | | | |\n| | text | name | N | | | |\n{columns}"
        "| | calculate | s | | | | ${q1} + ${q2} * 3 |\n| | end_repeat | | | | | |\n"
        "| | calculate | total | | | | sum(${q1}) + sum(${s}) |\n| | calculate | grown | | | | count(${m}[q1 > 18]) |\n"
    )
    answers: dict[str, str | None] = {}
    for row in range(300):
        answers |= {f"/m[a{row}]": str(row + 1), f"/m[a{row}]/name": "N"}
        answers |= {f"/m[a{row}]/q{n}": "30" for n in range(18)}
    session = start(definition, answers, new_row_id=row_ids())
    assert session.steps_taken < limits.STEPS_PER_ACT_MAX / 20
    session.answer("/m[a7]/q1", "12")
    assert session.submission()["/grown"] == "299" and session.steps_taken < limits.STEPS_PER_ACT_MAX / 500


def test_a_form_keeps_no_more_patterns_made_than_the_machine_can_hold() -> None:
    held = patterns.Held()
    kept = [held.hold(f".{{0,2000}}{number}") for number in range(60)]
    assert kept[0] and not kept[-1] and sum(kept) <= limits.PATTERN_STATES_PER_FORM_MAX / 4_000
