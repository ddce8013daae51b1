"""Whether the service can do its work now: database, schema, disk, keys. Asked often, so it is cheap."""

from __future__ import annotations

import os
import shutil

from cases.errors import EnvironmentFault, EstafetteError
from central.context import Central
from central.database.client import NO_TENANT
from central.database.migrations import all_migrations

DISK_FREE_BYTES_MIN = 256 * 1024 * 1024
"""Below this PostgreSQL may stop in the middle of a day; devices then keep what they have, and try again."""
_KEYS = ("service", "token", "nonce", "intake")


def check(central: Central) -> None:
    """Return when the service is ready.

    Raises:
        EnvironmentFault: ``service.not_ready``; each detail names a part and what is wrong with it.
    """
    wrong = {**_database(central), **_disk(central), **_keys(central)}
    if wrong:
        raise EnvironmentFault("service.not_ready", **wrong)


def _database(central: Central) -> dict[str, str]:
    try:
        with central.transaction(NO_TENANT) as connection:
            row = connection.execute("select coalesce(max(number), 0) from estafette.migration").fetchone()
    except EstafetteError as error:
        return {"database": error.code}
    newest = len(all_migrations())
    return {} if row is not None and row[0] == newest else {"migrations": f"{row[0] if row else 0}/{newest}"}


def _disk(central: Central) -> dict[str, str]:
    place = central.keys.directory
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return {} if free >= DISK_FREE_BYTES_MIN else {"disk": f"{free // (1024 * 1024)} MiB"}


def _keys(central: Central) -> dict[str, str]:
    """Keys that are not made yet are no fault; those that cannot be read, or are damaged, are."""
    try:
        for name in _KEYS:
            central.keys.secret(name)
            path = central.keys.directory / f"{name}.key"
            if not os.access(path, os.R_OK):
                return {"keys": name}
    except (EstafetteError, OSError) as error:
        return {"keys": error.code if isinstance(error, EstafetteError) else type(error).__name__}
    return {}
