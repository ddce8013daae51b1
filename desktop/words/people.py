"""People's names as they are said in a sentence; lists keep the family name first and in capitals, as people sort."""

from __future__ import annotations

from collections.abc import Mapping


def in_sentence(fields: Mapping[str, str | None]) -> str:
    """Return « Awa Koné » from a citizen's fields: given names first, a family name in capitals as it is spoken."""
    family, given = fields.get("family_name") or "", fields.get("given_names") or ""
    return f"{given} {family.title() if family.isupper() else family}".strip()
