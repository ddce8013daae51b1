"""Templates to pages: one Jinja environment per language, escaping on, undefined names refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.web import assets
from central.web.catalogue import LANGUAGES, translations
from central.web.words import Words, best_language

LANGUAGE_COOKIE = "estafette_language"
_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # jinja2.ext.i18n adds this method at run time, out of the type checker's sight.
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {"asset": assets.address, "icon": assets.icon, "languages": LANGUAGES}
    return environment


def reader_language(request: Request) -> str:
    """Return the language this reader wants."""
    return best_language(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))


def page(request: Request, words: Words, template: str, /, *, status: int = 200, **context: object) -> HTMLResponse:
    """Return ``template`` as an answer, in the language of ``words``."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query and request.method == "GET" else "")
    text = (
        _environment(words.language)
        .get_template(template)
        .render(words=words, path=request.url.path, language_address=f"?vers={quote(here, safe='')}", **context)
    )
    headers = {"Content-Language": words.language, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(text, status_code=status, headers=headers)
