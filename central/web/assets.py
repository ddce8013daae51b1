"""Static files: styles, the one script, fonts, icons. Addresses carry the content's hash, so browsers keep them."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Response
from markupsafe import Markup

_STATIC = Path(__file__).parent / "static"
_PREFIX = "/static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)"[^>]*>(.*?)</symbol>')
_CSS_ADDRESS = re.compile(r"url\(([a-z0-9./_-]+)\)")


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Return every file by its name: content, and the hash that its address carries."""
    contents = {
        path.relative_to(_STATIC).as_posix(): path.read_bytes() for path in _STATIC.rglob("*") if path.is_file()
    }
    files = {name: (content, _hash(content)) for name, content in contents.items() if not name.endswith(".css")}
    for name in (name for name in contents if name.endswith(".css")):
        text = _CSS_ADDRESS.sub(
            lambda match: f"url({_PREFIX}/{files[match[1]][1]}/{match[1]})", contents[name].decode()
        )
        files[name] = (text.encode(), _hash(text.encode()))
    return files


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def address(name: str) -> str:
    """Return where a browser finds the static file ``name``; KeyError when there is none."""
    return f"{_PREFIX}/{_files()[name][1]}/{name}"


@cache
def _icons() -> dict[str, str]:
    return dict(_SYMBOL.findall(_files()["icons/icons.svg"][0].decode()))


def icon(name: str) -> Markup:
    """Return a decorative icon to set inline beside its word, in the colour of the text. KeyError when unknown."""
    drawing = Markup(_icons()[name])
    return Markup(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
        ' aria-hidden="true" focusable="false">{}</svg>'
    ).format(drawing)


def router() -> APIRouter:
    """Return the route of the static files."""
    routes = APIRouter(prefix=_PREFIX, include_in_schema=False)

    @routes.get("/{version}/{name:path}", response_class=Response)
    def static_file(version: str, name: str) -> Response:
        content, current = _files().get(name, (b"", ""))
        if not current or version != current:
            return Response(status_code=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)

    return routes
