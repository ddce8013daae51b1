"""Spaces that hold signs and words together."""

from __future__ import annotations

NO_BREAK = "\N{NO-BREAK SPACE}"


def kept_together(text: str) -> str:
    """Return the text with no-break spaces inside « quotation marks » and before : ; ? and !"""
    text = text.replace("« ", f"«{NO_BREAK}").replace(" »", f"{NO_BREAK}»")
    for sign in ":;?!":
        text = text.replace(f" {sign}", f"{NO_BREAK}{sign}")
    return text
