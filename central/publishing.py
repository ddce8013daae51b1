"""Publishes procedures: a folder or a bare workbook becomes a bundle that every device of the tenant fetches."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path

import msgspec

from cases import procedure_file
from cases import procedures as authored
from cases.errors import InputError
from cases.procedure_file import Described
from cases.procedures import Procedure
from central.context import Central
from central.database import people
from central.database import procedures as published
from central.database.client import NO_TENANT, Connection
from forms.conversions import IMPORTER
from forms.errors import FormRefused, Problem
from sync.messages import bundle_version

REMEMBERED_FILE = "published.json"


class _Remembered(msgspec.Struct, frozen=True):
    """What a folder's files were when it was published, and as what."""

    sources: str
    id: str
    version: str


def load(path: Path) -> Procedure:
    """Read a procedure from its folder, or from a bare form file.

    Raises:
        InputError: ``procedure.no_such_path``, and those of ``cases.procedures``; ``path`` names what was given.
        FormRefused: see ``cases.procedures``; ``forms.no_questions``.
    """
    if not path.exists():
        raise InputError("procedure.no_such_path", path=str(path))
    try:
        procedure = authored.load_directory(path) if path.is_dir() else authored.load_workbook(path)
    except InputError as error:
        raise InputError(error.code, **{**error.details, "path": str(path)}) from error
    if not authored.form_definition(procedure).questions:
        raise FormRefused(Problem("forms.no_questions", details={"file": path.name}))
    return procedure


def cycles(procedure: Procedure) -> tuple[str, ...]:
    """Return the groups of questions whose formulas need each other: such a form works, one link of each is ignored."""
    return tuple(" → ".join(cycle) for cycle in authored.form_definition(procedure).cycles)


def version_of(procedure: Procedure) -> str:
    """Return the version under which a procedure is published."""
    return bundle_version(authored.to_bundle(procedure))


def publish(
    central: Central, procedure: Procedure, *, bare: Path | None = None, given_up: frozenset[str] = frozenset()
) -> bool:
    """Publish a procedure to every tenant; False when nothing changed.

    Args:
        bare: the form alone that it was read from, which knows no rules. Where a procedure of the same identity is
            published with rules, they would go: that needs to be said.
        given_up: the keys of ``procedure.toml`` that may go so.

    Raises:
        InputError: ``procedure.rules_lost`` (``path``, ``id``, ``keys``): nothing is published, to no tenant.
    """
    bundle = authored.to_bundle(procedure)

    def check(connections: Iterable[tuple[int, Connection]]) -> None:
        lost = frozenset().union(*(_rules_lost(one, tenant, procedure.id, bundle) for tenant, one in connections))
        if bare is not None and not lost <= given_up:
            raise InputError("procedure.rules_lost", path=str(bare), id=procedure.id, keys=",".join(sorted(lost)))

    if bare is not None:
        # All are looked at before any is published to, and each again with its own: another may publish meanwhile.
        check(_each(central))
    return _publish_bundle(central, procedure, bundle, check if bare is not None else None)


def rules_lost(published: Described, bare: Described) -> frozenset[str]:
    """Return the keys of ``procedure.toml`` that a published procedure says and a bare form in its place would not.

    Of the title only its other languages: a form has one title, and may well bring a new one.
    """
    lost = {
        key for key in Described.__struct_fields__ if key != "title" and getattr(published, key) != getattr(bare, key)
    }
    return frozenset(lost | ({"title"} if set(published.title) > set(bare.title) else set()))


def _rules_lost(connection: Connection, tenant: int, procedure: str, bundle: bytes) -> frozenset[str]:
    newest = dict(published.offered(connection, tenant)).get(procedure)
    held = published.procedure_bundle(connection, tenant, procedure, newest) if newest else None
    if held is None:
        return frozenset()
    return rules_lost(procedure_file.unpack(held).description, procedure_file.unpack(bundle).description)


def publish_folder(central: Central, folder: Path, data: Path) -> bool:
    """Publish a procedure's folder; False when nothing changed.

    Compiling takes seconds, so a folder whose files are those published last is not even read again.

    Args:
        data: the data directory, where that is remembered. Losing it costs only the time.
    """
    remembered = _recall(data)
    sources = _sources_digest(folder)
    known = remembered.get(str(folder))
    if known is not None and known.sources == sources and _is_newest_everywhere(central, known):
        return False
    procedure = load(folder)
    bundle = authored.to_bundle(procedure)
    changed = _publish_bundle(central, procedure, bundle)
    remembered[str(folder)] = _Remembered(sources, procedure.id, bundle_version(bundle))
    (data / REMEMBERED_FILE).write_bytes(msgspec.json.encode(remembered))
    return changed


def folders_in(directory: Path) -> list[Path]:
    """Return what a directory offers: itself when it is a procedure's folder, else each procedure in it, by name."""
    if (directory / "procedure.toml").is_file():
        return [directory]
    return sorted(found.parent for found in directory.glob("*/procedure.toml"))


def all_folders(directories: Iterable[Path]) -> list[Path]:
    """Return the procedures of several directories."""
    return [folder for directory in directories for folder in folders_in(directory)]


Check = Callable[[Iterable[tuple[int, Connection]]], None]
"""Raises where something stands against publishing to these tenants."""


def _publish_bundle(central: Central, procedure: Procedure, bundle: bytes, check: Check | None = None) -> bool:
    version = bundle_version(bundle)
    changed = False
    for tenant, connection in _each(central):
        published.hold(connection, tenant, procedure.id)
        if check is not None:
            check([(tenant, connection)])
        now_ms = central.clock.now_ms()
        done = published.publish(connection, tenant, procedure.id, version, bundle, procedure.title, now_ms)
        changed = changed or done
    return changed


def _each(central: Central) -> Iterator[tuple[int, Connection]]:
    """Every tenant, each with a transaction of its own that ends when the next one is asked for."""
    for tenant in _tenants(central):
        with central.transaction(tenant) as connection:
            yield tenant, connection


def _is_newest_everywhere(central: Central, known: _Remembered) -> bool:
    for tenant in _tenants(central):
        with central.transaction(tenant) as connection:
            newest = {row.id: row.version for row in published.procedures(connection, tenant)}
        if newest.get(known.id) != known.version:
            return False
    return True


def _tenants(central: Central) -> list[int]:
    with central.transaction(NO_TENANT) as connection:
        return people.tenants(connection)


def _recall(data: Path) -> dict[str, _Remembered]:
    """Return what was published from which files; nothing when that cannot be read, which costs only time."""
    with contextlib.suppress(OSError, ValueError):
        return msgspec.json.decode((data / REMEMBERED_FILE).read_bytes(), type=dict[str, _Remembered])
    return {}


def _sources_digest(folder: Path) -> str:
    """Return a digest of a folder's files and of the importer and converter that read them."""
    digest = hashlib.sha256(f"{IMPORTER} {metadata.version('pyxform')}".encode())
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"\0{file.name}\0{content}".encode())
    return digest.hexdigest()
