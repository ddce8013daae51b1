"""Facts of the formula language, one a line: most are facts of JavaRosa or of the ODK specification."""

from __future__ import annotations

import random
from datetime import UTC, timedelta, timezone, tzinfo

import pytest

from forms.errors import ExpressionError
from forms.expressions import patterns
from forms.expressions.compiler import Names, compile_source
from forms.expressions.context import Context, Environment
from forms.schema import SchemaNode
from forms.tables import Table
from forms.tree import Node
from forms.values import Moment, to_text
from tests.support.forms import TODAY

FACTS = [
    ("weighted-checklist(1, -1, true(), 700, false(), 2)", "true"),
    ("weighted-checklist(-1, 1, true(), 700)", "false"),
    ("substring('abc', -1 div 0)", "abc"),
    ("substring('abc', -1 div 0, 1 div 0)", ""),
    ("string-length(normalize-space('\t a \f b '))", "5"),
    ("date('1980-3-9')", "1980-03-09"),
    ("string-length(date(''))", "0"),
    ("decimal-time('03:00:00.000-03:00')", "0.25"),
    ("decimal-time('03:00:00.000-03:75')", "NaN"),
    ("is-selected('a b', 'b')", "true"),
    ("version()", "v7"),
    ("round(distance('0 0 0 0', '0 1 0 0'))", "111319"),
    ("abs(distance('0 0; 0 1; 0 0') - 2 * distance('0 0', '0 1')) < 0.02", "true"),
    ("distance('0 0', 'x')", "NaN"),
    ("round(area('0 0; 0 1; 1 1; 1 0; 0 0') div 1000000)", "12391"),
    ("area('0 0; 0 1; 1 1; 1 0') = area('0 0; 0 1; 1 1; 1 0; 0 0')", "true"),
    ("enclosed-area('0 0; 0 1')", "0"),
    ("geofence('0.5 0.5', '0 0; 0 1; 1 1; 1 0; 0 0')", "true"),
    ("geofence('1.5 0.5', '0 0; 0 1; 1 1; 1 0; 0 0')", "false"),
    ("geofence('0.5 0.5', '0 0; 0 1; 1 1; 1 0')", "false"),
    ("geofence('', '')", "false"),
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("7 div 2", "3.5"),
    ("7 mod 3", "1"),
    ("-7 mod 3", "-1"),
    ("1 div 0", "Infinity"),
    ("0 div 0", "NaN"),
    ("2 - 3 - 4", "-5"),
    ("1 - -1", "2"),
    ("10000000000 * 100000000", "1000000000000000000"),
    ("0.1 + 0.2 < 0.4", "true"),
    ("1 = 1.0", "true"),
    ("'1' = 1", "true"),
    ("'01' = 1", "true"),
    ("'01' = '1'", "false"),
    ("'' = 0", "false"),
    ("true() = 'x'", "true"),
    ("'a' < 'b'", "false"),
    ("'2' < '10'", "true"),
    ("1 < 2 and 2 < 3 or false()", "true"),
    ("false() and 1 div 0", "false"),
    ("not('')", "true"),
    ("not('false')", "false"),
    ("boolean(0)", "false"),
    ("number('1,5')", "1.5"),
    ("number('1e3')", "NaN"),
    ("number('')", "NaN"),
    ("int(-3.7)", "-3"),
    ("int('12.9')", "12"),
    ("round(2.5)", "3"),
    ("round(-2.5)", "-2"),
    ("round(1.005, 2)", "1.01"),
    ("round(1234.5, -2)", "1200"),
    ("round('abc')", "NaN"),
    ("floor(-1.5)", "-2"),
    ("ceiling(1.2)", "2"),
    ("abs(-3)", "3"),
    ("pow(2, 10)", "1024"),
    ("sqrt(-1)", "NaN"),
    ("log10(1000)", "3"),
    ("min(3, 1, 2)", "1"),
    ("max('', 4, 2)", "4"),
    ("max('')", "NaN"),
    ("if(1 > 2, 'a', 'b')", "b"),
    ("coalesce('', '', 'x')", "x"),
    ("concat('a', 1, true())", "a1true"),
    ("join('-', 'a', 'b')", "a-b"),
    ("string-length('été')", "3"),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', -3)", "llo"),
    ("substr('hello', 4, 2)", ""),
    ("substring('12345', 2, 3)", "234"),
    ("substring-before('a-b', '-')", "a"),
    ("substring-after('a-b', '-')", "b"),
    ("contains('abc', 'bc')", "true"),
    ("starts-with('abc', 'ab')", "true"),
    ("ends-with('abc', 'bc')", "true"),
    ("translate('aabb', 'ab', 'x')", "xx"),
    ("normalize-space('  a   b ')", "a b"),
    ("upper-case('é')", "É"),
    ("selected('a b c', 'b')", "true"),
    ("selected('ab', 'a')", "false"),
    ("count-selected(' a  b ')", "2"),
    ("selected-at('a b c', 1)", "b"),
    ("selected-at('a b c', 9)", ""),
    ("regex('75001', '[0-9]{5}')", "true"),
    ("regex('x75001', '[0-9]{5}')", "false"),
    ("today()", "2026-11-23"),
    ("today() + 1", "20781"),
    ("date(today() + 1)", "2026-11-24"),
    ("date('2026-02-30')", "NaN"),
    ("'2026-01-02' > '2026-01-01'", "true"),
    ("'2026-11-23' = today()", "true"),
    ("today() - date('2026-11-20')", "3"),
    ("int((today() - date('1990-05-01')) div 365.25)", "36"),
    ("now() > today()", "true"),
    ("format-date('2026-11-03', '%e %B %Y')", "3 novembre 2026"),
    ("format-date('2026-11-03', '%a %d %b %y')", "mar. 03 nov. 26"),
    ("format-date('2026-08-01', '%d/%m/%Y')", "01/08/2026"),
    ("format-date('', '%Y')", ""),
    ("format-date-time('2026-11-03T09:05:00.000+01:00', '%H:%M')", "08:05"),
    ("decimal-date-time('1970-01-02T00:00:00.000Z')", "1"),
    ("decimal-time('06:00')", "0.25"),
    ("boolean-from-string('TRUE')", "true"),
    ("checklist(2, -1, true(), false(), true())", "true"),
    ("weighted-checklist(3, 10, true(), 2, true(), 2)", "true"),
    ("digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72"),
    ("base64-decode('aGk=')", "hi"),
    ("pi() > 3.14", "true"),
    ("sum(instance('fruits')/root/item/price)", "6"),
    ("count(instance('fruits')/root/item[price > 1])", "2"),
    ("instance('fruits')/root/item[name = 'kiwi']/price", "2"),
    ("instance('fruits')/root/item[name = 'none']/price", ""),
    ("instance('fruits')/root/item[2]/name", "kiwi"),
    ("instance('fruits')/root/item[colour = 'green' and price < 3]/name", "kiwi"),
    ("instance('fruits')/root/item[position() = last()]/name", "lime"),
    ("pulldata('fruits', 'price', 'name', 'lime')", "3"),
]


def _world(zone: tzinfo = UTC) -> tuple[Names, Context]:
    root = SchemaNode("data", "", None, 0, 0, 0)
    fruits = Table(
        "fruits",
        {"name": ["fig", "kiwi", "lime"], "price": ["1", "2", "3"], "colour": ["blue", "green", "green"]},
        item="item",
    )
    node = Node(root, None, "")
    from datetime import datetime

    env = Environment(
        zone=zone,
        today=Moment.of_date(TODAY),
        now=Moment.of_datetime(datetime(2026, 11, 23, 10, tzinfo=zone)),
        language="fr",
        seed=random.Random(1),
        unique=lambda: "0",
        choice_label=lambda _node, value: value,
        spoken_text=lambda identity, _node: identity,
    )
    return Names(root, {"fruits": fruits}, version="v7"), Context(env, node, node)


def evaluate(source: str, zone: tzinfo = UTC) -> str:
    names, context = _world(zone)
    return to_text(compile_source(names, names.root, source).evaluate(context))


@pytest.mark.parametrize(("source", "expected"), FACTS)
def test_fact(source: str, expected: str) -> None:
    assert evaluate(source) == expected


def test_a_moment_is_compared_on_the_clock_of_the_session() -> None:
    cayenne = timezone(timedelta(hours=-3))
    assert evaluate("date('2026-11-04T01:30:00.000Z')", cayenne) == "2026-11-03"
    assert evaluate("date('2026-11-04T01:30:00.000Z')") == "2026-11-04"


@pytest.mark.parametrize(
    ("source", "reason", "name", "position"),
    [
        ("1 +", "syntax", "", 3),
        ("1 ? 2", "syntax", "?", 2),
        ("(1", "syntax", "", 2),
        ("foo(1)", "unknown_function", "foo", 0),
        ("1 + substr('a')", "argument_count", "substr", 4),
        ("/data/nowhere", "unknown_path", "nowhere", 6),
        ("instance('x')/root/item", "unknown_instance", "x", 0),
        ("instance('fruits')/root/item/weight", "unknown_path", "weight", 29),
        ("//data", "unsupported", "//", 0),
        ("regex('a', '(')", "pattern", "(", 11),
        ("child::a", "unsupported", "child::", 0),
    ],
)
def test_a_mistake_is_pointed_at(source: str, reason: str, name: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(source)
    assert (caught.value.reason, caught.value.name, caught.value.position) == (reason, name, position)


def test_nesting_is_bounded_but_long_chains_of_if_are_fine() -> None:
    chain = "".join(f"if(1 = {number}, 'x', " for number in range(2, 80)) + "'end'" + ")" * 78
    assert evaluate(chain) == "end"
    with pytest.raises(ExpressionError):
        evaluate("(" * 5000 + "1" + ")" * 5000)
    assert evaluate(" or ".join(["1 = 2"] * 1500)) == "false"
    with pytest.raises(ExpressionError):
        evaluate("+".join(["1"] * 9000))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("(a+)+$", "a" * 5000 + "b", False),
        (r"^(([0-9]{1})*[- .(]*([0-9]{3})[- .)]*[0-9]{3}[- .]*[0-9]{4})+$", "0612345678", True),
        (r"^[\w-\.]+@([\w-]+\.)+[\w-]{2,}$", "anne.durand@mairie-ambert.fr", True),
        (r"[A-Z]{2}\d{2}|x?", "AB12", True),
        (r"[A-Z]{2}\d{2}|x?", "", True),
        (r"(?=.*\d)[a-z\d]+", "abc1", True),
        (r"(?=.*\d)[a-z\d]+", "abc", False),
        (r"(?!00)\d\d", "00", False),
        (r"[\p{L} '-]+", "Éloïse d'Aubigné", True),
        (r"\p{Lu}\w*", "Été", False),
        (r"\d+", "١٢", False),
        ("(?i)oui", "OUI", True),
        (r"a{2,3}", "aaaa", False),
        (r".", "\n", False),
        (r"\bmot\b", "mot", True),
    ],
)
def test_pattern(pattern: str, text: str, expected: bool) -> None:
    assert patterns.matches(pattern, text) is expected


def test_a_pattern_that_cannot_be_bounded_is_refused() -> None:
    for pattern in (r"(a)\1", "a{4000}{4000}", "x" * 3000):
        with pytest.raises(patterns.PatternError):
            patterns.check_pattern(pattern)
