"""Functions: every one that ODK writes is there, those of other tools work or say what to write instead."""

from __future__ import annotations

import pytest

from forms.definition import parse_form
from forms.errors import ExpressionError, FormRefused
from forms.expressions import dialects
from forms.expressions.functions import FUNCTIONS
from forms.expressions.special import SPECIAL
from forms.portability import differences
from sync.refusal_words import problem_lines
from tests.support.forms import define, start, xform
from tests.unit.forms.test_expressions import evaluate

# fmt: off
ODK = (
    "true", "false", "not", "instance", "jr:itext", "concat", "selected", "uuid", "if", "today", "now", "regex",
    "string-length", "substr", "contains", "starts-with", "ends-with", "translate", "normalize-space",
    "substring-before", "substring-after", "join", "count-selected", "selected-at", "jr:choice-name",
    "decimal-date-time", "decimal-time", "date", "format-date", "format-date-time", "coalesce", "once", "int", "number",
    "round", "floor", "ceiling", "abs", "pow", "sqrt", "log", "log10", "exp", "exp10", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "pi", "min", "max", "sum", "position", "count", "count-non-empty", "current",
    "indexed-repeat", "pulldata", "randomize", "random", "digest", "base64-decode", "checklist", "weighted-checklist",
    "boolean-from-string", "area", "distance", "geofence", "boolean", "string", "date-time", "version", "property",
    "depend", "last",
)
# fmt: on
_ONLY_IN_PATHS = {"instance", "randomize"}


@pytest.mark.parametrize("name", ODK)
def test_every_function_of_odk_is_there_and_looks_at_how_many_values_it_is_given(name: str) -> None:
    if name in _ONLY_IN_PATHS:
        assert start(RANDOM).offered("/pick")
        return
    assert name in FUNCTIONS or name in SPECIAL
    high = FUNCTIONS[name].high if name in FUNCTIONS else SPECIAL[name][1]
    if high < 900:
        with pytest.raises(ExpressionError) as caught:
            evaluate(f"{name}({', '.join(['1'] * (high + 1))})")
        assert (caught.value.reason, caught.value.name) == ("argument_count", name)


RANDOM = """
| survey |              |      |       |               |                       |
|        | type         | name | label | choice_filter | parameters            |
|        | select_one l | pick | Pick  | n > 1         | randomize=true, seed=3 |
| choices |             |      |       |   |
|        | list_name    | name | label | n |
|        | l            | a    | A     | 1 |
|        | l            | b    | B     | 2 |
|        | l            | c    | C     | 3 |
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("add-date('2026-01-31', 0, 1)", "2026-02-28"),
        ("add-date('2024-02-29', 1)", "2025-02-28"),
        ("add-date('2026-03-31', 0, -1, 1)", "2026-03-01"),
        ("add-date('2026-01-01', 0, 0, 0, 24)", "2026-01-02"),
        ("add-date('2026-01-01', 0, 0, 0, 1, 30)", "2026-01-01T01:30:00.000+00:00"),
        ("add-date('nothing', 1)", ""),
        ("add-date('2026-01-01', 99999999)", ""),
        ("difference-in-months('2015-10-01', '2015-10-01')", "0"),
        ("difference-in-months('2015-09-01', '2015-10-01')", "1"),
        ("difference-in-months('2015-09-02', '2015-10-01')", "0"),
        ("difference-in-months('2014-10-02', '2015-10-01')", "11"),
        ("difference-in-months('2015-09-22', '2014-09-22')", "-12"),
        ("difference-in-months(10, '50')", "1"),
        ("difference-in-months('', '2014-09-22')", ""),
        ("cht:difference-in-months('2015-01-31', '2015-02-28')", "1"),
        ("cht:difference-in-years('1986-05-02', '2026-05-01')", "39"),
        ("cht:difference-in-weeks('2026-05-01', '2026-05-14')", "1"),
        ("cht:difference-in-days('2026-05-01', '2026-04-29')", "-2"),
        ("cht:strip-whitespace(' a\tb  c ')", "abc"),
        ("cht:validate-luhn('7992739871 3')", "false"),
        ("cht:validate-luhn(79927398713)", "true"),
        ("cht:validate-luhn('79927398713', 11)", "true"),
        ("cht:validate-luhn('79927398713', 12)", "false"),
        ("format-date(parse-timestamp-to-date(1795428000000), '%Y-%m-%d %H')", "2026-11-23 10"),
        ("lower('ÀB')", "àb"),
        ("upper('straße')", "STRASSE"),
        ("string-length(linebreak())", "1"),
        ("empty('')", "true"),
        ("format-number(1234567.5)", "1,234,567.5"),
        ("format-number('x')", ""),
        ("count-items(',', 'a,b,,c')", "4"),
        ("count-items(',', '')", "0"),
        ("item-at(',', 'a,b', 1)", "b"),
        ("item-at(',', 'a,b', 2)", ""),
        ("item-index(' ', 'a b', 'b')", "1"),
        ("item-index(' ', 'a b', 'c')", "-1"),
        ("item-present(',', 'a,,b', '')", "true"),
        ("de-duplicate(' ', 'a b a c b')", "a b c"),
        ("rank-value(3, '4 2 1 9 3 7')", "4"),
        ("rank-value('x', '4 2')", "999"),
        ("round(distance-between('0 0 0 0', '0 1 0 0'))", "111319"),
        ("short-geopoint('48.5 2.5 0 0')", "48.5 2.5"),
        ("duration()", ""),
        ("collect-is-phone-app()", "false"),
        ("decimal-date('1970-01-02') = decimal-date-time('1970-01-02')", "true"),
        ("depend('a', 'b', 'c')", "a"),
    ],
)
def test_functions_of_other_tools(source: str, expected: str) -> None:
    assert evaluate(source) == expected


ROWS = """
| survey |              |         |       |                                              |
|        | type         | name    | label | calculation                                  |
|        | begin_repeat | child   | Child |                                              |
|        | text         | called  | Name  |                                              |
|        | integer      | age     | Age   |                                              |
|        | calculate    | nth     |       | index()                                      |
|        | calculate    | mine    |       | rank-index(index(), ${age})                  |
|        | end_repeat   |         |       |                                              |
|        | integer      | least   | Least |                                              |
|        | calculate    | adults  |       | count-if(${child}, ${age} >= ${least})       |
|        | calculate    | years   |       | sum-if(${age}, ${age} >= ${least})           |
|        | calculate    | oldest  |       | max-if(${age}, ${called} != 'b')             |
|        | calculate    | young   |       | min-if(${age}, ${age} > 100)                 |
|        | calculate    | names   |       | join-if(', ', ${called}, ${age} >= ${least}) |
|        | calculate    | first   |       | rank-index(1, ${age})                        |
|        | calculate    | ninth   |       | rank-index(9, ${age})                        |
|        | calculate    | among   |       | rank-index-if(2, ${age}, ${age} >= ${least}) |
|        | calculate    | device  |       | concat(device-info(), '/', property('phonenumber')) |
"""


def test_functions_over_the_rows_of_a_repeat() -> None:
    session = start(ROWS, properties={"deviceid": "d7", "phonenumber": "0600"})
    for _ in range(2):
        session.add_row("/child")
    rows = [path for path in session.submission() if path.startswith("/child[") and path.endswith("]")]
    for row, (called, age) in zip(rows, (("a", "40"), ("b", "60"), ("c", "7")), strict=True):
        session.answer(f"{row}/called", called)
        session.answer(f"{row}/age", age)
    session.answer("/least", "18")
    found = session.submission()
    assert [found[f"{row}/nth"] for row in rows] == ["1", "2", "3"]
    assert [found[f"{row}/mine"] for row in rows] == ["2", "1", "3"]
    assert (found["/adults"], found["/years"], found["/oldest"], found["/names"]) == ("2", "100", "40", "a, b")
    assert (found["/first"], found["/ninth"], found["/among"]) == ("2", "999", "1")
    assert "/young" not in found and found["/device"] == "d7/0600"
    session.answer("/least", "50")
    session.answer(f"{rows[2]}/age", "70")
    found = session.submission()
    assert (found["/adults"], found["/names"], found["/first"], found["/among"]) == ("2", "b, c", "3", "2")
    session.remove_row(rows[1])
    assert session.submission()["/names"] == "c"


def test_the_author_is_told_of_functions_of_other_tools() -> None:
    definition = define(ROWS)
    told = {one.details["name"]: one for one in differences(definition.formulas)}
    assert told["sum-if"].details["tool"] == "SurveyCTO"
    french, english = problem_lines(told["index"])
    assert "écrivez plutôt position(..)" in french and "write position(..) instead" in english
    assert told["device-info"].details["reason"] == "dialect_function"
    assert "stays empty" in problem_lines(next(iter(differences(define(_calculated("duration()")).formulas))))[1]


def _calculated(formula: str) -> str:
    head = "| survey |\n| | type | name | label | calculation |\n| | text | t | T | |\n"
    return f"{head}| | calculate | c | | {formula} |\n"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("z-score('a', 1, 2)", "Community Health Toolkit"),
        ("hash('a')", "digest(text, 'SHA-256')"),
        ("lowercase('a')", "lower-case"),
        ("selectd('a', 'b')", "selected"),
    ],
)
def test_a_function_that_is_not_here_says_what_to_write(formula: str, said: str) -> None:
    with pytest.raises(FormRefused) as refused:
        parse_form(xform(_calculated(formula)))
    (problem,) = refused.value.problems
    assert said in problem_lines(problem)[0] and said in problem_lines(problem)[1]


def test_every_function_of_another_tool_says_which() -> None:
    assert frozenset(dialects.ORIGINS) == dialects.KNOWN and not dialects.KNOWN & {*FUNCTIONS, *SPECIAL}
    assert not {*dialects.FOREIGN} & dialects.KNOWN
