"""The forms that ``bench forms`` measures on: made here, the same each time, as documents that every engine opens."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.benchmarks.records import SEED, SURNAME_PARTS
from tests.support.workbooks import Rows, workbook

PAGE = 25
"""Questions on a page of the form of a thousand."""
BLOCK = 10
"""Questions that each partial sum adds up."""
ASKED_IN_ROW = 18
FRENCH, ENGLISH = "Français (fr)", "English (en)"
PROVINCES = 100


@dataclass(frozen=True)
class Step:
    """One act that is timed under ``tag``: ``answer``, ``add_row``, ``remove_row``, ``language`` (and reading every
    label) or ``choices`` (reading every value offered). ``on`` is an XPath reference with rows from 1."""

    tag: str
    act: str
    on: str
    value: str = ""


def document(title: str, instance: str, binds: str, body: str, *, more: str = "") -> bytes:
    """An XForm with ``data`` as its root; ``more`` is what else stands in its model."""
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">'
        f"<h:head><h:title>{title}</h:title><model>{more if more.startswith('<itext') else ''}"
        f'<instance><data id="{title}" version="1">{instance}<meta><instanceID/></meta></data></instance>'
        f"{'' if more.startswith('<itext') else more}{binds}"
        '<bind nodeset="/data/meta/instanceID" type="string" readonly="true()" jr:preload="uid"/>'
        f"</model></h:head><h:body>{body}</h:body></h:html>"
    ).encode()


def _asked(reference: str, label: str) -> str:
    return f'<input ref="{reference}"><label>{label}</label></input>'


def place(number: int) -> str:
    """The reference of a question of the form of a thousand, from 0."""
    return f"/data/p{number // PAGE}/q{number}"


def thousand(count: int = 1_000) -> bytes:
    """Each question is asked only when the one before is positive; partial sums of ten, and a total of the sums."""
    pages = range(0, count, PAGE)
    sums = range(0, count, BLOCK)
    instance = "".join(
        f"<p{at // PAGE}>{''.join(f'<q{one}/>' for one in range(at, min(at + PAGE, count)))}</p{at // PAGE}>"
        for at in pages
    ) + "".join(f"<s{at // BLOCK}/>" for at in sums)
    binds = [f'<bind nodeset="{place(0)}" type="int"/>']
    binds += [
        f'<bind nodeset="{place(one)}" type="int" relevant=" {place(one - 1)} &gt; 0" constraint=". &lt; 1000"/>'
        for one in range(1, count)
    ]
    for at in sums:
        added = " + ".join(f"coalesce({place(one)}, 0)" for one in range(at, min(at + BLOCK, count)))
        binds.append(f'<bind nodeset="/data/s{at // BLOCK}" type="int" calculate="{added}"/>')
    total = " + ".join(f"/data/s{at // BLOCK}" for at in sums)
    binds.append(f'<bind nodeset="/data/total" type="int" calculate="{total}"/>')
    body = "".join(
        f'<group ref="/data/p{at // PAGE}" appearance="field-list"><label>Page {at // PAGE + 1}</label>'
        + "".join(_asked(place(one), f"Question {one + 1}") for one in range(at, min(at + PAGE, count)))
        + "</group>"
        for at in pages
    )
    return document("thousand", instance + "<total/>", "".join(binds), body)


def thousand_steps(count: int = 1_000) -> list[Step]:
    """Every question answered in order, a tenth answered otherwise, the first one that hides the others, and back."""
    dice = random.Random(SEED)
    steps = [Step("answer", "answer", place(one), str(one % 9 + 1)) for one in range(count)]
    steps += [Step("answer", "answer", place(one), "77") for one in sorted(dice.sample(range(1, count), count // 10))]
    steps += [Step("answer", "answer", place(0), "0"), Step("answer", "answer", place(0), "5")]
    return steps


_SHAPES = (
    "/data/x * {0} + 3",
    "if(/data/x &gt; {0}, 'more', 'less')",
    "concat('n{0}-', /data/x)",
    "round(/data/x div {0}, 2)",
    "coalesce(/data/y, /data/x + {0})",
    "/data/x mod {0} = 1 or /data/y = 'a'",
    "string-length(concat(/data/x, '{0}'))",
    "format-date(/data/d + /data/x, '%d/%m/%Y')",
    "selected(/data/many, 'c') and /data/x &gt; {0}",
    "max(/data/x, {0}) - min(/data/x, {0})",
)


def formulas(count: int = 1_000) -> bytes:
    """One question that ``count`` calculations of ten kinds read, so that one answer computes them all."""
    instance = "<x>1</x><y/><d>2026-11-23</d><many>a c</many>" + "".join(f"<f{one}/>" for one in range(count))
    binds = '<bind nodeset="/data/x" type="int"/><bind nodeset="/data/d" type="date"/>' + "".join(
        f'<bind nodeset="/data/f{one}" type="string" calculate="{_SHAPES[one % 10].format(one % 50 + 2)}"/>'
        for one in range(count)
    )
    asked = "".join(_asked(f"/data/{name}", name) for name in ("x", "y", "d", "many"))
    return document("formulas", instance, binds, asked)


def formulas_steps() -> list[Step]:
    """Twenty answers to the question that all formulas read."""
    return [Step("recalculate", "answer", "/data/x", str(number)) for number in range(2, 22)]


def rows_form() -> bytes:
    """A repeat of eighteen questions, a sum and a number for each row, a count and a total."""
    names = [f"q{number}" for number in range(ASKED_IN_ROW)]
    cells = f"{''.join(f'<{name}>1</{name}>' for name in names)}<sum/><pos/>"
    instance = f'<rep jr:template="">{cells}</rep><rep>{cells}</rep><many/><total/>'
    binds = "".join(f'<bind nodeset="/data/rep/{name}" type="int"/>' for name in names)
    added = " + ".join(f"../{name}" for name in names)  # as the converter writes ${name}
    binds += f'<bind nodeset="/data/rep/sum" type="int" calculate="{added}"/>'
    binds += '<bind nodeset="/data/rep/pos" type="int" calculate="position(..)"/>'
    binds += '<bind nodeset="/data/many" type="int" calculate="count(/data/rep)"/>'
    binds += '<bind nodeset="/data/total" type="int" calculate="sum(/data/rep/sum)"/>'
    asked = "".join(_asked(f"/data/rep/{name}", name) for name in names)
    body = f'<group ref="/data/rep"><label>Rows</label><repeat nodeset="/data/rep">{asked}</repeat></group>'
    return document("rows", instance, binds, body)


def rows_steps(rows: int = 300, times: int = 100) -> list[Step]:
    """Rows are added, a third of them timed; cells of all rows edited; then rows deleted, from the first to the last
    in turn so that every place is met."""
    dice = random.Random(SEED)
    first = rows - min(times, rows - 1)
    steps = [Step("fill" if number < first else "add", "add_row", "/data/rep") for number in range(1, rows)]
    steps += [
        Step("edit", "answer", f"/data/rep[{dice.randint(1, rows)}]/q{dice.randrange(ASKED_IN_ROW)}", str(number + 2))
        for number in range(times)
    ]
    deleted = min(times // 2, rows - 2)
    steps += [Step("delete", "remove_row", f"/data/rep[{dice.randint(1, rows - gone)}]") for gone in range(deleted)]
    return steps


def town(number: int) -> str:
    """The name of one of the places to choose from, from 0; two hundred of them are alike."""
    made = random.Random(number % 250)
    return f"{''.join(made.choice(part) for part in SURNAME_PARTS).capitalize()} {number}"


def choices_form(count: int = 50_000, questions: int = 0) -> bytes:
    """A province, and a town out of ``count`` that the province filters; ``questions`` more beside them."""
    towns = "".join(
        f"<item><name>t{one}</name><label>{town(one)}</label><province>p{one % PROVINCES}</province></item>"
        for one in range(count)
    )
    provinces = "".join(f"<item><name>p{one}</name><label>Province {one}</label></item>" for one in range(PROVINCES))
    more = f'<instance id="towns"><root>{towns}</root></instance>'
    more += f'<instance id="provinces"><root>{provinces}</root></instance>'
    binds = "".join(f'<bind nodeset="/data/{name}" type="string"/>' for name in ("province", "town", "anywhere"))
    binds += "".join(f'<bind nodeset="/data/q{one}" type="string"/>' for one in range(questions))

    def select(name: str, nodeset: str) -> str:
        return (
            f'<select1 ref="/data/{name}" appearance="minimal autocomplete"><label>{name}</label>'
            f'<itemset nodeset="{nodeset}"><value ref="name"/><label ref="label"/></itemset></select1>'
        )

    body = select("province", "instance('provinces')/root/item")
    body += select("town", "instance('towns')/root/item[province = /data/province ]")
    body += select("anywhere", "instance('towns')/root/item")
    body += "".join(_asked(f"/data/q{one}", f"Question {one}") for one in range(questions))
    instance = "<province/><town/><anywhere/>" + "".join(f"<q{one}/>" for one in range(questions))
    return document("choices", instance, binds, body, more=more)


def choices_csv(count: int = 50_000) -> bytes:
    """The same towns as a data file beside a form."""
    lines = [f"t{one},{town(one)},p{one % PROVINCES}" for one in range(count)]
    return "\n".join(["name,label,province", *lines]).encode()


def choices_steps(times: int = 20) -> list[Step]:
    """The long list is read whole, then a province is chosen and its towns are read, again and again."""
    steps = [Step("open", "choices", "/data/anywhere")]
    for number in range(times):
        steps.append(Step("province", "answer", "/data/province", f"p{number}"))
        steps.append(Step("filtered", "choices", "/data/town"))
    return steps


def two_languages(count: int = 500) -> bytes:
    """Questions with label and hint in two languages, every tenth with a value in its label."""

    def words(language: str, start: str) -> str:
        found = []
        for one in range(count):
            value = f' <output value="/data/q{one - 1}"/>' if one and one % 10 == 0 else ""
            found.append(f'<text id="/data/q{one}:label"><value>{start} {one}{value} ?</value></text>')
            found.append(f'<text id="/data/q{one}:hint"><value>({start} {one})</value></text>')
        default = ' default="true()"' if language == FRENCH else ""
        return f'<translation lang="{language}"{default}>{"".join(found)}</translation>'

    itext = f"<itext>{words(FRENCH, 'La question')}{words(ENGLISH, 'The question')}</itext>"
    instance = "".join(f"<q{one}>{one}</q{one}>" for one in range(count))
    binds = "".join(f'<bind nodeset="/data/q{one}" type="string"/>' for one in range(count))
    body = "".join(
        f'<input ref="/data/q{one}"><label ref="jr:itext(\'/data/q{one}:label\')"/>'
        f"<hint ref=\"jr:itext('/data/q{one}:hint')\"/></input>"
        for one in range(count)
    )
    return document("languages", instance, binds, body, more=itext)


def language_steps(times: int = 10) -> list[Step]:
    """The language changed to and fro."""
    return [Step("language", "language", FRENCH if number % 2 else ENGLISH) for number in range(times)]


def worst_workbook(questions: int = 1_080, repeats: int = 30) -> bytes:
    """As large as the worst one known: a vendor's survey of 1,078 questions in 30 repeats within one another's groups,
    nearly every question with a formula over another group's, labels in two languages, a list of 300."""
    survey: Rows = [["type", "name", f"label::{FRENCH}", f"label::{ENGLISH}", "relevant", "calculation", "constraint"]]
    each = questions // repeats
    survey.append(["begin repeat", "house", "Maison", "House"])
    survey.append(["integer", "start", "Début ?", "Start?"])
    for block in range(repeats):
        survey.append(["begin repeat", f"rep{block}", f"Partie {block}", f"Part {block}"])
        for one in range(each):
            if one % 4 == 0:
                survey.append(["begin group", f"g{block}_{one}", f"Groupe {one}", f"Group {one}"])
            survey.append(_worst_question(block, one))
            if one % 4 == 3 or one == each - 1:
                survey.append(["end group"])
        survey.append(["end repeat"])
    survey.append(["end repeat"])
    choices: Rows = [["list_name", "name", f"label::{FRENCH}", f"label::{ENGLISH}"]]
    choices += [["places", str(one), f"Lieu {one}", f"Place {one}"] for one in range(300)]
    return workbook(survey=survey, choices=choices, settings=[["form_id"], ["worst"]])


def _worst_question(block: int, one: int) -> list[object]:
    other = f"${{a{block}_{max(0, one - 4)}}}" if one > 3 else "${start}"
    labels: list[object] = [f"Question {one}, après {other} ?", f"Question {one}, after {other}?"]
    kind = ("integer", "integer", "select_one places", "calculate")[one % 4]
    if kind == "calculate":
        return [kind, f"a{block}_{one}", None, None, None, f"{other} * 2 + count(${{rep{block}}})"]
    limit = f". >= 0 and . < 1000 + {other}" if kind == "integer" else None
    return [kind, f"a{block}_{one}", *labels, f"{other} > 0", None, limit]


def thousand_workbook(count: int = 1_000) -> bytes:
    """The form of a thousand as its author would write it."""
    survey: Rows = [["type", "name", "label", "relevant", "constraint", "calculation", "appearance"]]
    for at in range(0, count, PAGE):
        survey.append(["begin group", f"p{at // PAGE}", f"Page {at // PAGE + 1}", None, None, None, "field-list"])
        for one in range(at, min(at + PAGE, count)):
            relevant = f"${{q{one - 1}}} > 0" if one else None
            survey.append(["integer", f"q{one}", f"Question {one + 1}", relevant, ". < 1000"])
        survey.append(["end group"])
    for at in range(0, count, BLOCK):
        added = " + ".join(f"coalesce(${{q{one}}}, 0)" for one in range(at, min(at + BLOCK, count)))
        survey.append(["calculate", f"s{at // BLOCK}", None, None, None, added])
    total = " + ".join(f"${{s{at // BLOCK}}}" for at in range(0, count, BLOCK))
    survey.append(["calculate", "total", None, None, None, total])
    return workbook(survey=survey, settings=[["form_id"], ["thousand"]])
