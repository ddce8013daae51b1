"""What every handler of the service is given: the database, the keys, the clock and the settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.clock import Clock
from cases.ids import Randomness
from cases.treelog import TreeHead
from central.keys import Keys
from central.records import Device
from central.storage import Storage
from sync.messages import Hello, Receipt, ReceiptProof, TreeNews

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
        device_requests_per_second: what a device may ask for on average, in each process; 0 for no limit.
        trusted_proxies: addresses of the reverse proxies whose word is taken for where a request comes from.
    """

    public_url: str
    timezone: str = "Europe/Paris"
    trusted_proxies: tuple[str, ...] = ()
    device_requests_per_second: float = 50.0


class ServiceKeys(Protocol):
    def service(self) -> Ed25519PrivateKey:
        """Return the key that signs receipts and answers."""


class Tree(Protocol):
    """The Merkle log of receipts."""

    def news(self, tenant: int, size: int) -> TreeNews | None:
        """Return the newest head, and the proof that it follows the one of ``size``; None when there is none."""

    def proof(
        self, device: Device, incarnation: int, seq: int, *, epoch: int, received_ms: int, size: int
    ) -> ReceiptProof:
        """Return where one of the device's receipts stands, and the proof under the head of ``size``."""

    def tell(self, told: Callable[[int], object]) -> None:
        """Let somebody know of each batch that is committed from now on."""

    def appended(self, tenant: int) -> None:
        """Take note that a batch of a tenant was committed."""

    def sequence(self, tenant: int) -> int:
        """Give leaves to some of the receipts that wait; return how many."""

    def sequence_all(self, tenant: int) -> int:
        """Give leaves to all that wait; return how many."""

    def head(self, tenant: int) -> TreeHead | None:
        """Return the newest head, None before the first one of this epoch."""

    def root(self, tenant: int, size: int) -> str | None:
        """Return the root that the log had when it was so large; None when it never was."""


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

    def proof(
        self, device: Device, incarnation: int, seq: int, *, epoch: int, received_ms: int, size: int
    ) -> ReceiptProof:
        return ReceiptProof(-1)

    def tell(self, told: Callable[[int], object]) -> None:
        return None

    def appended(self, tenant: int) -> None:
        return None

    def sequence(self, tenant: int) -> int:
        return 0

    def sequence_all(self, tenant: int) -> int:
        return 0

    def head(self, tenant: int) -> TreeHead | None:
        return None

    def root(self, tenant: int, size: int) -> str | None:
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
    def zone(self) -> dt.tzinfo:
        """Of the organisation's calendar days."""

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
    def zone(self) -> dt.tzinfo:
        return ZoneInfo(self.settings.timezone)

    @property
    def storage(self) -> PostgresStorage:
        from central.database.storage import PostgresStorage

        return PostgresStorage(self.database)

    def transaction(self, tenant: int) -> AbstractContextManager[Connection]:
        """One transaction of one tenant: committed on leaving, rolled back by an exception. See ``Database``."""
        return self.database.transaction(tenant)
