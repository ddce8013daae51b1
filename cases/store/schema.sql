CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE cursor (stream TEXT PRIMARY KEY, central_seq INTEGER NOT NULL) STRICT;
CREATE TABLE chain (
    incarnation INTEGER PRIMARY KEY, seq INTEGER NOT NULL, head TEXT NOT NULL, time INTEGER NOT NULL
) STRICT;
CREATE TABLE device (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE agent (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
CREATE TABLE record (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0, state BLOB
, cold INTEGER) STRICT;
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
CREATE TABLE citizen (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    family_name TEXT NOT NULL, given_names TEXT NOT NULL, birth_date TEXT NOT NULL, commune TEXT NOT NULL,
    phone TEXT NOT NULL, sort TEXT NOT NULL,
    updated_ms INTEGER NOT NULL, pending INTEGER NOT NULL, contested INTEGER NOT NULL
) STRICT;
CREATE TABLE case_file (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    citizen_no INTEGER REFERENCES record (no),
    procedure TEXT NOT NULL, procedure_version TEXT NOT NULL, tracking_code TEXT NOT NULL, state TEXT NOT NULL,
    agent_no INTEGER NOT NULL REFERENCES agent (no),
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, submitted_ms INTEGER,
    pending INTEGER NOT NULL, contested INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE word (no INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
CREATE VIRTUAL TABLE word_gram USING fts5 (word, content = '', detail = none, tokenize = 'trigram');
CREATE TABLE procedure (
    id TEXT NOT NULL, version TEXT NOT NULL, bundle BLOB NOT NULL, stored_ms INTEGER NOT NULL, PRIMARY KEY (id, version)
) STRICT;
CREATE TABLE receipt (
    incarnation INTEGER NOT NULL, level TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL,
    central_seq INTEGER NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL, signature TEXT NOT NULL,
    PRIMARY KEY (incarnation, level)
) STRICT;
CREATE TABLE scope (
    record_no INTEGER PRIMARY KEY REFERENCES record (no),
    state BLOB, central_seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, submitted_ms INTEGER,
    standing TEXT NOT NULL CHECK (standing IN ('here', 'leaving', 'left')),
    doubted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE link (record_no INTEGER PRIMARY KEY REFERENCES record (no), same_as TEXT NOT NULL) STRICT;
CREATE TABLE snapshot (
    stream TEXT PRIMARY KEY, central_seq INTEGER NOT NULL, epoch INTEGER NOT NULL, first_no INTEGER NOT NULL,
    records INTEGER NOT NULL, bytes INTEGER NOT NULL, here INTEGER NOT NULL, missing INTEGER NOT NULL,
    own_missing INTEGER NOT NULL, waiting INTEGER NOT NULL
) STRICT;
CREATE TABLE chunk (
    no INTEGER PRIMARY KEY, stream TEXT NOT NULL, hash TEXT NOT NULL, place INTEGER, first_no INTEGER NOT NULL,
    bytes INTEGER NOT NULL, records INTEGER NOT NULL, own INTEGER NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('wanted', 'held', 'laid')), doubted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (stream, hash)
) STRICT;
CREATE TABLE chunk_data (no INTEGER PRIMARY KEY REFERENCES chunk (no), data BLOB NOT NULL) STRICT;
CREATE TABLE history (
    record_no INTEGER PRIMARY KEY REFERENCES record (no), as_of INTEGER NOT NULL, events BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX event_by_record ON event (record_no);
CREATE INDEX event_pending ON event (incarnation, seq) WHERE state = 'pending';
CREATE INDEX event_troubled ON event (no) WHERE state IN ('parked', 'quarantined');
CREATE TRIGGER event_body_is_immutable BEFORE UPDATE OF body, salt ON event WHEN new.body IS NOT NULL
BEGIN SELECT RAISE (ABORT, 'a body is immutable'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT RAISE (ABORT, 'an event stays'); END;
CREATE INDEX citizen_by_name ON citizen (sort, record_no);
CREATE INDEX case_by_activity ON case_file (updated_ms, record_no);
CREATE INDEX case_by_state ON case_file (state, updated_ms, record_no);
CREATE INDEX case_contested ON case_file (updated_ms, record_no) WHERE contested > 0;
CREATE TRIGGER event_is_immutable
BEFORE UPDATE OF device_no, seq, record_no, kind, agent_no, base, time, prev, digest ON event
BEGIN SELECT RAISE (ABORT, 'an event is immutable'); END;
CREATE TRIGGER event_keeps_its_number BEFORE UPDATE OF incarnation ON event WHEN old.code != 'store.renumbered'
BEGIN SELECT RAISE (ABORT, 'an event is immutable'); END;
CREATE INDEX scope_doubted ON scope (record_no) WHERE doubted;
CREATE INDEX link_to ON link (same_as);
CREATE INDEX citizen_contested ON citizen (record_no) WHERE contested > 0;
CREATE INDEX case_by_citizen ON case_file (citizen_no);
CREATE INDEX chunk_wanted ON chunk (stream, place) WHERE standing = 'wanted' AND place IS NOT NULL;
CREATE INDEX chunk_held ON chunk (stream, first_no) WHERE standing = 'held';
CREATE INDEX event_said ON event (record_no) WHERE kind IN ('note', 'status');
