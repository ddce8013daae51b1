"""Formula text -> syntax tree. Every node keeps its position so that a mistake can be pointed at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms import limits
from forms.errors import ExpressionError


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    """A binary operator, or ``neg`` with ``right`` None."""

    operator: str
    left: Syntax
    right: Syntax | None
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Syntax, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Step:
    """``name`` is an element name, ``.``, ``..`` or ``*``; attributes keep their ``@``."""

    name: str
    predicates: tuple[Syntax, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Path:
    """A location path. ``start`` is a call such as ``instance('x')`` or ``current()``, or None."""

    absolute: bool
    start: Syntax | None
    steps: tuple[Step, ...]
    position: int


Syntax = Literal | Operation | Call | Path

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<text>"[^"]*"|'[^']*'
          |[\u201c\u201d][^\u201c\u201d]*[\u201c\u201d]|[\u2018\u2019][^\u2018\u2019]*[\u2018\u2019])
      | (?P<sign>\.\.|//|::|<=|>=|!=|[-+*/|=<>()\[\],.@$])
      | (?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_STRENGTH = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise ExpressionError("syntax", source[at], at)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(_Token(kind, match[0], at))
        at = match.end()
    return found


def parse(source: str) -> Syntax:
    """Return the syntax tree of ``source``.

    Raises:
        ExpressionError: ``syntax`` or ``unsupported``, with the position.
    """
    if len(source) > limits.EXPRESSION_CHARS_MAX:
        raise ExpressionError("unsupported", "length", limits.EXPRESSION_CHARS_MAX)
    return _Parser(source).whole()


class _Parser:
    """Recursive descent over the tokens of one formula; the depth is bounded because a form is untrusted."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = _tokens(source)
        self._at = 0
        self._depth = 0

    def whole(self) -> Syntax:
        tree = self._binary(0)
        if self._at < len(self._tokens):
            self._fail()
        return tree

    def _peek(self, offset: int = 0) -> _Token:
        at = self._at + offset
        return self._tokens[at] if at < len(self._tokens) else _Token("end", "", len(self._source))

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _fail(self) -> None:
        token = self._peek()
        raise ExpressionError("syntax", token.text, token.position)

    def _accept(self, sign: str) -> bool:
        token = self._peek()
        if token.kind == "sign" and token.text == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            self._fail()

    def _binary(self, level: int) -> Syntax:
        """Precedence climbing: few Python frames a level of brackets, because long chains of ``if`` are common."""
        self._depth += 1
        if self._depth > limits.EXPRESSION_DEPTH_MAX:
            raise ExpressionError("unsupported", "depth", self._peek().position)
        left = self._unary()
        while True:
            token = self._peek()
            strength = _STRENGTH.get(token.text, -1) if token.kind in ("sign", "name") else -1
            if strength < level:
                break
            self._next()
            left = Operation(token.text, left, self._binary(strength + 1), token.position)
        self._depth -= 1
        return left

    def _unary(self) -> Syntax:
        negations: list[_Token] = []
        while self._peek().kind == "sign" and self._peek().text == "-":
            negations.append(self._next())
            if len(negations) > limits.EXPRESSION_DEPTH_MAX:
                raise ExpressionError("unsupported", "depth", self._peek().position)
        tree = self._path()
        for token in reversed(negations):
            tree = Operation("neg", tree, None, token.position)
        return tree

    def _path(self) -> Syntax:
        token = self._peek()
        if token.kind == "sign" and token.text == "|":
            raise ExpressionError("unsupported", "|", token.position)
        if token.kind == "sign" and token.text in ("/", "//"):
            return self._absolute(token)
        start = self._primary()
        if start is None:
            return Path(False, None, self._steps(), token.position)
        if self._peek().text == "[":
            raise ExpressionError("unsupported", "[", self._peek().position)
        if self._accept("/"):
            return Path(False, start, self._steps(), token.position)
        return start

    def _absolute(self, token: _Token) -> Syntax:
        self._next()
        if token.text == "//":
            raise ExpressionError("unsupported", "//", token.position)
        return Path(True, None, self._steps(), token.position)

    def _primary(self) -> Syntax | None:
        """A literal, a bracketed expression or a call; None when a step comes next."""
        token = self._peek()
        if token.kind == "number":
            self._next()
            return Literal(float(token.text), token.position)
        if token.kind == "text":
            self._next()
            return Literal(token.text[1:-1], token.position)
        if self._accept("("):
            inside = self._binary(0)
            self._expect(")")
            return inside
        if token.kind == "name" and self._peek(1).text == "(":
            return self._call()
        return None

    def _call(self) -> Call:
        name = self._next()
        self._expect("(")
        arguments: list[Syntax] = []
        if not self._accept(")"):
            arguments.append(self._binary(0))
            while self._accept(","):
                arguments.append(self._binary(0))
            self._expect(")")
        return Call(name.text, tuple(arguments), name.position)

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while self._peek().kind == "sign" and self._peek().text in ("/", "//"):
            token = self._next()
            if token.text == "//":
                raise ExpressionError("unsupported", "//", token.position)
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        token = self._next()
        name = token.text
        if token.kind == "sign" and name == "@":
            name = "@" + self._next().text
        elif (token.kind == "name" and self._peek().text in ("(", "::")) or name == "$":
            raise ExpressionError("unsupported", name + self._peek().text, token.position)
        elif not (token.kind == "name" or name in (".", "..", "*")):
            raise ExpressionError("syntax", name, token.position)
        predicates: list[Syntax] = []
        while self._accept("["):
            predicates.append(self._binary(0))
            self._expect("]")
        return Step(name, tuple(predicates), token.position)
