"""What the page says after an act: the address carries a name, never words, so nobody puts words in our mouth."""

from __future__ import annotations

from dataclasses import dataclass

from central.web.catalogue import N_
from central.web.words import Words

_SAYINGS = {
    "taken": ("positive", "circle-check", N_("The case is in review: you have it.")),
    "asked": (
        "positive",
        "send",
        N_("Your question is sent. The office’s agents see it as soon as their device is connected."),
    ),
    "decided": (
        "positive",
        "circle-check",
        N_("Your decision is recorded. The office and the citizen’s page show it."),
    ),
    "noted": ("positive", "circle-check", N_("Your note is added.")),
    "settled": ("positive", "circle-check", N_("Your choice is recorded. You can choose anew at any time.")),
    "settled-reopened": (
        "positive",
        "circle-check",
        N_("The choice is taken back: all values are there again, and wait to be settled."),
    ),
    "settled-already": ("info", "info", N_("There is nothing left to settle there: somebody did it meanwhile.")),
    "paper": ("positive", "circle-check", N_("It is recorded: the citizen holds this decision on paper.")),
    "linked": ("positive", "circle-check", N_("They are linked: whoever opens one sees the cases of both.")),
    "unlinked": ("positive", "circle-check", N_("The link is undone. Everything is as it was before.")),
    "moved": ("positive", "send", N_("The case has moved. Its new office has it whole at its next contact.")),
    "parked-adopt": ("positive", "circle-check", N_("The act is adopted: it takes effect as it was made.")),
    "parked-resend": ("positive", "circle-check", N_("The act takes effect as you edited it.")),
    "parked-withdraw": (
        "positive",
        "circle-check",
        N_("The act is withdrawn. It stays in the history, without effect."),
    ),
    "office-added": ("positive", "circle-check", N_("The office is added. Add its agents here.")),
    "revoked": (
        "positive",
        "circle-check",
        N_("The device is revoked: from its next request it can neither send nor receive."),
    ),
    "mandate-renewed": (
        "positive",
        "circle-check",
        N_("The mandate is renewed: the agent’s devices are open again. What was parked meanwhile still waits."),
    ),
    "mandate-lasts": ("info", "info", N_("This agent’s mandate lasts: there is nothing to renew.")),
    "code-cancelled": ("positive", "circle-check", N_("The code is cancelled: it enrols nobody any more.")),
    "code-gone": ("caution", "info", N_("This code had already been used or had ended.")),
    "alert-noted": ("positive", "circle-check", N_("It is written down, with your name and your reason.")),
    "alert-gone": ("info", "info", N_("This alert is over, or somebody took note of it meanwhile.")),
    "changed": ("caution", "info", N_("The case changed meanwhile, so nothing was done. Here is how it stands now.")),
    "state": ("caution", "info", N_("The case is no longer in a state that allows this. Here is how it stands now.")),
    "signed-out": ("info", "info", N_("You are signed out. Close the browser if others use this PC.")),
    "too-slow": ("caution", "clock", N_("More than five minutes went by: begin again with your name and passphrase.")),
}


@dataclass(frozen=True)
class Saying:
    """A message at the top of a page."""

    tone: str
    icon: str
    text: str


def saying(name: str, words: Words) -> Saying | None:
    """Return the message of that name, None when there is none."""
    if name not in _SAYINGS:
        return None
    tone, icon, text = _SAYINGS[name]
    return Saying(tone, icon, words.gettext(text))
