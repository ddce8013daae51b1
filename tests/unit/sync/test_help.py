"""What ``--help`` says: every text of it in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from sync import usage
from sync.bundle import run_bundle
from sync.command import Command
from sync.commandline import run_agent
from sync.commands import COMMANDS, build_parser
from sync.form_command import run_form
from sync.help_words import FRENCH
from sync.network import run_network
from sync.usage import HelpShown, in_both

Door = Callable[[Sequence[str]], int]


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were shown and have no French."""
    found: list[str] = []

    def noted(english: str) -> str:
        if english not in FRENCH and " / " not in english:
            found.append(english)
        return in_both(english)

    monkeypatch.setattr(usage, "in_both", noted)
    return found


@pytest.mark.parametrize(
    ("door", "command"),
    [
        (run_network, ()),
        (run_network, ("check",)),
        (run_network, ("password",)),
        (run_bundle, ()),
        (run_bundle, ("export",)),
        (run_bundle, ("receipts",)),
        (run_form, ()),
    ],
)
def test_a_front_door_explains_itself_in_both_languages(
    door: Door, command: tuple[str, ...], missing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        door([*command, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and missing == [] and "montrer cette aide / show this help" in said


def test_the_client_s_commands_are_listed_in_both_languages(
    missing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_agent(["--help"]) == 0
    said = capsys.readouterr().out
    assert missing == [] and all(FRENCH[command.help] in said for command in COMMANDS.values())


@pytest.mark.parametrize(("name", "command"), COMMANDS.items())
def test_a_command_of_the_client_explains_itself_in_both_languages(
    name: str, command: Command, missing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(HelpShown):
        build_parser().parse_args([name, "--help"])
    said, expected = capsys.readouterr().out, f"{FRENCH[command.help]} / {command.help}"
    assert missing == [] and "".join(expected.split()) in "".join(said.split()), "but for where lines are broken"
