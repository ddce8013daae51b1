"""What ``--help`` of the service's commands says: every text of it in both languages."""

from __future__ import annotations

import pytest

from main import main
from sync import usage
from sync.help_words import FRENCH
from sync.usage import in_both


@pytest.mark.parametrize(
    "line",
    ["serve", "serve root", "migrate", "procedure", "procedure publish", "verify", "office", "office agent"]
    + ["office move-agent", "office renew-mandate", "policy", "backup", "restore", "bundle import"],
)
def test_a_door_of_the_service_explains_itself_in_both_languages(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing: list[str] = []

    def noted(english: str) -> str:
        if english not in FRENCH:
            missing.append(english)
        return in_both(english)

    monkeypatch.setattr(usage, "in_both", noted)
    with pytest.raises(SystemExit) as ended:
        main([*line.split(), "--help"])
    assert ended.value.code == 0 and missing == []
    assert "montrer cette aide / show this help" in capsys.readouterr().out
