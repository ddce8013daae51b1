"""Formulas that ODK Collect's engine (JavaRosa) reads differently from this one, found in their text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from forms.errors import ExpressionError, Problem
from forms.expressions.dialects import EMPTY_HERE, FOREIGN, KNOWN, ORIGINS, Origin
from forms.expressions.functions import FUNCTIONS
from forms.expressions.special import SPECIAL
from forms.expressions.syntax import Call, Literal, Operation, Path, Syntax, parse
from forms.schema import Formula

# fmt: off
_COLLECT = frozenset(
    {
        "true", "false", "boolean", "number", "int", "round", "string", "date", "date-time", "decimal-date-time",
        "decimal-time", "not", "boolean-from-string", "format-date", "abs", "acos", "asin", "atan", "atan2", "cos",
        "exp", "exp10", "log", "log10", "pi", "sin", "sqrt", "tan", "format-date-time", "selected", "is-selected",
        "count-selected", "selected-at", "position", "count", "count-non-empty", "sum", "max", "min", "today", "now",
        "concat", "join", "substr", "substring-before", "substring-after", "translate", "contains", "starts-with",
        "ends-with", "string-length", "normalize-space", "checklist", "weighted-checklist", "regex", "depend",
        "random", "once", "uuid", "version", "property", "pow", "enclosed-area", "area", "distance", "geofence",
        "digest", "randomize", "base64-decode", "extract-signed", "if", "coalesce", "indexed-repeat", "instance",
        "current", "jr:itext", "jr:choice-name", "pulldata",
    }
)
# fmt: on
"""The functions that JavaRosa has, with those that Collect adds."""
_NOT_FUNCTIONS = frozenset({"node", "text", "comment", "processing-instruction"})


def differences(formulas: Iterable[Formula]) -> tuple[Problem, ...]:
    """Return what an author should know before the form goes to ODK Collect; code ``forms.differs``.

    Details: ``reason`` (``function_missing``, ``dialect_function`` and ``dialect_empty`` with ``tool`` and ``instead``,
    ``argument_count``, ``row_number``, ``whole_text``, ``boolean_text``),
    ``name``, ``expression``, ``path``.
    """
    found: dict[tuple[str, str, str], Problem] = {}
    for formula in formulas:
        try:
            tree = parse(formula.source)
        except ExpressionError:
            continue  # plain text that the converter took for a formula
        for reason, name in _walk(tree):
            details = {"reason": reason, "name": name, "expression": formula.source, "path": formula.path}
            if reason.startswith("dialect"):
                details |= _said(ORIGINS[name])
            found.setdefault(
                (formula.path, reason, name), Problem("forms.differs", None, None, formula.column, details)
            )
    return tuple(found.values())


def _walk(tree: Syntax) -> Iterator[tuple[str, str]]:
    if isinstance(tree, Operation):
        yield from _walk(tree.left)
        if tree.right is not None:
            yield from _walk(tree.right)
    elif isinstance(tree, Call):
        yield from _call(tree)
        for argument in tree.arguments:
            yield from _walk(argument)
    elif isinstance(tree, Path):
        if tree.start is not None:
            yield from _walk(tree.start)
        for step in tree.steps:
            for predicate in step.predicates:
                if isinstance(predicate, Literal) and isinstance(predicate.value, float):
                    yield "row_number", step.name
                yield from _walk(predicate)


def _call(tree: Call) -> Iterator[tuple[str, str]]:
    if tree.name in ORIGINS:
        yield "dialect_empty" if tree.name in EMPTY_HERE else "dialect_function", tree.name
    elif tree.name not in _COLLECT and tree.name not in _NOT_FUNCTIONS:
        yield "function_missing", tree.name
    elif tree.name == "coalesce" and len(tree.arguments) != 2:
        yield "argument_count", tree.name
    elif tree.name == "regex" and len(tree.arguments) == 2:
        pattern = tree.arguments[1]
        text = str(pattern.value) if isinstance(pattern, Literal) else "^$"
        if not (text.startswith("^") and text.endswith("$")):
            yield "whole_text", tree.name
    elif tree.name == "boolean-from-string" and tree.arguments:
        given = tree.arguments[0]
        if isinstance(given, Literal) and str(given.value) not in ("true", "false", "1", "0"):
            yield "boolean_text", tree.name


def _said(origin: Origin) -> dict[str, str]:
    return {"tool": origin.tool} | ({"instead": origin.instead} if origin.instead else {})


def known_of(name: str) -> dict[str, str]:
    """What can be said of a function that is not here: the ``tool`` it is from and what to write ``instead``, or the
    ``nearest`` functions that are."""
    found = FOREIGN.get(name)
    if found is not None:
        return _said(found)
    near = difflib.get_close_matches(name.lower(), sorted({*FUNCTIONS, *SPECIAL, *KNOWN}), 3, 0.7)
    return {"nearest": ", ".join(near)} if near else {}
