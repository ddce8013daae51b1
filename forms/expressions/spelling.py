"""Syntax tree -> text for people: the words of questions in place of their names, brackets only where they matter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from forms.expressions.syntax import Call, Literal, Operation, Path, Step, Syntax
from forms.values import text_of_number

_STRENGTH = {
    "or": 0,
    "and": 1,
    "=": 2,
    "!=": 2,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "div": 5,
    "mod": 5,
}
_SIGNS = {"div": "÷", "*": "×", "!=": "≠", "<=": "≤", ">=": "≥", "-": "−"}
Words = Callable[[Path], str | None]


def spelled(tree: Syntax, words: Words) -> str:
    """Return a formula as text; ``words`` names the question of a path, None leaves the path as it is written."""
    return _spelled(tree, words, 0)


def _spelled(tree: Syntax, words: Words, around: int) -> str:
    if isinstance(tree, Literal):
        return f"“{tree.value}”" if isinstance(tree.value, str) else text_of_number(tree.value)
    if isinstance(tree, Call):
        return f"{tree.name}({', '.join(_spelled(one, words, 0) for one in tree.arguments)})"
    if isinstance(tree, Path):
        named = words(tree)
        return named if named is not None else _path(tree, words)
    if tree.right is None:
        return f"−{_spelled(tree.left, words, 9)}"
    strength = _STRENGTH[tree.operator]
    sign = _SIGNS.get(tree.operator, tree.operator)
    text = f"{_spelled(tree.left, words, strength)} {sign} {_spelled(tree.right, words, strength + 1)}"
    return f"({text})" if strength < around else text


def _path(path: Path, words: Words) -> str:
    start = "/" if path.absolute else ("" if path.start is None else f"{_spelled(path.start, words, 9)}/")
    return start + "/".join(_step(step, words) for step in path.steps)


def _step(step: Step, words: Words) -> str:
    return step.name + "".join(f"[{_spelled(one, words, 0)}]" for one in step.predicates)


def paths_in(tree: Syntax) -> Iterator[Path]:
    """Every path of a formula, those within brackets of a path included, as they are written."""
    if isinstance(tree, Path):
        yield tree
        if tree.start is not None:
            yield from paths_in(tree.start)
        for step in tree.steps:
            for predicate in step.predicates:
                yield from paths_in(predicate)
    elif isinstance(tree, Call):
        for argument in tree.arguments:
            yield from paths_in(argument)
    elif isinstance(tree, Operation):
        yield from paths_in(tree.left)
        if tree.right is not None:
            yield from paths_in(tree.right)
