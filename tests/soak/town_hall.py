"""A real service on a real PostgreSQL behind a line that fails, with real clients: what the network harnesses need."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cases.clock import Clock, SystemClock
from cases.errors import EstafetteError
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.views import HistoryEntry
from cases.workspace import Workspace
from central import service as asked
from central.database import procedures as published
from central.records import ConsoleSession
from sync.agent import Agent
from sync.messages import bundle_version
from sync.transport import RequestsTransport, TransportFactory
from tests.support.central_service import RunningService, fresh_database, running_postgres, running_service
from tests.support.clients import PROCEDURE, bundle
from tests.support.proxy import FaultProxy
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

ROUNDS_MAX = 12
"""A client that is not in order after so many rounds on a sound line is stuck."""


@dataclass
class Post:
    """One device: what it was told is recorded must reach everybody, once."""

    workspace: Workspace
    agent: Agent
    said: dict[str, str] = field(default_factory=dict)
    """Record -> the last answer that was acknowledged here."""
    newest: str = ""

    def act(self, token: str) -> None:
        """Record one more answer in a case, of its own or of another's."""
        case = self.case()
        self.workspace.answer(case, {f"/{self._name}": token}, base=self.workspace.case(case).base)
        self.said[case] = token

    def case(self) -> str:
        """Return the case that this post answers: its newest, or the first it was given."""
        if not self.newest:
            self.newest = next(iter(self.said), "") or self._opened()
        return self.newest

    def next_case(self) -> None:
        """Answer a new case from now on."""
        self.newest = self._opened()

    def _opened(self) -> str:
        citizen = self.workspace.create_citizen({"family_name": f"Usager {self._name}"}).record
        return self.workspace.open_case(PROCEDURE, bundle_version(bundle()), citizen, {}).record

    @property
    def _name(self) -> str:
        assert self.workspace.identity is not None
        return self.workspace.identity.device[-12:]

    @property
    def path(self) -> str:
        return f"/{self._name}"

    def sync(self) -> str:
        """Make a round; return the code of what ended it early, empty after a whole one."""
        try:
            self.agent.sync_once()
        except EstafetteError as error:
            return error.code
        return ""

    def settle(self) -> str:
        """Make rounds on a sound line until one is whole; return the last code."""
        code = ""
        for _ in range(ROUNDS_MAX):
            code = self.sync()
            if not code and not self.workspace.status().pending:
                return ""
        return code or "still pending"

    def close(self) -> None:
        self.agent.stop()
        self.workspace.close()


class TownHall:
    """The service and its posts."""

    def __init__(self, service: RunningService, proxy: FaultProxy, directory: Path) -> None:
        self.service = service
        self.proxy = proxy
        self._directory = directory
        self._posts: list[Post] = []
        self._session: ConsoleSession | None = None
        data = bundle()
        with service.central.transaction(service.tenant) as connection:
            published.publish(connection, service.tenant, PROCEDURE, bundle_version(data), data, {"fr": "Essai"}, 1)

    def code(self) -> str:
        """Return a new enrolment code."""
        if self._session is None:
            _, self._session = self.service.sign_in()
        with self.service.central.transaction(self.service.tenant) as connection:
            agent = asked.agents(connection, self.service.tenant)[0]
            return asked.make_enrolment_code(self.service.central, connection, self._session, agent.account).code

    def ports(self, clock: Clock | None = None) -> Ports:
        """Return a machine whose device secrets last as long as this process."""
        return Ports(device_secrets=MemoryDeviceSecrets(), clock=clock or SystemClock(), kdf=CHEAP_KDF)

    def history(self, post: Post, record: str) -> list[HistoryEntry]:
        """Return a record's whole history as a post can have it."""
        return post.workspace.history(record)

    def post(self, *, ports: Ports | None = None, transports: TransportFactory = RequestsTransport) -> Post:
        """Return a new enrolled device."""
        ports = ports or self.ports()
        workspace = Workspace.create(self._directory / f"post-{len(self._posts)}", PASSPHRASE, ports=ports)
        agent = Agent(workspace, transports, ports=ports)
        agent.enrol(self.proxy.url, self.code(), f"Poste {len(self._posts)}")
        post = Post(workspace, agent)
        self._posts.append(post)
        return post

    def post_over(self, line: FaultProxy) -> Post:
        """Return a new enrolled device that reaches the service over a line of its own."""
        line.serve(self.port)
        # The service goes by one address; a device's own line leads there all the same.
        return self.post(transports=lambda _: RequestsTransport(line.url))

    @property
    def port(self) -> int:
        """Where the service itself listens."""
        assert self.proxy.target is not None
        return self.proxy.target[1]

    def reopened_round(self, post: Post) -> str:
        """Make whole rounds with a new agent over a post's workspace; return the last code."""
        ports = self.ports()
        post.agent = Agent(post.workspace, RequestsTransport, ports=ports)
        return post.settle()

    def close(self) -> None:
        """End every post."""
        for post in self._posts:
            post.close()


def disagreements(posts: list[Post]) -> list[str]:
    """Return what was acknowledged at one post and is not shown at every post, or not sent, or not settled."""
    found = []
    for post in posts:
        status = post.workspace.status()
        if status.pending or status.parked:
            found.append(f"{post.path}: {status.pending} pending, {status.parked} parked")
        for other in posts:
            for case, token in post.said.items():
                try:
                    shown = other.workspace.case(case).answers.get(post.path)
                except EstafetteError as error:
                    shown = error.code
                if shown != token:
                    found.append(f"{other.path} shows {shown!r} instead of {token!r} of {post.path}")
    return found


def doubles(post: Post) -> list[str]:
    """Return what a post's own history holds twice, or with a gap."""
    workspace = post.workspace
    records = [row.id for row in workspace.cases(limit=1000)] + [row.id for row in workspace.citizens(limit=1000)]
    assert workspace.identity is not None
    own = sorted(
        (entry.event.incarnation, entry.event.seq)
        for record in records
        for entry in workspace.history(record)
        if entry.event.device == workspace.identity.device
    )
    expected = [(1, number) for number in range(1, len(own) + 1)]
    return [] if own == expected else [f"{post.path}: own events {own[:3]}…{own[-3:]} are not 1..{len(own)}, each once"]


@contextmanager
def town_hall(directory: Path) -> Iterator[TownHall]:
    """A service of its own with a line that is sound until told otherwise."""
    with running_postgres() as postgres, FaultProxy() as proxy:
        with running_service(fresh_database(postgres), directory / "central", proxy=proxy) as service:
            made = TownHall(service, proxy, directory)
            try:
                yield made
            finally:
                proxy.heal()
                made.close()


def awaited(condition: object, seconds: float, changed: threading.Event) -> bool:
    """Wait for a condition that is looked at whenever ``changed`` is set."""
    assert callable(condition)
    import time

    until_s = time.monotonic() + seconds
    while not condition():
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            return False
        changed.wait(min(left_s, 0.2))
        changed.clear()
    return True
