"""The causes of failure that callers tell apart.

Below ``desktop/`` and the web templates an error is a code with named details, never a sentence:
the edge owns the words (DESIGN section 9). Anything that is not one of these classes is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping

Detail = str | int | float | bool | None


class EstafetteError(Exception):
    """A failure with a stable code and named details, free of personal data.

    Attributes:
        code: stable dotted identifier, e.g. ``store.disk_full``; the catalogue of words is keyed by it.
        details: named facts for the sentence and the log. Never what a person typed.
    """

    def __init__(self, code: str, /, **details: Detail) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Detail] = details

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.code} ({named})" if named else self.code


class InputError(EstafetteError):
    """What was given is wrong; ``details['field']`` names the field where there is one."""


class EnvironmentFault(EstafetteError):
    """The machine cannot do it now: disk full, read-only, locked, no keyring. Nothing was lost."""


class NetworkFault(EstafetteError):
    """The central service could not be reached or did not answer as itself (captive portal).

    Attributes:
        received: what came of an answer before the line broke; nobody vouches for it.
    """

    received: bytes = b""


class RejectedError(EstafetteError):
    """The central service answered and said no."""


class ConflictError(EstafetteError):
    """The record changed meanwhile in a way that a person must look at."""


class NotPermittedError(EstafetteError):
    """The person or device has no right to do this."""


class DamagedError(EstafetteError):
    """Stored data is not what was written. It is set aside and never sent (invariant 8)."""
