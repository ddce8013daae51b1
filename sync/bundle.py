"""``main.py bundle``: what a site without a network carries to the central service on a USB stick, and back.

No passphrase is needed: what is carried was sealed when it was saved, and only central opens it. Answers are laid
beside the envelopes; the window of each agent finds them when it is unlocked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from cases.clock import SystemClock
from cases.envelopes import Envelope
from cases.errors import EstafetteError, InputError
from cases.keys.files import environment_fault, write_file
from cases.mailbox import Mailbox, mailboxes
from sync import bundle_words as words
from sync.bundle_files import ANSWERS_MARK, BUNDLE_BYTES_MAX, BUNDLE_MARK, read_answers, write_bundle
from sync.envelopes import in_order
from sync.sealed import EnvelopeAnswer
from sync.usage import SpokenParser

ENDING = ".plis"
SAME_NAME_MAX = 1000
DONE = 0
FAILED = 1


def default_workspace() -> Path:
    """Return where the window keeps its workspace unless told."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "estafette"
    base = os.environ.get("XDG_DATA_HOME") if sys.platform != "win32" else os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".local" / "share") / "estafette"


def run_bundle(argv: Sequence[str]) -> int:
    """Run ``main.py bundle`` and return its exit code: 0, 1 when refused, 2 for a command badly written."""
    parser = SpokenParser(
        prog="main.py bundle",
        description="Porter sur une clé USB le travail non envoyé / carry unsent work on a USB stick.",
        epilog="Au service central / at the central service: main.py bundle import FILE",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write what waits on this computer, sealed, to a file")
    export.add_argument("file", type=Path, metavar="FILE_OR_DIR", help="a file; in a folder, a name is chosen")
    receipts = commands.add_parser("receipts", help="take in the file of answers that came back")
    receipts.add_argument("file", type=Path, metavar="FILE", help="what the import wrote, FILE.accuses")
    for command in (export, receipts):
        command.add_argument(
            "--workspace",
            type=Path,
            default=default_workspace(),
            metavar="DIR",
            help="a workspace's folder; those beside it are of the same computer (%(default)s)",
        )
    options = parser.parse_args(argv)
    try:
        run = _export if options.command == "export" else _receipts
        print("\n".join(run(options.file, options.workspace)))
    except EstafetteError as error:
        print("\n".join(words.error_lines(error)), file=sys.stderr)
        return FAILED
    return DONE


def _export(target: Path, workspace: Path) -> list[str]:
    envelopes, damaged = collect(workspace)
    now_ms = SystemClock().now_ms()
    # The day of whoever holds the stick: the computer's own.
    file = chosen_file(target, f"estafette-{datetime.fromtimestamp(now_ms / 1000):%Y-%m-%d}", ENDING)
    write_file(file, write_bundle(envelopes, now_ms))
    return words.exported_lines(len(envelopes), sum(map(acts_in, envelopes)), damaged, str(file))


def chosen_file(target: Path, name: str, ending: str) -> Path:
    """Return the file to write: ``target``, or within the folder that it is a new one called ``name``.

    Raises:
        InputError: ``bundle.no_folder``: the folder that it would lie in is not there; ``bundle.file_there``: it is
            a file that is neither empty nor a bundle, and not ours to replace.
    """
    if not target.is_dir():
        if not target.absolute().parent.is_dir():
            raise InputError("bundle.no_folder", folder=str(target.absolute().parent))
        if target.exists() and not _replaceable(target):
            raise InputError("bundle.file_there", file=str(target))
        return target
    names = (f"{name}{ending}", *(f"{name}-{number}{ending}" for number in range(2, SAME_NAME_MAX)))
    return next((target / each for each in names if not (target / each).exists()), target / names[-1])


def _replaceable(target: Path) -> bool:
    if not target.is_file():
        return False
    with target.open("rb") as file:
        start = file.read(max(len(BUNDLE_MARK), len(ANSWERS_MARK)))
    return not start or start.startswith((BUNDLE_MARK, ANSWERS_MARK))


def collect(workspace: Path) -> tuple[list[Envelope], int]:
    """Return the envelopes of a computer in the order of their chains, and how many bytes are damaged there.

    Raises:
        InputError: ``bundle.no_workspace``.
    """
    if not workspace.is_dir():
        raise InputError("bundle.no_workspace", directory=str(workspace))
    boxes = mailboxes(workspace)
    found = in_order([envelope for box in boxes for envelope in box.envelopes()])
    return found, sum(box.damaged_bytes() for box in boxes)


def acts_in(envelope: Envelope) -> int:
    """Return how many acts an envelope carries."""
    return envelope.label.last_seq - envelope.label.first_seq + 1


class Laid(NamedTuple):
    """What answers were laid, and what they say, in acts.

    Attributes:
        answers: laid beside their envelopes. taken: acts that the service holds now. refused: acts that it did not
            take. waiting: acts on this computer that no answer came for yet.
    """

    answers: int
    taken: int
    refused: int
    waiting: int


def _receipts(file: Path, workspace: Path) -> list[str]:
    if not workspace.is_dir():
        raise InputError("bundle.no_workspace", directory=str(workspace))
    manifest = read_answers(read_limited(file))
    laid = lay_answers(mailboxes(workspace), manifest.answers)
    if not laid.answers:
        raise InputError("bundle.other_computer")
    return words.received_lines(laid.taken, laid.refused, laid.waiting)


def lay_answers(boxes: Sequence[Mailbox], answers: Sequence[EnvelopeAnswer]) -> Laid:
    """Lay each answer beside its envelope.

    Whether the service really gave an answer is checked by who knows its key: the workspace that wrote the envelope.
    """
    by_envelope = {answer.envelope: answer for answer in answers}
    laid = taken = refused = waiting = 0
    for box in boxes:
        for envelope in box.envelopes():
            answer = by_envelope.get(envelope.hash)
            if answer is None:
                waiting += acts_in(envelope)
                continue
            box.put_answer(envelope.hash, msgspec.json.encode(answer))
            laid += 1
            if answer.pushed is None:
                refused += acts_in(envelope)
            else:
                taken += acts_in(envelope)
    return Laid(laid, taken, refused, waiting)


def read_limited(file: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        InputError: ``bundle.no_file``, ``bundle.is_folder``, ``bundle.too_large``. EnvironmentFault: ``store.*``.
    """
    if file.is_dir():
        raise InputError("bundle.is_folder", folder=str(file))
    try:
        if file.stat().st_size > BUNDLE_BYTES_MAX:
            raise InputError("bundle.too_large", limit=BUNDLE_BYTES_MAX)
        return file.read_bytes()
    except FileNotFoundError as error:
        raise InputError("bundle.no_file", file=str(file)) from error
    except OSError as error:
        raise environment_fault(error) from error
