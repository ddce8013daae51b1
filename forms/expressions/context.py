"""What a closure is given when it is evaluated."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import tzinfo

from forms.expressions.budget import Budget
from forms.tree import Node
from forms.values import Moment


class Environment:
    """The world of one session: its clock, zone, language and randomness, all given from outside.

    Args:
        choice_label: the label of a value of a choice question, by its node.
        spoken_text: a text of the form by its identity.
        shuffle: seed of lists that are shuffled without one.
        properties: metadata by XLSForm name (``deviceid``, ``username``…).
    """

    __slots__ = (
        "budget",
        "choice_label",
        "language",
        "now",
        "properties",
        "random",
        "shuffle",
        "spoken_text",
        "today",
        "unique",
        "zone",
    )

    def __init__(
        self,
        *,
        zone: tzinfo,
        today: Moment,
        now: Moment,
        language: str,
        seed: random.Random,
        unique: Callable[[], str],
        choice_label: Callable[[Node, str], str],
        spoken_text: Callable[[str, Node], str],
        shuffle: int = 1,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        self.budget = Budget()
        self.properties = properties or {}
        self.shuffle = shuffle
        self.zone = zone
        self.today = today
        self.now = now
        self.language = language
        self.random = seed
        self.unique = unique
        self.choice_label = choice_label
        self.spoken_text = spoken_text


class Context:
    """Where an expression stands: ``node`` is ``.``, ``current`` the node whose expression it is.

    Inside a predicate over a table ``row`` is the row looked at; ``position`` counts from 1.
    """

    __slots__ = ("current", "env", "node", "position", "row", "size")

    def __init__(
        self, env: Environment, node: Node, current: Node, position: int = 1, size: int = 1, row: int = 0
    ) -> None:
        self.env = env
        self.node = node
        self.current = current
        self.position = position
        self.size = size
        self.row = row
