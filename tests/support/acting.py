"""A program that acts without pause and says each act only once it is durable: to be killed, or to run out of disk.

``python -m tests.support.acting DIRECTORY [--liar] [--file-bytes-max N]``: prints one act a line,
``citizen|case|answer IDENTITY VALUE``. ``--liar`` is the known-bad program that every harness must catch: it says an
act before it is durable.
"""

from __future__ import annotations

import argparse
import sys
import threading
from pathlib import Path

from cases.errors import EstafetteError
from cases.keys.device_secret import FileDeviceSecrets
from cases.ports import Ports
from cases.workspace import Workspace
from tests.support.workspaces import CHEAP_KDF, PASSPHRASE, make_identity

SECRETS = "secrets"
"""Beside the workspace's folder."""


def ports_for(directory: Path) -> Ports:
    """Return the machine of a workspace that outlives its processes."""
    return Ports(device_secrets=FileDeviceSecrets(directory.parent / SECRETS), kdf=CHEAP_KDF)


def say(*words: str) -> None:
    print(*words, flush=True)


def act_for_ever(workspace: Workspace, *, liar: bool) -> None:
    citizen = workspace.create_citizen({"family_name": "Martin"}).record
    say("citizen", citizen, "Martin")
    case = workspace.open_case("apa", "1", citizen, {}).record
    say("case", case, citizen)
    number = 0
    while True:
        number += 1
        answers = {"/count": str(number), f"/q{number % 40}": "réponse " * 20}
        if liar:
            # Said first, recorded in the background: what a screen would do that does not wait for the disk.
            say("answer", case, str(number))
            threading.Thread(target=workspace.answer, args=(case, answers), kwargs={"base": 0}, daemon=True).start()
        else:
            workspace.answer(case, answers, base=0)
            say("answer", case, str(number))


def limit_file_size(size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=Path)
    parser.add_argument("--liar", action="store_true")
    parser.add_argument("--file-bytes-max", type=int, default=0)
    options = parser.parse_args()
    ports = ports_for(options.directory)
    if (options.directory / "keyslots.json").exists():
        workspace = Workspace.unlock(options.directory, PASSPHRASE, ports=ports)
    else:
        workspace = Workspace.create(options.directory, PASSPHRASE, ports=ports)
        workspace.enrolled(make_identity())
    if options.file_bytes_max:
        limit_file_size(options.file_bytes_max)
    say("ready")
    try:
        act_for_ever(workspace, liar=options.liar)
    except EstafetteError as error:
        say("refused", error.code)
        # What is there can still be read while the disk is full.
        say("readable", str(workspace.case_count()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
