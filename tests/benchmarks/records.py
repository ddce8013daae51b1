"""Generated citizens and cases: deterministic, about 1 KB of French text each, the same for every system compared."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 20261123
_LISTS: dict[str, list[str]] = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
FAMILY_NAMES = _LISTS["family_names"]
GIVEN_NAMES = _LISTS["given_names"]
TOWNS = _LISTS["towns"]
WORDS = _LISTS["words"]
SURNAME_PARTS = [_LISTS["surname_beginnings"], _LISTS["surname_middles"], _LISTS["surname_endings"]]
TEXTS = [
    *["objet", "motif", "situation_familiale", "situation_pro", "logement", "ressources", "charges", "dettes"],
    *["demande", "pieces", "orientation", "suite_donnee", "observation", "contact", "commentaire"],
]
AUTHORS = 240


class Records:
    """A stream of records that is the same for the same seed."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        self._weights = list(itertools.accumulate(1 / (place + 8) ** 0.55 for place in range(len(WORDS))))

    def text(self) -> str:
        """Return a short sentence of likely and rare words."""
        words = self._random.choices(WORDS, cum_weights=self._weights, k=2 + self._random.randrange(7))
        if self._random.random() < 0.18:
            words.insert(0, str(10 + self._random.randrange(2400)))
        return " ".join(words).capitalize()

    def hex_id(self) -> str:
        """Return 32 random hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"

    def citizen(self) -> dict[str, str]:
        """Return a citizen's fields."""
        pick, number = self._random.choice, self._random.randrange
        postcode, town = pick(TOWNS).split(":")
        return {
            "family_name": pick(FAMILY_NAMES),
            "given_names": pick(GIVEN_NAMES),
            "birth_date": f"{1935 + number(72):04d}-{1 + number(12):02d}-{1 + number(28):02d}",
            "address_line": f"{1 + number(180)} rue {pick(FAMILY_NAMES)}",
            "postcode": postcode,
            "commune": town.replace("-", " "),
            "phone": f"0{6 + number(2)} {number(100):02d} {number(100):02d} {number(100):02d} {number(100):02d}",
        }

    def answers(self) -> dict[str, str]:
        """Return a case's fifteen texts and what surrounds them, keyed by question path."""
        number = self._random.randrange
        fields = {f"/dossier/{name}": self.text() for name in TEXTS}
        fields["/dossier/cree_le"] = f"{2019 + number(7):04d}-{1 + number(12):02d}-{1 + number(28):02d}"
        fields["/dossier/agent"] = f"agent{number(AUTHORS):03d}"
        return fields

    def many(self, count: int) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
        """Yield (record id, citizen's fields, answers)."""
        for _ in range(count):
            yield self.hex_id(), self.citizen(), self.answers()
