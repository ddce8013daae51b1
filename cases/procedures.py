"""What can be asked for: a form with the rules around it, read from a folder and carried as one bundle.

A procedure is written by an office: ``form.xlsx`` (XLSForm), ``procedure.toml`` and data files, in one folder.
Everything read here is untrusted input: sizes are capped before memory is given, and the form is compiled by ``forms``
in its own limited process.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cases import entities, procedure_file
from cases.errors import InputError
from cases.procedure_file import Bundle, Decision, Described, Document, Silence
from cases.workflow import State

if TYPE_CHECKING:
    # The compiler and the parser are imported by what needs them: titles and rules do not.
    from forms.compile import Converted
    from forms.definition import FormDefinition
    from forms.errors import Problem
    from forms.repairs import Repair

FORM_NAMES = ("form.xlsx", "form.xls", "form.ods", "form.xml")
MEDIA_SUFFIXES = frozenset({".csv", ".geojson", ".xml"})
MEDIA_MISSING = "forms.media_missing"
SOURCE_BYTES_MAX = 16 * 1024 * 1024
"""One file of a procedure. The list of all French communes takes 1.2 MB."""
UNNAMED = "unnamed-form"
"""What a form is called for a moment whose file has no name that could be an identity."""
DEFAULT_DELAY_DAYS = 60
DEFAULT_RETENTION_MONTHS = 60


@dataclass(frozen=True)
class RequiredDocument:
    """A supporting document to collect; ``label`` is by language, French always there."""

    id: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Procedure:
    """One procedure at one version.

    Attributes:
        title, summary, notices: words by language code; ``title`` always has ``fr``.
        legal_basis: the texts it rests on, in French, to be quoted as they are.
        states: states a case of it may have.
        delay_days: days within which an answer is due, counted from the complete request.
        delay_months: the same delay where the law counts in months; it is what the receipt states.
        silence: what no answer within the delay means: ``acceptance``, ``refusal``, or ``unspecified``.
        retention_months: how long a closed case is kept.
        decision_fields: form paths that the person who decides reads first.
        decisive: questions, groups and particulars of the citizen on which deciding rests: while one of them is
            contested, the case is not decided. None: every field of the case.
        prefill: form path -> citizen field that gives its first value.
        form: the compiled XForm. media: data files by the name that the form gives them.
        repairs, remarks: what was changed in the workbook to open it, and what its author should look at; they do not
            travel.
    """

    id: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    legal_basis: tuple[str, ...]
    required_documents: tuple[RequiredDocument, ...]
    states: tuple[str, ...]
    delay_days: int
    silence: Silence
    retention_months: int
    notices: Mapping[str, str]
    decision_fields: tuple[str, ...]
    form: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    prefill: Mapping[str, str] = field(default_factory=dict)
    delay_months: int | None = None
    decisive: tuple[str, ...] | None = None
    repairs: tuple[Repair, ...] = field(default=(), compare=False, repr=False)
    remarks: tuple[Problem, ...] = field(default=(), compare=False, repr=False)


def load_directory(path: Path) -> Procedure:
    """Read a procedure from its folder; its identity is the ``id`` in ``procedure.toml``, else the folder's name.

    Raises:
        InputError: ``procedure.no_folder``, ``procedure.bad_id``, ``procedure.missing_file``, ``procedure.two_forms``,
            ``procedure.too_large``, ``procedure.bad_toml`` (details ``file``, ``key``, ``reason``).
        FormRefused: the form is not one, or asks for something that cannot be shown.
    """
    from forms.compile import checked_form

    if not path.is_dir():
        raise InputError("procedure.no_folder", field="path", file=path.name)
    description = path / "procedure.toml"
    if not description.is_file():
        raise InputError("procedure.missing_file", field="path", file=description.name)
    described = procedure_file.read_description(_source(description), description.name)
    identity = described.id if isinstance(described.id, str) else _identity(path.resolve().name)
    workbook = _form_file(path)
    media = {file.name: _source(file) for file in _media_files(path, workbook)}
    converted = checked_form(_source(workbook), name=identity, media={**entities.NOBODY, **media})
    procedure = _described(identity, described, converted.xform, media)
    definition = form_definition(procedure)
    procedure = replace(procedure, repairs=tuple(converted.repairs), remarks=_remarks(converted, definition))
    procedure_file.check_paths(described, frozenset(definition.questions), description.name)
    return procedure


def load_workbook(path: Path) -> Procedure:
    """Read a bare XLSForm or XForm as a procedure: identity and title from the form, defaults else.

    A form that says no identity of its own (``form_id`` of the sheet ``settings``) takes the file's name. Data files
    that the form names are taken from the same folder.

    Raises:
        InputError: ``procedure.missing_file``, ``procedure.too_large``, ``procedure.bad_id``.
        FormRefused: the form is not one, or asks for something that cannot be shown.
    """
    from forms.definition import parse_form

    if not path.is_file():
        raise InputError("procedure.missing_file", field="path", file=path.name)
    converted, media = _compile_with_neighbours(path, _slug(path.stem) or UNNAMED)
    form = converted.xform
    definition = parse_form(form, {**entities.NOBODY, **media})
    named = "" if definition.form_id == UNNAMED else _slug(definition.form_id)
    identity = _identity(named or _slug(path.stem))
    described = Described(
        title={"fr": definition.title or path.stem},
        states=[state.value for state in State],
        delay_days=DEFAULT_DELAY_DAYS,
        silence="unspecified",
        retention_months=DEFAULT_RETENTION_MONTHS,
    )
    return replace(
        _described(identity, described, form, media),
        repairs=tuple(converted.repairs),
        remarks=_remarks(converted, definition),
    )


def _remarks(converted: Converted, definition: FormDefinition) -> tuple[Problem, ...]:
    from forms.advice import advice

    found = (*definition.notices, *advice(definition), *entities.notices(definition))
    return tuple(converted.located(one) for one in found)


def to_bundle(procedure: Procedure) -> bytes:
    """Return the procedure as one compressed file; the same procedure gives the same bytes."""
    return procedure_file.pack(
        Bundle(
            id=procedure.id,
            description=Described(
                title=dict(procedure.title),
                summary=dict(procedure.summary),
                legal_basis=list(procedure.legal_basis),
                required_documents=[Document(item.id, dict(item.label)) for item in procedure.required_documents],
                states=list(procedure.states),
                delay_days=procedure.delay_days,
                silence=procedure.silence,
                retention_months=procedure.retention_months,
                notices=dict(procedure.notices),
                decision_fields=list(procedure.decision_fields),
                prefill=dict(procedure.prefill),
                delay_months=procedure.delay_months,
                decision=msgspec.UNSET if procedure.decisive is None else Decision(list(procedure.decisive)),
            ),
            form=procedure.form,
            media=dict(procedure.media),
        )
    )


def from_bundle(data: bytes) -> Procedure:
    """Read what :func:`to_bundle` wrote; the form is not parsed yet (see :func:`form_definition`).

    Raises:
        InputError: ``procedure.bad_bundle`` or ``procedure.too_large``.
    """
    bundle = procedure_file.unpack(data)
    return _described(bundle.id, bundle.description, bundle.form, bundle.media)


def form_definition(procedure: Procedure, lists: Mapping[str, bytes] | None = None) -> FormDefinition:
    """Return the parsed form; parsed once per version and process.

    Args:
        lists: who is on the lists of citizens that the form reads (see ``cases.entities``), by file name; nobody
            where they are left out.

    Raises:
        FormRefused: the form asks for something that this version of the program cannot show.
    """
    digest = hashlib.sha256(procedure.form)
    for name in sorted(procedure.media):
        digest.update(name.encode() + b"\0" + hashlib.sha256(procedure.media[name]).digest())
    for name in sorted(lists or {}):
        digest.update(b"\1" + name.encode() + b"\0" + hashlib.sha256((lists or {})[name]).digest())
    media = {**entities.NOBODY, **procedure.media, **(lists or {})}
    return _definition(_Parts(digest.hexdigest(), procedure.form, media))


def prefilled(procedure: Procedure, citizen_fields: Mapping[str, str | None]) -> dict[str, str]:
    """Return the first answers that the citizen's own record gives: form path -> value, empty ones left out."""
    found = {path: citizen_fields.get(name) for path, name in procedure.prefill.items()}
    return {path: value for path, value in found.items() if value}


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in ``language`` (``fr`` or ``fr-FR``), else the French one, else ""."""
    return texts.get(language) or texts.get(language.split("-")[0]) or texts.get("fr", "")


@dataclass(frozen=True)
class _Parts:
    """Key of the cache: equal by digest, so that the bytes are neither hashed nor compared again."""

    digest: str
    form: bytes = field(compare=False)
    media: Mapping[str, bytes] = field(compare=False)


@lru_cache(maxsize=32)
def _definition(parts: _Parts) -> FormDefinition:
    from forms.definition import parse_form

    return parse_form(parts.form, parts.media)


def _described(identity: str, described: Described, form: bytes, media: Mapping[str, bytes]) -> Procedure:
    values: dict[str, Any] = msgspec.structs.asdict(described)
    values["legal_basis"] = tuple(described.legal_basis)
    values["states"] = tuple(described.states)
    values["decision_fields"] = tuple(described.decision_fields)
    del values["decision"], values["id"]
    values["decisive"] = tuple(described.decision.fields) if described.decision else None
    values["required_documents"] = tuple(RequiredDocument(item.id, item.label) for item in described.required_documents)
    return Procedure(id=identity, form=form, media=dict(media), **values)


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    return slug[: procedure_file.ID_LENGTH_MAX].rstrip("-")


def _identity(name: str) -> str:
    if not procedure_file.ID_PATTERN.fullmatch(name):
        raise InputError("procedure.bad_id", field="id", id=name)
    return name


def _form_file(folder: Path) -> Path:
    present = [folder / name for name in FORM_NAMES if (folder / name).is_file()]
    if not present:
        raise InputError("procedure.missing_file", field="path", file=FORM_NAMES[0])
    if len(present) > 1:
        raise InputError("procedure.two_forms", field="path", file=present[1].name)
    return present[0]


def _media_files(folder: Path, workbook: Path) -> list[Path]:
    """Return the data files beside a form, sorted by name."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.casefold() in MEDIA_SUFFIXES and file.name != workbook.name and file.is_file()
    )


def _compile_with_neighbours(path: Path, identity: str) -> tuple[Converted, dict[str, bytes]]:
    """Compile a bare form with exactly those files of its folder that it asks for."""
    from forms.compile import checked_form
    from forms.errors import FormRefused

    workbook = _source(path)
    try:
        return checked_form(workbook, name=identity, media=entities.NOBODY), {}
    except FormRefused as refused:
        wanted = {problem.details.get("file", "") for problem in refused.problems if problem.code == MEDIA_MISSING}
        beside = {file.name: file for file in _media_files(path.parent, path)}
        if not wanted & beside.keys():
            raise
        media = {name: _source(beside[name]) for name in sorted(wanted & beside.keys())}
    return checked_form(workbook, name=identity, media={**entities.NOBODY, **media}), media


def _source(file: Path) -> bytes:
    """Read a file of the procedure, never more than :data:`SOURCE_BYTES_MAX`."""
    with file.open("rb") as opened:
        data = opened.read(SOURCE_BYTES_MAX + 1)
    if len(data) > SOURCE_BYTES_MAX:
        raise InputError("procedure.too_large", field="path", file=file.name, bytes_max=SOURCE_BYTES_MAX)
    return data
