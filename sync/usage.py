"""A command line that cannot be read, said whole in either language: argparse knows only English and half sentences."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from sync.help_words import FRENCH, TITLES
from sync.words import Words


class UsageError(Exception):
    """A command line that cannot be read; ``words`` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class HelpShown(Exception):
    """The help was printed, as was asked; there is nothing more to do."""


_NAMES = r"(?P<names>.+)"
_ARGUMENT = r"argument (?P<argument>[^:]+): "
_KNOWN: tuple[tuple[re.Pattern[str], Callable[[dict[str, str]], Words]], ...] = (
    (
        re.compile(rf"the following arguments are required: {_NAMES}"),
        lambda found: Words(f"il manque : {found['names']}.", f"missing: {found['names']}."),
    ),
    (
        re.compile(rf"unrecognized arguments: {_NAMES}"),
        lambda found: Words(f"en trop ou inconnu : {found['names']}.", f"too much or unknown: {found['names']}."),
    ),
    (
        re.compile(r"argument COMMAND: invalid choice: '(?P<value>.*)' \(choose from .*\)"),
        lambda found: Words(
            f"il n'y a pas de commande « {found['value']} » ; --help les montre toutes.",
            f"there is no command “{found['value']}”; --help shows them all.",
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}invalid choice: '?(?P<value>.*?)'? \(choose from (?P<choices>.*)\)"),
        lambda found: Words(
            f"« {found['value']} » ne va pas pour {found['argument']} ; au choix : {_plain(found['choices'])}.",
            f"“{found['value']}” does not fit {found['argument']}; choose from: {_plain(found['choices'])}.",
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}invalid int value: '(?P<value>.*)'"),
        lambda found: Words(
            f"{found['argument']} attend un nombre entier, pas « {found['value']} ».",
            f"{found['argument']} takes a whole number, not “{found['value']}”.",
        ),
    ),
    (
        re.compile(rf"one of the arguments {_NAMES} is required"),
        lambda found: Words(
            f"il manque l'un de ceux-ci : {found['names']}.", f"one of these is missing: {found['names']}."
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}not allowed with argument {_NAMES}"),
        lambda found: Words(
            f"{found['argument']} et {found['names']} ne vont pas ensemble.",
            f"{found['argument']} and {found['names']} do not go together.",
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}not allowed without {_NAMES}"),
        lambda found: Words(
            f"{found['argument']} ne va qu'avec {found['names']}.",
            f"{found['argument']} goes only with {found['names']}.",
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}invalid float value: '(?P<value>.*)'"),
        lambda found: Words(
            f"{found['argument']} attend un nombre, pas « {found['value']} ».",
            f"{found['argument']} takes a number, not “{found['value']}”.",
        ),
    ),
    (
        re.compile(rf"{_ARGUMENT}expected (?:one|at least one) argument"),
        lambda found: Words(f"{found['argument']} attend une valeur.", f"{found['argument']} takes a value."),
    ),
)


def in_both(english: str) -> str:
    """Return a text of the help in both languages, French first; one without French as it is."""
    french = FRENCH.get(english)
    return english if french is None else f"{french} / {english}"


class BilingualParser(argparse.ArgumentParser):
    """A parser whose help is in both languages: a command line does not know which one its reader has."""

    def format_help(self) -> str:
        """Return the help, every text of it French first."""
        self.description = in_both(self.description) if self.description else None
        for group in self._action_groups:
            group.title = TITLES.get(str(group.title), group.title)
        for action in self._actions:
            # What is not the name of a command is an argument; a command's own line is one of these.
            for each in (action, *getattr(action, "_choices_actions", ())):
                if each.help:
                    each.help = in_both(each.help)
        return super().format_help()


def explained(message: str) -> UsageError:
    """Return the error for what argparse has to say."""
    for pattern, words in _KNOWN:
        found = pattern.fullmatch(message)
        if found:
            return UsageError(words(found.groupdict()))
    return UsageError(Words("voyez --help pour la bonne forme.", f"{message}."))


def _plain(choices: str) -> str:
    return choices.replace("'", "")


class SpokenParser(BilingualParser):
    """A parser that says in both languages what is wrong with a command line, and ends the process with 2."""

    def error(self, message: str) -> NoReturn:
        words = explained(message).words
        lines = (f"Commande mal écrite : {words.fr}", f"Badly written command: {words.en}")
        print("\n".join([*lines, self.format_usage().strip()]), file=sys.stderr)
        raise SystemExit(2)
