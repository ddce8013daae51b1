"""From an error's code to a sentence: what happened, what is safe, what to do next (DESIGN section 9)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QCoreApplication

from cases.errors import EnvironmentFault, EstafetteError, InputError, NetworkFault
from desktop.words import network, remedies

translate = QCoreApplication.translate
FILE_SECRET_MISSING = "device_secret.not_found"
"""For ``unlock.other_device`` where the secret is looked for in a file."""


class Explanation(msgspec.Struct, frozen=True):
    """An error in words. ``code`` is for the details, never part of the sentence."""

    what: str
    safe: str
    next: str
    code: str

    @property
    def sentence(self) -> str:
        """All of it as one line of text."""
        return " ".join(part for part in (self.what, self.safe, self.next) if part)


def explain(error: EstafetteError) -> Explanation:
    """Return the words for ``error``; a code without words of its own is explained by its cause."""
    made, of_network = _WORDS.get(error.code), network.WORDS.get(error.code)
    if of_network is not None:
        what, safe, advice = of_network(error.code, error.details)
    else:
        what, safe, advice = made() if made else _by_cause(error)
    for name, value in error.details.items():
        what, advice = (text.replace(f"{{{name}}}", str(value)) for text in (what, advice))
    return Explanation(what, safe, advice, error.code)


def known_codes() -> frozenset[str]:
    """Return the codes that have words of their own."""
    return frozenset(_WORDS) | frozenset(network.WORDS)


_Words = tuple[str, str, str]


def _kept() -> str:
    return translate("Errors", "What you entered is still here.")


def _saved() -> str:
    return translate("Errors", "Everything saved so far is safe on this computer.")


def _wrong_passphrase() -> _Words:
    return translate("Errors", "This passphrase does not open the workspace."), "", translate("Errors", "Try again.")


def _throttled() -> _Words:
    what = translate("Errors", "Too many attempts.")
    return what, "", translate("Errors", "Wait a moment, then try again.")


def _weak_passphrase() -> _Words:
    return (
        translate("Errors", "This passphrase is too weak."),
        "",
        translate("Errors", "Use five words, or 12 characters."),
    )


def _no_workspace() -> _Words:
    what = translate("Errors", "There is no workspace in this folder.")
    return what, "", translate("Errors", "Start Estafette again to enrol this computer.")


def _secret_too_open() -> _Words:
    what = translate("Errors", "Other accounts of this computer could read the device secret: it is not used.")
    return what, _saved(), translate("Errors", "Ask your IT support to restrict the file to your account.")


def _service_failed() -> _Words:
    what = translate("Errors", "The central service answered, but could not do it.")
    return what, _kept(), translate("Errors", "Try again in a moment.")


def _newer_store() -> _Words:
    what = translate("Errors", "This workspace was made by a newer version of Estafette.")
    safe = translate("Errors", "Nothing was changed in it.")
    return what, safe, translate("Errors", "Install the latest version, or ask your IT support.")


def _store_locked() -> _Words:
    what = translate("Errors", "Estafette is already at work in this workspace: another window, or a command.")
    return what, _saved(), translate("Errors", "Close the window, or let the command end, then try again.")


def _disk_full() -> _Words:
    what = translate("Errors", "The disk of this computer is full: this could not be saved.")
    return what, _kept(), translate("Errors", "Free some space, then save again.")


def _read_only() -> _Words:
    what = translate("Errors", "The folder of this workspace cannot be written.")
    return what, _kept(), translate("Errors", "Ask your IT support for the right to write in it.")


def _cannot_open() -> _Words:
    what = translate("Errors", "The workspace could not be read or written.")
    return what, _kept(), translate("Errors", "Try again; if it stays so, call your IT support.")


def _store_closed() -> _Words:
    what = translate("Errors", "The workspace is closed.")
    return what, _saved(), translate("Errors", "Start Estafette again.")


def _too_old() -> _Words:
    what = translate("Errors", "A part of this installation is too old to keep your data safely.")
    return (
        what,
        translate("Errors", "Nothing was changed in it."),
        translate("Errors", "Install the latest version, or ask your IT support."),
    )


def _already_enrolled() -> _Words:
    what = translate("Errors", "This computer is enrolled already.")
    return what, _saved(), translate("Errors", "Start Estafette again to open your workspace.")


def _other_agent() -> _Words:
    what = translate("Errors", "This enrolment code is for another person than the one this workspace belongs to.")
    return what, _saved(), translate("Errors", "Ask your supervisor for an enrolment code in your name.")


def _other_office() -> _Words:
    what = translate("Errors", "This workspace is of another office than the one where you work now.")
    return what, _saved(), translate("Errors", "Your supervisor can put you there again: the same code will do.")


def _key_known() -> _Words:
    what = translate("Errors", "This workspace was enrolled before, then revoked: it cannot be enrolled again.")
    return what, _saved(), translate("Errors", "Open another workspace with a new code, or ask your supervisor.")


def _enrol_first() -> _Words:
    what = translate("Errors", "This computer is not enrolled yet.")
    return what, _kept(), translate("Errors", "Enrol it with the enrolment code that your supervisor gives you.")


def _too_large() -> _Words:
    what = translate("Errors", "This text is too long to be saved.")
    return what, _kept(), translate("Errors", "Shorten it, then save again.")


def _file_unwritable() -> _Words:
    what = translate("Errors", "The file could not be written there.")
    return what, "", translate("Errors", "Choose another folder.")


def _not_a_pdf() -> _Words:
    what = translate("Errors", "There is another file of that name, which is no PDF.")
    return what, translate("Errors", "It was left as it is."), translate("Errors", "Choose another name.")


def _too_long_to_print() -> _Words:
    what = translate("Errors", "This form is too long to be printed in one go: it would take more than 200 pages.")
    safe = translate("Errors", "Nothing is lost: all answers can still be read on the screen.")
    advice = translate("Errors", "Ask its author to divide it into several forms with fewer rows each.")
    return what, safe, advice


def _form_unreadable() -> _Words:
    what = translate("Errors", "The form's file cannot be read now.")
    advice = translate("Errors", "See whether it is still there, then read it again (F5).")
    return what, translate("Errors", "What is on the screen stays."), advice


def _no_keyring() -> _Words:
    what = translate("Errors", "This computer has no keyring to hold the device secret.")
    safe = translate("Errors", "Nothing was created.")
    advice = translate(
        "Errors",
        "Ask your IT support to start one, or to start Estafette with --device-secret-file DIR, which keeps the secret "
        "in a file of that folder.",
    )
    return what, safe, advice


def _keyring_secret_missing() -> _Words:
    what = translate("Errors", "This computer does not hold the secret that opens this workspace.")
    safe = translate("Errors", "Nothing was changed in it.")
    advice = translate(
        "Errors",
        "A workspace opens only on the computer where it was made. If its secret is kept in a file there, start "
        "Estafette with --device-secret-file DIR.",
    )
    return what, safe, advice


def _file_secret_missing() -> _Words:
    what = translate("Errors", "The secret that opens this workspace was not found in the folder given for it.")
    safe = translate("Errors", "Nothing was changed in it.")
    advice = translate(
        "Errors",
        "Start Estafette with --device-secret-file DIR, where DIR is the folder used when this computer was enrolled; "
        "without the option if it was enrolled without it.",
    )
    return what, safe, advice


def _damaged() -> _Words:
    what = translate("Errors", "Some stored data is damaged and was set aside.")
    safe = translate("Errors", "It is never sent.")
    return what, safe, translate("Errors", "Call your IT support.")


def _unreachable() -> _Words:
    what = translate("Errors", "The central service cannot be reached.")
    return what, _kept(), translate("Errors", "Check the address and the network, then try again.")


def _timeout() -> _Words:
    what = translate("Errors", "The central service takes too long to answer.")
    return what, _kept(), translate("Errors", "Try again in a moment.")


def _captive_portal() -> _Words:
    what = translate("Errors", "A page of the local network answers in place of the central service.")
    return what, _kept(), translate("Errors", "Open a web browser, sign in to the network, then try again.")


def _tls() -> _Words:
    what = translate("Errors", "The central service could not prove who it is: the connection was refused.")
    return what, _kept(), translate("Errors", "Check the address and this computer's clock, or ask your IT support.")


def _altered() -> _Words:
    what = translate("Errors", "The answer is not the central service's own: it was altered on the way, and not used.")
    return what, _kept(), translate("Errors", "It is tried again by itself. If it goes on, tell your IT support.")


def _plain_http() -> _Words:
    what = translate("Errors", "This address is not protected.")
    return what, _kept(), translate("Errors", "Use the address that begins with https://")


def _bad_url() -> _Words:
    what = translate("Errors", "This is not the address of a service.")
    return what, _kept(), translate("Errors", "It looks like https://estafette.example.fr")


def _wrong_code() -> _Words:
    what = translate("Errors", "The central service does not know this enrolment code.")
    return what, _kept(), translate("Errors", "Check it letter by letter, or ask for a new one.")


def _used_code() -> _Words:
    what = translate("Errors", "This enrolment code was already used or has expired.")
    return what, _kept(), translate("Errors", "Ask your supervisor for a new one.")


def _revoked() -> _Words:
    what = translate("Errors", "This computer's access was withdrawn.")
    return what, _saved(), translate("Errors", "Call your supervisor.")


def _not_allowed() -> _Words:
    what = translate("Errors", "The case is no longer in a state where this can be done.")
    return what, _kept(), translate("Errors", "Read its history, then choose the next step.")


def _version_changed() -> _Words:
    return (
        translate("Errors", "The case changed meanwhile; nothing was moved."),
        _saved(),
        translate("Errors", "Look again at what the change would do."),
    )


def _case_changed() -> _Words:
    what = translate("Errors", "A colleague changed this case meanwhile.")
    return what, _kept(), translate("Errors", "Look at the new values, then go on.")


def _form_incomplete() -> _Words:
    what = translate("Errors", "Some questions still need an answer.")
    return what, _saved(), translate("Errors", "They are marked in the form.")


def _handed_in_already() -> _Words:
    what = translate("Errors", "This case was submitted already.")
    return what, _saved(), translate("Errors", "Its receipt is on the page « Receipt ».")


def _unstorable() -> _Words:
    what = translate("Errors", "This text holds an invisible character that cannot be saved.")
    return what, _kept(), translate("Errors", "Type it again in this field.")


def _forked() -> _Words:
    what = translate("Errors", "This computer was restored or copied.")
    return what, _saved(), translate("Errors", "Tell your supervisor; go on working.")


def _central_restored() -> _Words:
    what = translate("Errors", "The central service was restored from a copy.")
    return what, _saved(), translate("Errors", "This computer sends again what it keeps.")


def _update_needed() -> _Words:
    what = translate("Errors", "This version is too old for the central service.")
    return what, _saved(), translate("Errors", "Install the latest version, or ask your IT support.")


def _stopped() -> _Words:
    what = translate("Errors", "The exchange with the central service has stopped.")
    return what, _saved(), translate("Errors", "Start Estafette again, and tell your IT support.")


def _inconsistent() -> _Words:
    what = translate("Errors", "The central service contradicts what it had signed before.")
    safe = translate("Errors", "Nothing was deleted: your acts and all receipts are kept on this computer.")
    return what, safe, translate("Errors", "Tell your IT support today; you can go on working.")


def _bad_time() -> _Words:
    what = translate("Errors", "The date of this computer makes no sense.")
    return what, _saved(), translate("Errors", "Set the date and time of this computer.")


def _no_procedure() -> _Words:
    what = translate("Errors", "This computer does not hold that procedure yet.")
    return what, _saved(), translate("Errors", "It arrives at the next contact with the central service.")


def _resource_missing() -> _Words:
    what = translate("Errors", "A file of the program is missing.")
    return what, _saved(), translate("Errors", "Install Estafette again, or ask your IT support.")


_WORDS: dict[str, Callable[[], _Words]] = {
    **remedies.WORDS,
    "unlock.wrong_passphrase": _wrong_passphrase,
    "unlock.throttled": _throttled,
    "passphrase.too_short": _weak_passphrase,
    "passphrase.too_plain": _weak_passphrase,
    "unlock.no_workspace": _no_workspace,
    "unlock.other_device": _keyring_secret_missing,
    FILE_SECRET_MISSING: _file_secret_missing,
    "store.newer_version": _newer_store,
    "store.locked": _store_locked,
    "store.in_use": _store_locked,
    "file.unwritable": _file_unwritable,
    "print.not_a_pdf": _not_a_pdf,
    "print.too_long": _too_long_to_print,
    "form.unreadable": _form_unreadable,
    "store.disk_full": _disk_full,
    "store.read_only": _read_only,
    "store.io_error": _cannot_open,
    "store.cannot_open": _cannot_open,
    "store.closed": _store_closed,
    "store.sqlite_too_old": _too_old,
    "act.too_large": _too_large,
    "store.unwritable": _read_only,
    "keyring.unavailable": _no_keyring,
    "device_secret.unreadable": _no_keyring,
    "device_secret.too_open": _secret_too_open,
    "device_secret.damaged": _damaged,
    "keyring.damaged": _damaged,
    "keyslots.damaged": _damaged,
    "store.damaged": _damaged,
    "network.unreachable": _unreachable,
    "network.timeout": _timeout,
    "network.captive_portal": _captive_portal,
    "network.tls": _tls,
    "network.altered": _altered,
    "protocol.unsupported": _update_needed,
    "agent.broken": _stopped,
    "log.inconsistent": _inconsistent,
    "log.missing": _inconsistent,
    "network.cut": _timeout,
    "network.busy": _timeout,
    "network.service_failed": _service_failed,
    "server.insecure_url": _plain_http,
    "server.url": _bad_url,
    "network.stopped": _unreachable,
    "enrol.other_agent": _other_agent,
    "enrol.other_office": _other_office,
    "enrol.key_known": _key_known,
    "enrol.already": _already_enrolled,
    "enrol.needed": _enrol_first,
    "enrol.code_missing": _wrong_code,
    "enrol.wrong_code": _wrong_code,
    "enrol.code_used": _used_code,
    "enrol.code_expired": _used_code,
    "enrol.throttled": _throttled,
    "device.revoked": _revoked,
    "case.not_editable": _not_allowed,
    "case.changed": _case_changed,
    "input.unstorable": _unstorable,
    "push.fork": _forked,
    "pull.cursor_ahead": _central_restored,
    "version.changed": _version_changed,
    "version.same": _version_changed,
    "version.unknown": _version_changed,
    "submit.already": _handed_in_already,
    "submit.incomplete": _form_incomplete,
    "procedure.unknown": _no_procedure,
    "resources.missing": _resource_missing,
}


def _by_cause(error: EstafetteError) -> _Words:
    if isinstance(error, NetworkFault):
        what = translate("Errors", "The central service could not be reached.")
        return what, _saved(), translate("Errors", "The program tries again by itself.")
    if isinstance(error, EnvironmentFault):
        what = translate("Errors", "This computer could not do it now.")
        return what, _kept(), translate("Errors", "Try again; if it stays so, call your IT support.")
    if isinstance(error, InputError):
        what = translate("Errors", "Something in what was entered cannot be used.")
        return what, _kept(), translate("Errors", "Correct it, then try again.")
    what = translate("Errors", "This was not accepted.")
    return (
        what,
        _saved(),
        translate("Errors", "If it happens again, call your IT support with the code in the details."),
    )
