"""The command about the service's log of receipts: what is known of it, and the proof of every alarm (ADR 11)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sync.command import Answer, Command, Context
from sync.rootcheck import check_roots
from sync.words import Words, words_for


def _log(context: Context, given: argparse.Namespace) -> Answer:
    workspace = context.workspace
    if given.acknowledge:
        workspace.acknowledge_alarm()
    roots: list[dict[str, object]] = []
    if given.root is not None:
        roots = check_roots(workspace, context.agent.line().rounds, given.root.read_bytes().splitlines())
    code = workspace.status().alarm
    said = words_for(code, 0, {}) if code else Words("", "")
    return {
        "alarm": code,
        "message_fr": said.fr,
        "message_en": said.en,
        "log": msgspec.to_builtins(workspace.tree_log()),
        "evidence": msgspec.to_builtins(workspace.tree_evidence()),
        "roots": roots,
    }


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--acknowledge", action="store_true", help="a person has seen the alarm; its proof is kept")
    parser.add_argument("--root", type=Path, metavar="FILE", help="hold the service to lines that serve root wrote")


LOG: Mapping[str, Command] = {
    "log": Command("show what is known of the service's log of receipts", _log, _arguments),
}
