"""Taking in what a USB stick brought from a site without a network, and giving the answers to carry back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from cases.errors import InputError
from central import bundles
from central.bundles import ANSWERS_ENDING, Imported
from central.console.visits import Reception, Visit
from central.web.catalogue import N_
from central.web.routes import GuardedRoute, PageRefused, uploading
from sync.messages import REQUEST_BYTES_MAX

_KEPT = 16
_NAME_BYTES = 16

_ERRORS = {
    "bundle.not_one": N_("This file is not what a device of Estafette wrote on a stick. Nothing was taken."),
    "bundle.other_kind": N_("This file goes the other way: it holds receipts to carry back to a device."),
    "bundle.cut": N_("This file is not whole or was altered. Nothing of it was taken: copy it again from the stick."),
    "bundle.newer": N_("This file comes from a newer version of Estafette. The service must be updated first."),
    "bundle.other_organisation": N_("This file belongs to another organisation. Nothing of it was taken."),
    "bundle.too_large": N_(
        "This file is too large for this page. Your IT service can take it in on the server itself."
    ),
}
_REFUSED = {
    "push.gap": N_("an earlier part is missing: bring the other stick first"),
    "push.fork": N_("the device was restored or copied; its own program will sort it out at its next contact"),
    "envelope.unknown_device": N_("the device is not known here"),
    "": N_("could not be opened; it stays on the device"),
}


@dataclass(frozen=True)
class Outcome:
    """An import as its page shows it. ``answers``: name under which the file to carry back can be fetched."""

    taken: int
    parked: int
    refused: tuple[tuple[str, int, str], ...]
    answers: str


class AnswerShelf:
    """The last answers, kept in memory until they are fetched: taking the same file in again makes the same ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, tenant: int, name: str, answers: bytes) -> None:
        with self._lock:
            self._kept[tenant, name] = answers
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def get(self, tenant: int, name: str) -> bytes | None:
        with self._lock:
            return self._kept.get((tenant, name))


def _page(visit: Visit, *, status: int = 200, error: str = "", outcome: Outcome | None = None) -> Response:
    errors = {"file": error} if error else {}
    return visit.page("console/stick.html", status=status, section="devices", errors=errors, outcome=outcome)


def _outcome(visit: Visit, done: Imported, name: str) -> Outcome:
    refused = tuple(
        (visit.words.gettext(_REFUSED.get(code, _REFUSED[""])), count, code)
        for code, count in sorted(done.refused.items())
    )
    return Outcome(done.taken, done.parked, refused, name)


def router(reception: Reception, route_class: type[GuardedRoute]) -> APIRouter:
    """Return the routes of the stick."""
    shelf = AnswerShelf()
    upload_class = uploading(route_class, REQUEST_BYTES_MAX)
    routes = APIRouter(prefix="/console/cle-usb", route_class=upload_class, include_in_schema=False)

    @routes.get("", response_class=Response)
    def ask(request: Request) -> Response:
        return _page(reception.visit(request))

    @routes.post("", response_class=Response)
    async def take_in(request: Request) -> Response:
        file = (await request.form()).get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        return await run_in_threadpool(_take_in, reception.visit(request), shelf, data)

    @routes.get("/accuses/{name}", response_class=Response)
    def answers(request: Request, name: str) -> Response:
        visit = reception.visit(request)
        found = shelf.get(visit.session.tenant, name)
        if found is None:
            raise PageRefused(404, "bundle.answers_gone")
        headers = {"Content-Disposition": f'attachment; filename="retour{ANSWERS_ENDING}"'}
        return Response(found, media_type="application/octet-stream", headers=headers)

    return routes


def _take_in(visit: Visit, shelf: AnswerShelf, data: bytes) -> Response:
    if not data:
        return _page(
            visit, status=422, error=visit.words.gettext("Choose the file that the device wrote on the stick.")
        )
    try:
        done = bundles.import_bundle(visit.central, data, tenant=visit.session.tenant)
    except InputError as refused:
        words = _ERRORS.get(refused.code, _ERRORS["bundle.not_one"])
        return _page(visit, status=422, error=visit.words.gettext(words))
    name = visit.central.randomness.token(_NAME_BYTES).hex()
    shelf.put(visit.session.tenant, name, done.answers)
    return _page(visit, outcome=_outcome(visit, done, name))
