"""The store's schema, as dated steps; each runs in one transaction with its own record.

``schema.sql`` beside this file is the dump of what they make; a test compares. A step that was released is never
edited.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cases.errors import DamagedError, EnvironmentFault
from cases.store.engine import READER_CACHE_KIB, Store, connect, recorded_steps, translated

if TYPE_CHECKING:
    from cases.store.engine import Database

SET = "estafette"
STEPS: dict[str, Callable[[Database], None]] = {}
"""Name -> step, in the order in which they are taken."""


def migrations(*, name: str) -> Callable[[Callable[[Database], None]], Callable[[Database], None]]:
    """Add a step under its name."""

    def add(step: Callable[[Database], None]) -> Callable[[Database], None]:
        STEPS[name] = step
        return step

    return add


RELEASED: frozenset[str] = frozenset(
    {
        "2026_11_23_first_store",
        "2026_11_23_renumbered_rows_step_aside",
        "2026_11_23_records_enter_and_leave",
        "2026_11_23_an_answer_writes_less",
        "2026_11_23_links",
        "2026_11_23_snapshots_stay_cold",
        "2026_11_23_histories",
        "2026_11_23_what_is_said_of_a_case",
    }
)
"""Every step that this program knows. A store that records another one was made by a newer program."""

_FIRST_STORE = """
-- Small facts about this workspace: identity, sync state, last contact, clock correction.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- The device's signing key and salt secret.
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
-- Where the screens were.
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
-- Counts that screens show at once; kept in the transaction that changes what they count.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
-- How far each stream was pulled.
CREATE TABLE cursor (stream TEXT PRIMARY KEY, central_seq INTEGER NOT NULL) STRICT;
-- This device's own chains of events; the highest incarnation is the living one.
CREATE TABLE chain (
    incarnation INTEGER PRIMARY KEY, seq INTEGER NOT NULL, head TEXT NOT NULL, time INTEGER NOT NULL
) STRICT;
CREATE TABLE device (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE agent (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
-- One row a citizen or case. state: confirmed state as written by cases.merge; NULL while no event or exactly one
-- (only) is confirmed, and then it follows from that event.
CREATE TABLE record (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0, state BLOB
) STRICT;
CREATE TABLE event (
    no INTEGER PRIMARY KEY,
    device_no INTEGER NOT NULL REFERENCES device (no),
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    record_no INTEGER NOT NULL REFERENCES record (no),
    kind TEXT NOT NULL,
    agent_no INTEGER NOT NULL REFERENCES agent (no),
    base INTEGER NOT NULL,
    time INTEGER NOT NULL,
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    body BLOB,
    salt BLOB,
    central_seq INTEGER,
    state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'merged', 'contested', 'parked', 'quarantined')),
    code TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL DEFAULT '',
    UNIQUE (device_no, incarnation, seq)
) STRICT;
CREATE INDEX event_by_record ON event (record_no);
CREATE INDEX event_pending ON event (incarnation, seq) WHERE state = 'pending';
CREATE INDEX event_troubled ON event (no) WHERE state IN ('parked', 'quarantined');
-- An event is immutable: only where it ended may change, and a body may be erased.
CREATE TRIGGER event_is_immutable
BEFORE UPDATE OF device_no, incarnation, seq, record_no, kind, agent_no, base, time, prev, digest ON event
BEGIN SELECT RAISE (ABORT, 'an event is immutable'); END;
CREATE TRIGGER event_body_is_immutable BEFORE UPDATE OF body, salt ON event WHEN new.body IS NOT NULL
BEGIN SELECT RAISE (ABORT, 'a body is immutable'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT RAISE (ABORT, 'an event stays'); END;
-- Projections: what lists show, pending events applied. Made again from the events at any time.
CREATE TABLE citizen (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    family_name TEXT NOT NULL, given_names TEXT NOT NULL, birth_date TEXT NOT NULL, commune TEXT NOT NULL,
    phone TEXT NOT NULL, sort TEXT NOT NULL,
    updated_ms INTEGER NOT NULL, pending INTEGER NOT NULL, contested INTEGER NOT NULL
) STRICT;
CREATE INDEX citizen_by_name ON citizen (sort, record_no);
CREATE TABLE case_file (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    citizen_no INTEGER REFERENCES record (no),
    procedure TEXT NOT NULL, procedure_version TEXT NOT NULL, tracking_code TEXT NOT NULL, state TEXT NOT NULL,
    agent_no INTEGER NOT NULL REFERENCES agent (no),
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, submitted_ms INTEGER,
    pending INTEGER NOT NULL, contested INTEGER NOT NULL
) STRICT;
CREATE INDEX case_by_activity ON case_file (updated_ms, record_no);
CREATE INDEX case_by_state ON case_file (state, updated_ms, record_no);
CREATE INDEX case_by_citizen ON case_file (citizen_no, updated_ms);
CREATE INDEX case_contested ON case_file (updated_ms, record_no) WHERE contested > 0;
-- Words of citizens and cases; rowid is record.no. Contentless: the text is in the projections.
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
-- Every word once, and its trigrams: typing errors are corrected word by word.
CREATE TABLE word (no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE word_gram USING fts5 (word, content = '', detail = none, tokenize = 'trigram');
CREATE TABLE procedure (
    id TEXT NOT NULL, version TEXT NOT NULL, bundle BLOB NOT NULL, stored_ms INTEGER NOT NULL, PRIMARY KEY (id, version)
) STRICT;
-- Central's signed statements, the latest of each level.
CREATE TABLE receipt (
    incarnation INTEGER NOT NULL, level TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL,
    central_seq INTEGER NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL, signature TEXT NOT NULL,
    PRIMARY KEY (incarnation, level)
) STRICT;
"""


@migrations(name="2026_11_23_first_store")
def first_store(db: Database) -> None:
    """Make the store of the first release."""
    for statement in statements(_FIRST_STORE):
        db.execute(statement)


_RENUMBERED_ROWS_STEP_ASIDE = """
DROP TRIGGER event_is_immutable;
CREATE TRIGGER event_is_immutable
BEFORE UPDATE OF device_no, seq, record_no, kind, agent_no, base, time, prev, digest ON event
BEGIN SELECT RAISE (ABORT, 'an event is immutable'); END;
CREATE TRIGGER event_keeps_its_number BEFORE UPDATE OF incarnation ON event WHEN old.code != 'store.renumbered'
BEGIN SELECT RAISE (ABORT, 'an event is immutable'); END;
"""


@migrations(name="2026_11_23_renumbered_rows_step_aside")
def renumbered_rows_step_aside(db: Database) -> None:
    """What a lost branch of this device had numbered gives its numbers to the events that central holds under them."""
    for statement in statements(_RENUMBERED_ROWS_STEP_ASIDE):
        db.execute(statement)


_RECORDS_ENTER_AND_LEAVE = """
-- Records that came whole, with the state that central gave: later events apply over it. And records that leave.
CREATE TABLE scope (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    state BLOB, central_seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, submitted_ms INTEGER,
    standing TEXT NOT NULL CHECK (standing IN ('here', 'leaving', 'left')),
    doubted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX scope_doubted ON scope (record_no) WHERE doubted;
"""


@migrations(name="2026_11_23_records_enter_and_leave")
def records_enter_and_leave(db: Database) -> None:
    """A record may come whole from another office, and may go to one."""
    for statement in statements(_RECORDS_ENTER_AND_LEAVE):
        db.execute(statement)


_LINKS = """
-- Which record was said to be the same as which other: from the field same_as, made again from the events at any time.
CREATE TABLE link (record_no INTEGER PRIMARY KEY REFERENCES record (no), same_as TEXT NOT NULL) STRICT;
CREATE INDEX link_to ON link (same_as);
CREATE INDEX citizen_contested ON citizen (record_no) WHERE contested > 0;
"""


@migrations(name="2026_11_23_links")
def links(db: Database) -> None:
    """Reads follow links between records, and contested citizens are found at once."""
    for statement in statements(_LINKS):
        db.execute(statement)


_CASES_OF_A_CITIZEN = """
DROP INDEX case_by_citizen;
-- Without the time, which every answer changes: a citizen has few cases, sorted when they are asked for.
CREATE INDEX case_by_citizen ON case_file (citizen_no);
-- Pending events are counted by their index.
DELETE FROM counter WHERE name = 'events.pending';
"""


@migrations(name="2026_11_23_an_answer_writes_less")
def an_answer_writes_less(db: Database) -> None:
    """What an answer need not write is not kept."""
    for statement in statements(_CASES_OF_A_CITIZEN):
        db.execute(statement)


_SNAPSHOTS_STAY_COLD = """
-- The snapshot that is being taken of a stream. first_no: where the numbers kept free for its records begin. records,
-- bytes: of all its chunks, here: bytes of those that came; missing, own_missing: chunks that did not come, own ones
-- that are not laid out; waiting: records that came and are not laid out.
CREATE TABLE snapshot (
    stream TEXT PRIMARY KEY, central_seq INTEGER NOT NULL, epoch INTEGER NOT NULL, first_no INTEGER NOT NULL,
    records INTEGER NOT NULL, bytes INTEGER NOT NULL, here INTEGER NOT NULL, missing INTEGER NOT NULL,
    own_missing INTEGER NOT NULL, waiting INTEGER NOT NULL
) STRICT;
-- Chunks of snapshots. place: in the order of the manifest, NULL when the newest one does not name it.
-- first_no: the number that its first record gets. laid: its records are in the lists and in search.
CREATE TABLE chunk (
    no INTEGER PRIMARY KEY, stream TEXT NOT NULL, hash TEXT NOT NULL, place INTEGER, first_no INTEGER NOT NULL,
    bytes INTEGER NOT NULL, records INTEGER NOT NULL, own INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('wanted', 'held', 'laid')), doubted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (stream, hash)
) STRICT;
CREATE INDEX chunk_wanted ON chunk (stream, place) WHERE standing = 'wanted' AND place IS NOT NULL;
CREATE INDEX chunk_held ON chunk (stream, first_no) WHERE standing = 'held';
-- Their bytes as they came, compressed: a record's state is read from there until it changes. Of a wanted one the
-- beginning, when the line broke.
CREATE TABLE chunk_data (no INTEGER PRIMARY KEY REFERENCES chunk (no), data BLOB NOT NULL) STRICT;
-- Where in a chunk a record that came by a snapshot stands: the chunk's number * 32768 + its row.
ALTER TABLE record ADD COLUMN cold INTEGER;
"""


@migrations(name="2026_11_23_snapshots_stay_cold")
def snapshots_stay_cold(db: Database) -> None:
    """First contact takes a snapshot; its records stay in their chunks until they are touched."""
    for statement in statements(_SNAPSHOTS_STAY_COLD):
        db.execute(statement)


_HISTORIES = """
-- Histories that were fetched whole, beside the log: no state is made of them.
CREATE TABLE history (
    record_no INTEGER PRIMARY KEY REFERENCES record (no), as_of INTEGER NOT NULL, events BLOB NOT NULL
) STRICT;
"""


@migrations(name="2026_11_23_histories")
def fetched_histories(db: Database) -> None:
    """The history of a record may be fetched and kept."""
    for statement in statements(_HISTORIES):
        db.execute(statement)


_SAID = """
-- What a case's screen shows of its history; an answer writes none of it.
CREATE INDEX event_said ON event (record_no) WHERE kind IN ('note', 'status');
"""


@migrations(name="2026_11_23_what_is_said_of_a_case")
def said_of_a_case(db: Database) -> None:
    """A case is read without going through all of its answers."""
    for statement in statements(_SAID):
        db.execute(statement)


def statements(script: str) -> list[str]:
    """Split a script into statements.

    A trigger's inner semicolon does not end one. ``executescript`` would commit first.
    """
    found: list[str] = []
    lines: list[str] = []
    for line in script.strip().splitlines():
        if line.startswith("--"):
            continue
        lines.append(line)
        text = "\n".join(lines)
        if line.rstrip().endswith(";") and ("CREATE TRIGGER" not in text or line.rstrip().endswith("END;")):
            found.append(text.rstrip().rstrip(";"))
            lines = []
    return found


def check_not_newer(path: Path, key: bytes) -> None:
    """Refuse a store that a newer program made, without writing a byte of it.

    Raises:
        EnvironmentFault: ``store.newer_version``; ``store.cannot_open`` when the file is missing.
        DamagedError: ``store.damaged``.
    """
    with translated(path):
        connection = connect(path, key, read_only=True, cache_kib=READER_CACHE_KIB)
        try:
            applied = recorded_steps(connection, SET)
        finally:
            connection.close()
    unknown = applied - RELEASED
    if unknown:
        raise EnvironmentFault("store.newer_version", part="store", step=max(unknown))
    if not applied:
        raise DamagedError("store.damaged", reason="no schema")


def migrate(store: Store) -> None:
    """Bring the store to this program's schema."""
    store.migrate(SET, STEPS)


def dump_schema(store: Store) -> str:
    """Return the store's schema as text, in a stable order, without what FTS5 makes for itself."""
    rows = store.rows(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'search\\_%' ESCAPE '\\'"
        " AND name NOT LIKE 'word\\_gram\\_%' ESCAPE '\\' ORDER BY type != 'table', rowid"
    )
    return "".join(f"{row[0]};\n" for row in rows)
