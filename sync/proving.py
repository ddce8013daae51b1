"""Holding the service to its Merkle log of receipts (ADR 11): what is asked, and what is done with the answers."""

from __future__ import annotations

import logging

from cases.errors import NetworkFault, NotPermittedError, RejectedError
from cases.treelog import head_signed
from cases.views import Identity
from cases.workspace import Workspace
from sync.client import CentralClient
from sync.messages import ExchangeReply
from sync.problems import AUTH
from sync.rounds import PAGE_INVALID

log = logging.getLogger(__name__)


class TreeQuestion:
    """Whether this round asks for a newer head, and from which one on: once a round at most, and not in every round."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open = workspace.tree_due()

    def asked(self) -> int:
        """Return what an exchange says of the log: the size of the head held; -1 does not ask."""
        if not self._open:
            return -1
        head = self._workspace.tree_head()
        return 0 if head is None else head.size

    def answered(self, reply: ExchangeReply) -> None:
        """Take in an answer that was checked."""
        if not self._open:
            return
        self._open = False
        news = reply.tree
        alarm = (
            self._workspace.keep_tree_head(None)
            if news is None
            else self._workspace.keep_tree_head(news.head, news.proof)
        )
        if alarm:
            log.warning("the service's log does not hold alarm=%s", alarm)


def check_tree(reply: ExchangeReply, identity: Identity) -> None:
    """Check that a head is the pinned service's word on this tenant's log.

    Raises:
        RejectedError: ``sync.page_invalid`` with ``reason`` ``tree``.
    """
    if reply.tree is None:
        return
    head = reply.tree.head
    if head.tenant != identity.tenant or head.epoch != reply.epoch or not head_signed(head, identity.service_key):
        raise RejectedError(PAGE_INVALID, reason="tree")


def prove_receipt(workspace: Workspace, client: CentralClient) -> None:
    """Have a receipt shown in the log, when one is due; that it cannot be done now ends nobody's round.

    Raises:
        NotPermittedError: ``auth.*``: the device itself is refused.
    """
    probe = workspace.tree_probe()
    if probe is None:
        return
    try:
        shown = client.receipt_proof(probe.receipt, probe.head.size)
    except (NetworkFault, RejectedError, NotPermittedError) as error:
        if error.code.startswith(AUTH):
            raise
        log.info("receipt not looked for code=%s", error.code)
        workspace.put_probe_off()
        return
    alarm = workspace.probe_answered(probe, shown.index, shown.proof)
    if alarm:
        log.warning("the service's log does not hold alarm=%s", alarm)
