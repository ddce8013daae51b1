"""What every handler of the service is given: the database, the keys, the clock and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.clock import Clock
from cases.ids import Randomness
from central.keys import Keys
from central.records import Device
from central.storage import Storage
from sync.messages import Hello, Receipt, TreeNews

if TYPE_CHECKING:
    # The core logic runs where no PostgreSQL driver is installed.
    from central.database.client import Connection, Database
    from central.database.storage import PostgresStorage


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


class ServiceKeys(Protocol):
    def service(self) -> Ed25519PrivateKey:
        """Return the key that signs receipts and answers."""


class Tree(Protocol):
    """The Merkle log of receipts."""

    def news(self, tenant: int, size: int) -> TreeNews | None:
        """Return a newer head than the one of ``size``, None when there is none."""


class Backups(Protocol):
    """What is covered by a backup."""

    def receipts(
        self, tenant: int, device: str, stream: str, held: Mapping[int, int], covered_ms: int | None = None
    ) -> list[Receipt]:
        """Return backed-up receipts of the device's chains that go farther than ``held`` (incarnation -> number).

        Args:
            covered_ms: what the storage has just said (``StreamPage``): while it stays, nothing needs to be read again.
        """


class Contacts(Protocol):
    """The index of devices that lag."""

    def heard(self, device: Device, hello: Hello) -> None:
        """Note that a device called, and what it said of itself."""


class Nothing:
    """Stands for a part that is not there."""

    def news(self, tenant: int, size: int) -> TreeNews | None:
        return None

    def receipts(
        self, tenant: int, device: str, stream: str, held: Mapping[int, int], covered_ms: int | None = None
    ) -> list[Receipt]:
        return []

    def heard(self, device: Device, hello: Hello) -> None:
        return None


class Core(Protocol):
    """What the core logic (syncing, appending, snapshots) needs: ``Central`` is one, a test's another."""

    @property
    def storage(self) -> Storage: ...
    @property
    def keys(self) -> ServiceKeys: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def tree(self) -> Tree: ...
    @property
    def backups(self) -> Backups: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def published(self) -> dict[int, frozenset[tuple[str, str]]]:
        """What was published, by tenant, as far as it was read: it only grows."""


@dataclass(frozen=True)
class Central:
    """The service's parts. Any thread."""

    database: Database
    keys: Keys
    clock: Clock
    randomness: Randomness
    settings: Settings
    tree: Tree = field(default_factory=Nothing)
    backups: Backups = field(default_factory=Nothing)
    contacts: Contacts = field(default_factory=Nothing)
    published: dict[int, frozenset[tuple[str, str]]] = field(default_factory=dict)

    @property
    def storage(self) -> PostgresStorage:
        from central.database.storage import PostgresStorage

        return PostgresStorage(self.database)

    def transaction(self, tenant: int) -> AbstractContextManager[Connection]:
        """One transaction of one tenant: committed on leaving, rolled back by an exception. See ``Database``."""
        return self.database.transaction(tenant)
