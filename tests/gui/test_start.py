"""What the way to the first screen may load: what it does not need comes when it is first used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE

NOT_AT_START = frozenset(
    {"requests", "urllib3", "joserfc", "sqlite_utils", "click", "segno", "typst", "lxml", "keyring"}
    | {"forms.definition", "forms.compile", "sync.agent", "sync.desk"}
)
START = """
import json, sys
from pathlib import Path
import main
main.start_quietly()
without_qt = "PySide6" not in sys.modules
import desktop.application, desktop.shell.view, desktop.screens.home.view
from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
Workspace.unlock(Path(sys.argv[1]), sys.argv[3], ports=Ports(FileDeviceSecrets(Path(sys.argv[2])))).close()
print(json.dumps([without_qt, sorted(sys.modules)]))
"""


def test_the_first_screen_loads_neither_network_nor_forms_nor_migrations(tmp_path: Path) -> None:
    folder, secrets = tmp_path / "workspace", tmp_path / "secrets"
    Workspace.create(folder, PASSPHRASE, ports=Ports(FileDeviceSecrets(secrets), kdf=CHEAP_KDF)).close()
    command = [sys.executable, "-c", START, str(folder), str(secrets), PASSPHRASE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    without_qt, loaded = json.loads(done.stdout)
    assert without_qt, "what is imported before Qt is imported without it"
    assert NOT_AT_START.isdisjoint(loaded), sorted(NOT_AT_START.intersection(loaded))
