"""What the OpenAPI description says of each route: the wire types of ``sync.messages``, written once there."""

from __future__ import annotations

from typing import Any

import msgspec

from sync.messages import (
    AuditReply,
    AuditRequest,
    EnrolReply,
    EnrolRequest,
    Exchange,
    ExchangeReply,
    Head,
    Problem,
    ProcedureList,
    ReceiptProof,
    RecordHistory,
    RecordsRequest,
    SnapshotManifest,
    TokenReply,
)
from sync.sealed import EnvelopesReply, EnvelopesRequest

encode = msgspec.json.Encoder().encode
_TYPES = (
    AuditReply,
    AuditRequest,
    EnrolReply,
    EnrolRequest,
    EnvelopesReply,
    EnvelopesRequest,
    Exchange,
    ExchangeReply,
    Head,
    Problem,
    ProcedureList,
    ReceiptProof,
    RecordHistory,
    RecordsRequest,
    SnapshotManifest,
    TokenReply,
)
_REFERENCE = "#/components/schemas/{name}"
_SCHEMAS, _COMPONENTS = msgspec.json.schema_components(_TYPES, ref_template=_REFERENCE)


def _portable(node: Any) -> Any:
    """Return a schema whose patterns any reader of JSON Schema understands: ours are written in Python's dialect."""
    if isinstance(node, list):
        return [_portable(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: _portable(value) for name, value in node.items()}
    if isinstance(made.get("pattern"), str):
        made["pattern"] = made["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return made


_COMPONENTS = _portable(_COMPONENTS)
_OF: dict[type, dict[str, Any]] = dict(zip(_TYPES, _SCHEMAS, strict=True))

_PROBLEM = {
    "description": "Refused; `code` is stable, `details` are named facts.",
    "content": {"application/problem+json": {"schema": _OF[Problem]}},
}


def components() -> dict[str, Any]:
    """Return the schemas of the wire types, for the OpenAPI document."""
    return _COMPONENTS


def security_schemes() -> dict[str, Any]:
    """Return how a request shows who makes it, for the OpenAPI document."""
    return {
        _BY_DEVICE: {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Estafette TOKEN.COUNTER.SIGNATURE`: the device's key over method, target, token, counter "
            "and body (ADR 8). The answer bears the service's signature, and JSON is its type where none is named.",
        }
    }


_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "assertion"],
                    "properties": {"grant_type": {"type": "string"}, "assertion": {"type": "string"}},
                }
            }
        },
    }
}


def _route(
    summary: str, answer: type | None, statuses: tuple[int, ...], question: dict[str, Any] | None = None
) -> dict[str, Any]:
    content = {"application/json": {"schema": _OF[answer]}} if answer else {"application/octet-stream": {}}
    responses: dict[str, Any] = {"200": {"description": "Done.", "content": content}}
    responses |= {str(status): _PROBLEM for status in statuses}
    extra: dict[str, Any] = {"responses": responses, **(question or {})}
    if set(_SIGNED) <= set(statuses) and question is not _FORM:
        extra["security"] = [{_BY_DEVICE: []}]
    return {"summary": summary, "openapi_extra": extra}


def _body(message: type) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _OF[message]}}}}


_WAIT = {
    "parameters": [
        {"name": "stream", "in": "query", "schema": {"type": "string"}},
        {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        {"name": "wait", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": 60}},
    ]
}
_RECEIPT = {
    "parameters": [
        {"name": name, "in": place, "required": place == "path", "schema": {"type": "integer", "minimum": 0}}
        for name, place in (
            ("incarnation", "path"),
            ("seq", "path"),
            ("epoch", "query"),
            ("time", "query"),
            ("size", "query"),
        )
    ]
}
_AFTER = {"parameters": [{"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0}}]}
_STREAM = {"parameters": [{"name": "stream", "in": "query", "schema": {"type": "string"}}]}
_COMMON = (400, 408, 413, 415, 503)
_SIGNED = (401, 403, 429, *_COMMON)
_BY_DEVICE = "device"

ENROL = _route("Enrol a device with a one-time code", EnrolReply, (403, 422, 429, *_COMMON), _body(EnrolRequest))
TOKEN = _route("Trade a device's assertion for an access token", TokenReply, (422, *_SIGNED), _FORM)
SYNC = _route("Hand over a batch and ask what is new", ExchangeReply, (409, 422, *_SIGNED), _body(Exchange))
SNAPSHOT = _route("All records of a stream, as chunks to fetch", SnapshotManifest, (404, *_SIGNED), _STREAM)
CHUNK = _route("A chunk of a snapshot, or what follows its first bytes", None, (404, 422, *_SIGNED), _AFTER)
HISTORY = _route("Events of a record, a page at a time", RecordHistory, (404, 422, *_SIGNED), _AFTER)
PROOF = _route("That a receipt is in the log of receipts", ReceiptProof, (422, *_SIGNED), _RECEIPT)
RECORDS = _route("Records as they are, packed as a snapshot's", None, (422, *_SIGNED), _body(RecordsRequest))
AUDIT = _route("Whether both ends hold the same", AuditReply, (422, *_SIGNED), _body(AuditRequest))
ENVELOPES = _route("Take sealed envelopes in", EnvelopesReply, (422, *_SIGNED), _body(EnvelopesRequest))
CHANGES = _route("Wait until a stream moves", Head, (422, *_SIGNED), _WAIT)
PROCEDURES = _route("The newest version of each procedure", ProcedureList, _SIGNED)
BUNDLE = _route("A procedure's bundle", None, (404, *_SIGNED))
READY: dict[str, Any] = {
    "summary": "Ready: database, schema, disk, keys",
    "openapi_extra": {"responses": {"200": {"description": "Yes."}, "503": _PROBLEM}},
}
HEALTH: dict[str, Any] = {"summary": "Alive", "openapi_extra": {"responses": {"200": {"description": "Yes."}}}}
