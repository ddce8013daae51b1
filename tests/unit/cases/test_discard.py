"""The edges of enrolment: before the first one a workspace can go without a trace, afterwards never."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cases.errors import InputError
from cases.keys import slots
from cases.keys.device_secret import FileDeviceSecrets
from cases.views import Identity
from cases.workspace import Workspace
from tests.support.workspaces import PASSPHRASE, make_identity, make_ports, make_workspace

OTHER = "another long sentence for opening"


def test_discarded_workspace_leaves_the_folder_free_for_another_passphrase(tmp_path: Path) -> None:
    secrets, folder = tmp_path / "secrets", tmp_path / "espace"
    ports = make_ports(device_secrets=FileDeviceSecrets(secrets))
    workspace = make_workspace(folder, ports=ports, enrolled=False)
    workspace.discard()
    workspace.close()
    assert list(secrets.iterdir()) == []
    assert not slots.exists(folder)
    assert [path.name for path in folder.iterdir()] == ["workspace.lock"]
    Workspace.create(folder, OTHER, ports=ports).close()
    Workspace.unlock(folder, OTHER, ports=ports).close()


def test_workspace_that_acts_for_somebody_is_not_discarded(tmp_path: Path) -> None:
    ports = make_ports()
    workspace = make_workspace(tmp_path, ports=ports)
    with pytest.raises(InputError, match="workspace.enrolled_otherwise"):
        workspace.discard()
    workspace.close()
    Workspace.unlock(tmp_path, PASSPHRASE, ports=ports).close()


def test_store_from_before_the_office_s_zone_was_said_still_opens(tmp_path: Path) -> None:
    older = {name: value for name, value in msgspec.to_builtins(make_identity()).items() if name != "timezone"}
    assert msgspec.json.decode(msgspec.json.encode(older), type=Identity).zone.key == "Europe/Paris"
