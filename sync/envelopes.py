"""Seals what waits here, forwards what other workspaces of this computer left, and takes in the answers (ADR 12)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from cases.envelopes import Envelope, intake_name
from cases.errors import EnvironmentFault
from cases.mailbox import Mailbox, answer_name, mailboxes
from cases.ports import Ports
from cases.sealing import Sealer
from cases.views import Identity
from cases.workspace import Workspace
from sync import columns
from sync.messages import Receipt
from sync.rounds import ends_of
from sync.sealed import (
    ENVELOPE_BYTES_TOGETHER_MAX,
    ENVELOPES_MAX,
    EnvelopeAnswer,
    EnvelopesReply,
    EnvelopesRequest,
    answer_holds,
    pack,
)

REFUSED_AGAIN_S = 15 * 60.0
"""An earlier envelope may have been missing: what central did not take is offered again."""
HELD_AGAIN_S = 6 * 3600.0
"""What central holds is asked about again until it is backed up."""

_log = logging.getLogger(__name__)


class Forwarding(Protocol):
    """The one call of the service; ``sync.client.CentralClient`` has it."""

    def envelopes(self, request: EnvelopesRequest) -> EnvelopesReply:
        """POST /envelopes."""
        ...


@dataclass(frozen=True)
class Forwarded:
    """What a pass did, in envelopes: ``sent``, of which central holds ``held``; ``removed`` as they are backed up."""

    sent: int = 0
    held: int = 0
    removed: int = 0


class Courier:
    """One open workspace's part in the envelopes of its computer. Any thread; one pass at a time.

    Args:
        workspace: open; its ``close`` seals what is left, whether or not ``start`` was called.
    """

    def __init__(self, workspace: Workspace, ports: Ports) -> None:
        self._workspace = workspace
        self._clock = ports.clock
        self._sealer = Sealer(workspace, lambda outgoing: pack(outgoing, workspace.sign))
        self._next_try_s: dict[str, float] = {}
        self._answered: Counter[str] = Counter()

    def start(self) -> None:
        """Seal in the background from now on."""
        self._sealer.start()

    def stop(self) -> None:
        """End the background; what is left is sealed when the workspace closes."""
        self._sealer.stop()

    def seal_now(self) -> int:
        """Seal what waits, now. Return how many events. EnvironmentFault ``store.*``."""
        return self._sealer.seal_now()

    def round(self, client: Forwarding) -> Forwarded:
        """Take in what others brought back, then forward what other workspaces left.

        Raises:
            NetworkFault, NotPermittedError, RejectedError: of the call; what was answered before stays answered.
        """
        self.take_answers()
        return self._forward(client)

    # --- answers to this workspace ---

    def take_answers(self) -> int:
        """Apply the answers to this workspace's envelopes that lie here. Return how many events found their end.

        An answer that the pinned service did not sign, or that is not about what this workspace wrote, is dropped.
        """
        identity = self._workspace.identity
        if identity is None:
            return 0
        mailbox = self._workspace.own_mailbox()
        settled = 0
        for name, data in mailbox.answers():
            try:
                answer = msgspec.json.decode(data, type=EnvelopeAnswer)
            except msgspec.DecodeError:
                answer = None
            if answer is None or not answer_holds(answer, identity.service_key):
                _log.warning("envelopes: an answer does not hold and is dropped")
                mailbox.drop_answer(name)
            elif answer.pushed is not None and answer.pushed.receipt.device == identity.device:
                settled += self._take(answer, identity)
                mailbox.drop_answer(name)
        return settled

    def answered(self) -> Counter[str]:
        """Return where the events ended whose answers were taken in since this was last asked, by state."""
        found, self._answered = self._answered, Counter()
        return found

    def _take(self, answer: EnvelopeAnswer, identity: Identity) -> int:
        pushed = answer.pushed
        assert pushed is not None
        receipt = pushed.receipt
        if receipt.tenant != identity.tenant or receipt.epoch < identity.epoch or not pushed.verdicts.numbers:
            return 0
        first_seq = pushed.verdicts.numbers[0][0]
        batch = self._workspace.pending_batch(receipt.incarnation, first_seq, receipt.seq)
        if batch is None or (batch.last_seq == receipt.seq and batch.head != receipt.head):
            return 0
        verdicts = columns.unpack_verdicts(pushed.verdicts, first_seq, receipt.seq)
        mine = [verdict for verdict in verdicts if batch.first_seq <= verdict.seq <= batch.last_seq]
        self._workspace.apply_verdicts(batch, mine, receipt)
        self._answered += ends_of(mine)
        return len(mine)

    # --- envelopes of others ---

    def _forward(self, client: Forwarding) -> Forwarded:
        identity = self._workspace.identity
        if identity is None or not identity.intake_key:
            return Forwarded()
        sent = held = removed = 0
        for mailbox in self._workspace.computer_mailboxes():
            mine = forwardable(mailbox, identity)
            for part in parts([each for each in mine if self._due(each)]):
                reply = client.envelopes(EnvelopesRequest([each.raw for each in part]))
                held += self._keep(mailbox, part, reply, identity)
                sent += len(part)
            if mine:
                removed += remove_backed_up(mailbox, identity.service_key, mine)
        return Forwarded(sent, held, removed)

    def _due(self, envelope: Envelope) -> bool:
        return self._clock.monotonic_s() >= self._next_try_s.get(envelope.hash, float("-inf"))

    def _keep(self, mailbox: Mailbox, part: Sequence[Envelope], reply: EnvelopesReply, identity: Identity) -> int:
        """Keep the answers that hold. Return how many envelopes central holds now."""
        by_hash = {answer.envelope: answer for answer in reply.answers}
        held = 0
        for envelope in part:
            answer = by_hash.get(envelope.hash)
            taken = False
            if answer is not None and answer_holds(answer, identity.service_key):
                taken = answer.pushed is not None
                mailbox.put_answer(envelope.hash, msgspec.json.encode(answer))
            held += taken
            self._next_try_s[envelope.hash] = self._clock.monotonic_s() + (HELD_AGAIN_S if taken else REFUSED_AGAIN_S)
        return held


def forwardable(mailbox: Mailbox, identity: Identity) -> list[Envelope]:
    """Return the envelopes of other devices of the same organisation, in the order of their chains."""
    intake = intake_name(identity.intake_key)
    found = [
        each
        for each in mailbox.envelopes()
        if (each.label.tenant, each.label.intake) == (identity.tenant, intake) and each.label.device != identity.device
    ]
    return in_order(found)


def in_order(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Return envelopes in the order of their chains: central takes no chain with a gap in it."""
    return sorted(envelopes, key=lambda each: (each.label.device, each.label.incarnation, each.label.first_seq))


def parts(envelopes: Sequence[Envelope]) -> list[list[Envelope]]:
    """Return envelopes in requests of a bounded size."""
    found: list[list[Envelope]] = []
    size = 0
    for envelope in envelopes:
        size += len(envelope.raw)
        if not found or len(found[-1]) >= ENVELOPES_MAX or size > ENVELOPE_BYTES_TOGETHER_MAX:
            found.append([])
            size = len(envelope.raw)
        found[-1].append(envelope)
    return found


def remove_backed_up(mailbox: Mailbox, service_key: str, envelopes: Sequence[Envelope]) -> int:
    """Remove the envelopes whose answers say, signed, that they are held and backed up. Return how many."""
    answers = dict(mailbox.answers())
    done = {each.hash for each in envelopes if _is_backed_up(each, answers.get(answer_name(each.hash)), service_key)}
    if not done:
        return 0
    try:
        with mailbox.held():
            return mailbox.remove(lambda each: each.hash in done)
    except EnvironmentFault as error:
        # Its own workspace is at work, or the folder is not ours to change: it is tidied another time.
        _log.info("envelopes: not removed code=%s", error.code)
        return 0


def _is_backed_up(envelope: Envelope, data: bytes | None, service_key: str) -> bool:
    if data is None:
        return False
    try:
        answer = msgspec.json.decode(data, type=EnvelopeAnswer)
    except msgspec.DecodeError:
        return False
    if answer.envelope != envelope.hash or not answer_holds(answer, service_key):
        return False
    return answer.pushed is not None and answer.backed_up is not None and covers(answer.backed_up, envelope)


def covers(receipt: Receipt, envelope: Envelope) -> bool:
    """Say whether a receipt of level ``backed_up`` covers all of an envelope."""
    label = envelope.label
    return (
        receipt.level == "backed_up"
        and (receipt.tenant, receipt.device, receipt.incarnation) == (label.tenant, label.device, label.incarnation)
        and receipt.seq >= label.last_seq
    )


def computer_envelopes(workspace: Path) -> list[Envelope]:
    """Return every envelope of a workspace's computer, for a USB stick; needs no key."""
    return in_order([envelope for mailbox in mailboxes(workspace) for envelope in mailbox.envelopes()])
