"""Anki's library as a client: one note a record, one command a line in, one answer a line out.

Runs in an environment of its own, with Anki and nothing of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anki.collection import AddNoteRequest, Collection  # type: ignore[import-not-found]
from anki.decks import DeckId  # type: ignore[import-not-found]

DEFAULT_DECK = DeckId(1)
WHOLE = {"FULL_SYNC", "FULL_UPLOAD", "FULL_DOWNLOAD"}


class Client:
    """One collection and the account that syncs it."""

    def __init__(self) -> None:
        self.collection: Any = None
        self.account: Any = None

    def open(self, folder: str, fields: list[str], **_: object) -> None:
        """Make a collection with one note type that has these fields."""
        Path(folder).mkdir(parents=True)
        self.collection = Collection(str(Path(folder) / "collection.anki2"))
        models = self.collection.models
        kind = models.new("Case")
        for name in fields:
            models.add_field(kind, models.new_field(name))
        card = models.new_template("Card")
        card["qfmt"], card["afmt"] = "{{id}}", "{{family_name}}"
        models.add_template(kind, card)
        models.add_dict(kind)

    def load(self, file: str, **_: object) -> None:
        """Add every record of a file."""
        kind = self.collection.models.by_name("Case")
        requests = []
        for record in _records(file):
            note = self.collection.new_note(kind)
            note.fields = list(record.values())
            requests.append(AddNoteRequest(note, DEFAULT_DECK))
        self.collection.add_notes(requests)

    def edit(self, file: str, **_: object) -> None:
        """Change fields of records; the first field of a note is the record's identity."""
        held = self.collection.db.all("select id, flds from notes")
        numbers = {fields.split("\x1f", 1)[0]: number for number, fields in held}
        notes = []
        for change in _records(file):
            note = self.collection.get_note(numbers[change.pop("id")])
            for name, value in change.items():
                note[name] = value
            notes.append(note)
        self.collection.update_notes(notes)

    def push(self, url: str, whole: str = "upload", **_: object) -> dict[str, str]:
        """Sync; ``whole`` says which way when Anki wants to send its whole file."""
        if self.account is None:
            self.account = self.collection.sync_login("user", "password", url + "/")
        answer = self.collection.sync_collection(self.account, False)
        asked = answer.ChangesRequired.Name(answer.required)
        if asked in WHOLE:
            self.collection.close_for_full_sync()
            try:
                self.collection.full_upload_or_download(
                    auth=self.account, server_usn=None, upload=asked == "FULL_UPLOAD" or whole == "upload"
                )
            finally:
                self.collection.reopen(after_full_sync=True)
        return {"asked": asked}

    def pull(self, url: str, **_: object) -> dict[str, str]:
        """Sync, downloading when Anki wants a whole file."""
        return self.push(url, whole="download")

    def count(self, **_: object) -> dict[str, int]:
        """Return how many notes are held."""
        return {"count": self.collection.note_count()}


def _records(file: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Obey until the input ends."""
    client = Client()
    for line in sys.stdin:
        command = json.loads(line)
        operation: Callable[..., dict[str, object] | None] = getattr(client, command.pop("do"))
        try:
            answer = operation(**command) or {}
        except Exception as error:  # the edge of this process: what failed is said to the other side
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
