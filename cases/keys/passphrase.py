"""The rule for passphrases: long, or of several words."""

from __future__ import annotations

import unicodedata

from cases.errors import InputError

LENGTH_MIN = 12
CLASSES_MIN = 2
WORDS_MIN = 5
BYTES_MAX = 1024


def normalise(passphrase: str) -> bytes:
    """Return the bytes that are derived from: NFKC, so that every keyboard gives the same ones (RFC 8265 does NFC).

    Outer spaces are dropped: a passphrase is often pasted with one.
    """
    return unicodedata.normalize("NFKC", passphrase).strip().encode()


def _character_class(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isupper():
        return "upper"
    if character.isalpha():
        return "lower"
    return "sign"


def check_new(passphrase: str) -> None:
    """Accept a new passphrase: at least 12 characters of two classes, or at least five different words.

    Raises:
        InputError: ``passphrase.too_short`` (length_min, words_min) or ``passphrase.too_plain``; field ``passphrase``.
    """
    text = normalise(passphrase).decode()
    if len(text.encode()) > BYTES_MAX:
        raise InputError("passphrase.too_long", field="passphrase", bytes_max=BYTES_MAX)
    words = {word.casefold() for word in text.split() if len(word) >= 2}
    if len(words) >= WORDS_MIN:
        return
    if len(text) < LENGTH_MIN:
        raise InputError("passphrase.too_short", field="passphrase", length_min=LENGTH_MIN, words_min=WORDS_MIN)
    classes = {_character_class(character) for character in text}
    if len(classes) < CLASSES_MIN or len(set(text.casefold())) < 5:
        raise InputError("passphrase.too_plain", field="passphrase", length_min=LENGTH_MIN, words_min=WORDS_MIN)
