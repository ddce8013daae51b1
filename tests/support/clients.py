"""Whole clients for tests of the contract with the central service: a real encrypted workspace, agent and desk each."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cases.clock import Clock
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.procedures import Procedure, to_bundle
from cases.workspace import Workspace
from sync.agent import Agent
from sync.desk import Desk
from sync.transport import TransportFactory
from tests.support.faults import Faults, FaultyTransport
from tests.support.forms import xform
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, SeededRandomness

FORM = """
| survey   |                  |         |                 |            |            |                  |
|          | type             | name    | label           | required   | constraint | calculation      |
|          | begin group      | who     | Demandeur       |            |            |                  |
|          | text             | name    | Nom             | yes        |            |                  |
|          | integer          | age     | Âge             |            | . < 130    |                  |
|          | calculate        | older   |                 |            |            | ${age} + 1       |
|          | text             | town    | Commune         |            |            |                  |
|          | end group        |         |                 |            |            |                  |
|          | begin repeat     | child   | Enfant          |            |            |                  |
|          | text             | first   | Prénom          |            |            |                  |
|          | end repeat       |         |                 |            |            |                  |
|          | end              | end     |                 |            |            |                  |
| settings |                  |         |                 |            |            |                  |
|          | form_title       | form_id |                 |            |            |                  |
|          | Demande d'essai  | essai   |                 |            |            |                  |
"""
PROCEDURE = "essai"
NAME, AGE, TOWN, CHILD = "/who/name", "/who/age", "/who/town", "/child"


@lru_cache
def _form(written: str = FORM) -> bytes:
    return xform(written)


@lru_cache
def bundle(title: str = "Demande d'essai", form: str = FORM) -> bytes:
    """Return the bundle of a small procedure; another title, or another form, makes another version."""
    return to_bundle(
        Procedure(
            id=PROCEDURE,
            title={"fr": title, "en": "Test request"},
            summary={},
            legal_basis=(),
            required_documents=(),
            states=("draft", "submitted", "in_review", "needs_information", "accepted", "refused"),
            delay_days=60,
            silence="unspecified",
            retention_months=12,
            notices={"fr": "Vos données servent à cette demande."},
            decision_fields=(),
            form=_form(form),
            prefill={NAME: "family_name"},
        )
    )


class Service(Protocol):
    """A central service under test, with what a supervisor or IT does to it. It offers the procedure of ``bundle``."""

    @property
    def url(self) -> str: ...

    def transport_factory(self) -> TransportFactory:
        """Return what makes sound transports to it."""
        ...

    def enrolment_code(self) -> str:
        """Return a new one-time code for some agent of the one office."""
        ...

    def revoke(self, device: str) -> None: ...

    def ask_for_information(self, case: str, message: str) -> None:
        """Move a submitted case to ``needs_information`` as a supervisor who has seen it."""
        ...


@dataclass
class Client:
    """One device with its agent."""

    workspace: Workspace
    agent: Agent
    desk: Desk
    faults: Faults

    def sync(self) -> None:
        """Make one round that must succeed."""
        self.agent.sync_once()

    def citizen(self, **fields: str) -> str:
        return self.workspace.create_citizen({"family_name": "Durand", "given_names": "Zoé", **fields}).record

    def case(self, answers: Mapping[str, str] | None = None) -> str:
        """Return a new case of a new citizen, with these answers given one by one."""
        form = self.desk.new_case(PROCEDURE, self.citizen())
        for path, value in (answers or {}).items():
            form.answer(path, value)
        return form.case_id

    @property
    def pending(self) -> int:
        return self.workspace.status().pending

    def events(self, record: str) -> list[str]:
        """Return the identities of a record's events, each as often as it is held."""
        return sorted(str(entry.event) for entry in self.workspace.history(record))


class Office:
    """Makes clients of one service on one clock; ``close`` ends them all."""

    def __init__(self, service: Service, directory: Path, clock: Clock) -> None:
        self._service = service
        self._directory = directory
        self._clock = clock
        self._made = 0
        self._ends = ExitStack()

    def client(self, *, enrolled: bool = True, synchronised: bool = True) -> Client:
        """Return a new device, enrolled and synchronised unless asked otherwise."""
        client = self._client(self._clock)
        if enrolled:
            client.agent.enrol(self._service.url, self._service.enrolment_code(), f"Poste {self._made}")
        if enrolled and synchronised:
            client.sync()
        return client

    def client_with_clock(self, clock: Clock) -> Client:
        """Return a new enrolled device whose own clock is this one."""
        client = self._client(clock)
        client.agent.enrol(self._service.url, self._service.enrolment_code(), f"Poste {self._made}")
        client.sync()
        return client

    def another_agent(self, client: Client) -> Agent:
        """Return an agent over a client's workspace, as the next start of the program makes one."""
        agent = Agent(client.workspace, self._service.transport_factory(), ports=self._ports(self._clock))
        self._ends.callback(agent.stop)
        return agent

    def _ports(self, clock: Clock) -> Ports:
        return Ports(
            device_secrets=MemoryDeviceSecrets(),
            clock=clock,
            randomness=SeededRandomness(self._made),
            kdf=CHEAP_KDF,
        )

    def _client(self, clock: Clock) -> Client:
        self._made += 1
        ports = self._ports(clock)
        faults = Faults()
        make = self._service.transport_factory()
        workspace = Workspace.create(self._directory / f"poste-{self._made}", PASSPHRASE, ports=ports)
        self._ends.callback(workspace.close)
        agent = Agent(workspace, lambda url: FaultyTransport(make(url), faults), ports=ports)
        self._ends.callback(agent.stop)
        return Client(workspace, agent, Desk(workspace, ports=ports), faults)

    def close(self) -> None:
        self._ends.close()
