"""What every handler of the service is given: the database, the keys, the clock and the settings."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from cases.clock import Clock
from cases.ids import Randomness
from central.database.client import Connection, Database
from central.keys import Keys


@dataclass(frozen=True)
class Settings:
    """What the administrator chose.

    Attributes:
        public_url: where citizens and devices reach the service, without a final slash.
        timezone: IANA name of the zone in which the console, the portal and the offices' computers show times.
        trusted_proxies: addresses of the reverse proxies whose word is taken for where a request comes from.
    """

    public_url: str
    timezone: str = "Europe/Paris"
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Central:
    """The service's parts. Any thread."""

    database: Database
    keys: Keys
    clock: Clock
    randomness: Randomness
    settings: Settings

    def transaction(self, tenant: int) -> AbstractContextManager[Connection]:
        """One transaction of one tenant: committed on leaving, rolled back by an exception. See ``Database``."""
        return self.database.transaction(tenant)
