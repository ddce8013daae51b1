"""A real workspace at work, saying each act once it is durable, and what must then be true of it after any fault.

The workspace acts alone or with ``Elsewhere``: events of another device to pull, and an answer for what is pushed,
the same at every repetition.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cases.errors import EstafetteError, InputError
from cases.events import header_hash
from cases.keys import slots
from cases.keys.device_secret import FileDeviceSecrets
from cases.outbox import OutgoingBatch
from cases.ports import Ports
from cases.workspace import Workspace
from sync.messages import PulledEvent, Receipt, Verdict
from tests.support.exchange import Numbering, opened
from tests.support.workspaces import CHEAP_KDF, make_identity, make_workspace
from tests.support.workspaces import PASSPHRASE as PASSPHRASE

PASSPHRASES = (PASSPHRASE, "another horse battery staple yard", "third horse battery staple barn")
WORKSPACE = "w"
SECRETS = "secrets"
OWN_NUMBERS_FROM = 1_000_000
"""Own events get their number in the stream from their place in the chain, so that a second answer equals the first."""
OTHER_EVENTS = 240
PAGE = 23


class Said(NamedTuple):
    """One acknowledgement: ``what`` (``event``, ``pulled``, ``pushed``, ``passphrase``…), about which record, and a
    token found nowhere else."""

    what: str
    record: str
    token: str

    def line(self) -> str:
        """Return it as one line."""
        return "\t".join(self)

    @classmethod
    def read(cls, line: str) -> Said:
        """Return what ``line`` made."""
        return cls(*line.split("\t"))


Say = Callable[[Said], None]


class Elsewhere(Numbering):
    """A stream with another device's events that answers every push alike, however often it comes."""

    def __init__(self, events: Iterable[PulledEvent]) -> None:
        super().__init__()
        self.events = list(events)

    def answer(self, batch: OutgoingBatch) -> tuple[list[Verdict], Receipt]:
        assert header_hash(opened(batch)[-1].header) == batch.head
        seqs = range(batch.first_seq, batch.last_seq + 1)
        verdicts = [Verdict(seq, OWN_NUMBERS_FROM + seq, "accepted", "", {}) for seq in seqs]
        receipt = Receipt(
            batch.tenant, "office-1", batch.device, batch.incarnation, batch.last_seq, batch.head,
            OWN_NUMBERS_FROM + batch.last_seq, 1, "accepted", 5, "00",
        )  # fmt: skip
        return verdicts, receipt


@lru_cache
def elsewhere() -> Elsewhere:
    """Return the stream that another device filled; made once a process."""
    directory = Path(tempfile.mkdtemp(prefix="estafette-soak-"))
    try:
        numbering = Numbering()
        other = make_workspace(directory / "other", identity=make_identity(device="e" * 31 + "1"))
        citizens = [other.create_citizen({"family_name": f"Autre {one}"}).record for one in range(20)]
        cases = [other.open_case("apa", "1" * 64, citizen, {}).record for citizen in citizens]
        for one in range(OTHER_EVENTS - 40):
            other.answer(cases[one % 20], {f"/q{one % 7}": f"ailleurs-{one}"}, base=0)
        numbering.push(other)
        other.close()
    finally:
        shutil.rmtree(directory)
    return Elsewhere(numbering.events)


def ports_of(root: Path) -> Ports:
    """Return the machine of the workspace under ``root``, as it is after every restart."""
    return Ports(device_secrets=FileDeviceSecrets(root / SECRETS), kdf=CHEAP_KDF)


def create(root: Path) -> Workspace:
    """Make and enrol the workspace under ``root``."""
    workspace = Workspace.create(root / WORKSPACE, PASSPHRASE, ports=ports_of(root))
    workspace.enrolled(make_identity())
    return workspace


def unlock(root: Path, passphrase: str = PASSPHRASE) -> Workspace:
    """Open the workspace under ``root`` with the product's own code."""
    return Workspace.unlock(root / WORKSPACE, passphrase, ports=ports_of(root))


def right_ones(root: Path, passphrases: Iterable[str]) -> list[str]:
    """Return which of these open the workspace's key; there must be exactly one after any fault."""
    return [one for one in dict.fromkeys(passphrases) if _is_right(root, one)]


def _is_right(root: Path, passphrase: str) -> bool:
    try:
        slots.open_slots(root / WORKSPACE, passphrase, ports_of(root).device_secrets)
    except InputError as error:
        if error.code != "unlock.wrong_passphrase":
            raise
        return False
    return True


class Worker:
    """Acts at random on one workspace.

    Args:
        liar: the known-bad program: says an act before it is durable.
    """

    def __init__(self, workspace: Workspace, rng: random.Random, say: Say, *, liar: bool = False) -> None:
        self._workspace = workspace
        self._rng = rng
        self._say = say
        self._liar = liar
        self._cases = [row.id for row in workspace.cases(limit=50)]
        self._citizens = [row.id for row in workspace.citizens(limit=50)]
        self._acts: list[Callable[[], None]] = [
            *[self.answer] * 8, *[self.note] * 2, *[self.edit] * 2, self.citizen, *[self.case] * 2,
            *[self.pull] * 3, *[self.push] * 2,
        ]  # fmt: skip

    def act(self) -> None:
        """Do one thing."""
        if not self._citizens:
            self.citizen()
        elif not self._cases:
            self.case()
        else:
            self._rng.choice(self._acts)()

    def answer(self) -> None:
        """Answer between one question and many."""
        case, token = self._rng.choice(self._cases), self._token()
        answers = {f"/q{self._rng.randrange(30)}": "réponse " * self._rng.randrange(12) for _ in range(4)}
        self._done(case, token, lambda: self._workspace.answer(case, {**answers, "/token": token}, base=0))

    def note(self) -> None:
        """Write a remark, short or of several pages."""
        case, token = self._rng.choice(self._cases), self._token()
        text = token + " mot" * self._rng.choice([1, 10, 4000])
        self._done(case, token, lambda: self._workspace.add_note(case, text, base=0))

    def edit(self) -> None:
        """Change a citizen's telephone."""
        citizen, token = self._rng.choice(self._citizens), self._token()
        self._done(citizen, token, lambda: self._workspace.edit_citizen(citizen, {"phone": token}, base=0))

    def citizen(self) -> None:
        """Take up a citizen."""
        token = self._token()
        citizen = self._workspace.create_citizen({"family_name": f"Nom {token}"}).record
        self._say(Said("event", citizen, token))
        self._citizens.append(citizen)

    def case(self) -> None:
        """Open a case."""
        token = self._token()
        case = self._workspace.open_case("apa", "1" * 64, self._rng.choice(self._citizens), {"/token": token}).record
        self._say(Said("event", case, token))
        self._cases.append(case)

    def pull(self) -> None:
        """Take in the next page."""
        cursor = self._cursor()
        if cursor < elsewhere().head:
            elsewhere().pull(self._workspace, upto=min(cursor + PAGE, elsewhere().head))
            self._say(Said("pulled", "", str(self._cursor())))

    def push(self) -> None:
        """Have what is pending answered for."""
        batch = self._workspace.next_batch(self._rng.choice([1, 10, 500]))
        if batch is not None:
            self._workspace.apply_verdicts(batch, *elsewhere().answer(batch))
            self._say(Said("pushed", "", str(batch.last_seq)))

    def _cursor(self) -> int:
        return self._workspace.cursors()[make_identity().stream]

    def _token(self) -> str:
        return f"t{self._rng.getrandbits(64):016x}"

    def _done(self, record: str, token: str, act: Callable[[], object]) -> None:
        if self._liar:
            self._say(Said("event", record, token))
        act()
        if not self._liar:
            self._say(Said("event", record, token))


# --- what must be true -----------------------------------------------------------------------------------------------


def wrong(workspace: Workspace, said: Iterable[Said]) -> list[str]:
    """Return what of the acknowledged is missing, and what of the store is not whole; empty when all is well."""
    return [*missing(workspace, said), *broken(workspace)]


def missing(workspace: Workspace, said: Iterable[Said]) -> list[str]:
    """Return every acknowledgement that does not hold any more."""
    texts: dict[str, str] = {}
    found: list[str] = []
    for one in said:
        if one.what == "event":
            if one.record not in texts:
                texts[one.record] = _text(workspace, one.record)
            if one.token not in texts[one.record]:
                found.append(f"lost: {one.line()}")
        elif one.what == "pulled" and workspace.cursors()[make_identity().stream] < int(one.token):
            found.append(f"cursor went back: {one.line()}")
        elif one.what == "pushed" and (batch := workspace.next_batch(1)) and batch.first_seq <= int(one.token):
            found.append(f"pending again: {one.line()}")
    return found


def _text(workspace: Workspace, record: str) -> str:
    try:
        return repr([entry.body for entry in workspace.history(record)])
    except InputError:
        return ""  # The whole record is not there.


def broken(workspace: Workspace) -> list[str]:
    """Return what is wrong with the store by itself: pages, chain, counters, what is shown."""
    found: list[str] = []
    if (answer := workspace._core.store.rows("PRAGMA integrity_check")) != [("ok",)]:
        found.append(f"integrity: {answer}")
    records = [row.id for row in workspace.cases(limit=10_000)] + [row.id for row in workspace.citizens(limit=10_000)]
    own = [
        entry
        for record in records
        for entry in workspace.history(record)
        if entry.event.device == make_identity().device
    ]
    seqs = sorted(entry.event.seq for entry in own)
    if seqs != list(range(1, len(seqs) + 1)):
        found.append(f"sequence has gaps or doubles: {len(seqs)} events up to {max(seqs, default=0)}")
    pending = sum(entry.state == "pending" for entry in own)
    if pending != workspace.status().pending:
        found.append(f"counter says {workspace.status().pending} pending, there are {pending}")
    found += [f"{entry.event} is {entry.state}" for entry in own if entry.state not in ("pending", "accepted")]
    if (batch := workspace.next_batch(10**6)) is not None:
        opened(batch)
        if batch.last_seq != len(seqs):
            found.append(f"the last event is {len(seqs)}, the batch ends at {batch.last_seq}")
    return found + _shown_otherwise(workspace)


def _shown_otherwise(workspace: Workspace) -> list[str]:
    """Compare what is shown of the other device's cases with its events up to the cursor."""
    cursor = workspace.cursors()[make_identity().stream]
    expected: dict[str, dict[str, str]] = {}
    for event in elsewhere().events[:cursor]:
        if event.record_type == "case":
            fields = {} if event.kind != "set" else _fields(event)
            expected.setdefault(event.record_id, {}).update(fields)
    found = []
    for case, answers in expected.items():
        try:
            shown = workspace.case(case).answers
        except EstafetteError as error:
            found.append(f"case {case} pulled and not there: {error.code}")
            continue
        touched = {path for entry in workspace.history(case) if entry.event.device == make_identity().device
                   for path in (entry.body or {})}  # fmt: skip
        wrong_paths = [path for path, value in answers.items() if path not in touched and shown.get(path) != value]
        found += [f"case {case} shows {shown.get(path)!r} at {path}" for path in wrong_paths]
    return found


def _fields(event: PulledEvent) -> dict[str, str]:
    import msgspec

    body = msgspec.json.decode(bytes(event.body))
    return {path: value for path, value in body.items() if path.startswith("/")}
