"""The French catalogue and the code agree, and our compiler makes of it what babel makes of it."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import central.web
from central.web import catalogue

SOURCE = Path(central.web.__file__).parent / "locale" / "fr" / "estafette.po"


def test_catalogues_agree_with_the_code() -> None:
    assert catalogue.check() == []


def test_our_compiler_agrees_with_babel() -> None:
    compiled = io.BytesIO()
    with SOURCE.open("rb") as file:
        messages = read_po(file)
    write_mo(compiled, messages)
    compiled.seek(0)
    theirs, ours = gettext.GNUTranslations(compiled), catalogue.translations("fr")
    for message in messages:
        if isinstance(message.id, tuple | list):
            one, many = message.id
            for count in (0, 1, 2):
                assert ours.ngettext(one, many, count) == theirs.ngettext(one, many, count)
        elif message.id:
            assert ours.gettext(message.id) == theirs.gettext(message.id)
    assert ours.info()["plural-forms"] == theirs.info()["plural-forms"]
