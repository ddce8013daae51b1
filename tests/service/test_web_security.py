"""Tokens of forms, addresses that may be gone to."""

from __future__ import annotations

import pytest

from central.web.language import own_path
from central.web.security import form_token, token_matches


def test_a_token_fits_its_own_visitor_alone() -> None:
    assert token_matches("visitor", form_token("visitor"))
    assert not token_matches("visitor", form_token("someone else"))


@pytest.mark.parametrize(("secret", "token"), [(None, "x"), ("", form_token("")), ("visitor", None), ("visitor", "")])
def test_nothing_matches_nothing(secret: str | None, token: str | None) -> None:
    assert not token_matches(secret, token)


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", ""]
)
def test_no_redirect_leaves_the_site(address: str) -> None:
    assert own_path(address) == "/"


def test_own_paths_are_kept() -> None:
    assert own_path("/console?etat=tous&q=a%20b") == "/console?etat=tous&q=a%20b"
