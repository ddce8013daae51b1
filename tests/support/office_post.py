"""An office's PC without a window: a real encrypted workspace and the real client, for tests of what central shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cases import tracking
from cases.keys.device_secret import MemoryDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from sync.agent import Agent
from sync.transport import RequestsTransport
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE


@dataclass(frozen=True)
class Handed:
    """A case handed in by the office."""

    case: str
    citizen: str
    tracking_code: str


class OfficePost:
    """One enrolled device; ``close`` ends it."""

    def __init__(self, directory: Path, url: str, code: str, name: str) -> None:
        self._ports = Ports(device_secrets=MemoryDeviceSecrets(), kdf=CHEAP_KDF)
        self.workspace = Workspace.create(directory, PASSPHRASE, ports=self._ports)
        self._agent = Agent(self.workspace, RequestsTransport, ports=self._ports)
        self._agent.enrol(url, code, name)
        self.sync()

    def sync(self) -> None:
        """Hand over what waits and fetch what is new."""
        self._agent.sync_once()

    def close(self) -> None:
        self._agent.stop()
        self.workspace.close()

    def hand_in(
        self, procedure: str, answers: Mapping[str, str | None], *, family_name: str, given_names: str = "Jeanne"
    ) -> Handed:
        """Open a case for a new citizen, answer, submit and send it."""
        workspace = self.workspace
        identity = workspace.identity
        assert identity is not None
        fields = {"family_name": family_name, "given_names": given_names, "birth_date": "1941-04-03"}
        citizen = str(workspace.create_citizen(fields).record)
        version = dict(workspace.procedures())[procedure]
        case = str(workspace.open_case(procedure, version, citizen, {}).record)
        workspace.answer(case, answers, base=0)
        code = tracking.new_code(identity.tenant, self._ports.randomness)
        workspace.change_status(case, "submitted", base=0, fields={"tracking_code": code})
        self.sync()
        return Handed(case, citizen, code)
