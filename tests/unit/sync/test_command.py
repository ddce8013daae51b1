from __future__ import annotations

import json
from decimal import Decimal

from forms.definition import parse_form
from sync.command import as_object
from tests.support.forms import start, xform

FORM = """
| survey |       |      |       |                        |
|        | type  | name | label | parameters             |
|        | range | r    | R     | start=1 end=5 step=0.5 |
"""


def test_a_question_with_exact_bounds_is_shown_as_json() -> None:
    question = start(parse_form(xform(FORM))).question("/r")
    assert question.bounds is not None and question.bounds.step == Decimal("0.5")
    shown = json.loads(json.dumps(as_object(question)))
    assert shown["bounds"] == {"start": "1", "end": "5", "step": "0.5"}
