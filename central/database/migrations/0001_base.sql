-- The base schema. Rules: reference of the central service, section B, held by tests/service/test_schema_rules.py:
-- tenant_id leads every key and index; no trigger, no sequence, no extension, no advisory lock, no NOTIFY.
-- Times are milliseconds since the Unix epoch, UTC. Identities are UUIDv7 as 32 lower-case hexadecimal digits.

-- The one table across tenants: what leads from a global name to its tenant. Written rarely, so that it can be copied to
-- every node. Everything else that a stranger presents (tracking code, enrolment code, token) carries its tenant.
create table estafette.directory (
    kind text not null check (kind in ('login', 'device', 'tenant')),
    key text not null,
    tenant_id integer not null,
    primary key (kind, key)
);

create table estafette.tenant (
    tenant_id integer not null primary key check (tenant_id > 0),
    name text not null,
    epoch integer not null default 1,
    created_ms bigint not null
);

create table estafette.office (
    tenant_id integer not null references estafette.tenant (tenant_id),
    office_id text not null,
    name text not null,
    created_ms bigint not null,
    primary key (tenant_id, office_id)
);

-- People. An agent signs in on a device and has no passphrase here; a supervisor or admin signs in to the console.
create table estafette.account (
    tenant_id integer not null,
    account_id text not null,
    office_id text,
    role text not null check (role in ('agent', 'supervisor', 'admin')),
    name text not null,
    login text,
    passphrase_hash text,
    totp_secret text,
    totp_last_step bigint not null default 0,
    created_ms bigint not null,
    disabled_ms bigint,
    primary key (tenant_id, account_id),
    unique (tenant_id, login),
    foreign key (tenant_id, office_id) references estafette.office (tenant_id, office_id),
    check (role <> 'agent' or office_id is not null),
    check (role = 'agent' or (login is not null and passphrase_hash is not null and totp_secret is not null))
);

-- Order comes from the head row of a stream, taken first in every push: numbers may have holes, a hole is never filled.
-- Half-empty pages keep its updates on the same page.
create table estafette.stream (
    tenant_id integer not null,
    stream_id text not null,
    office_id text not null,
    head bigint not null default 0,
    primary key (tenant_id, stream_id),
    foreign key (tenant_id, office_id) references estafette.office (tenant_id, office_id)
) with (fillfactor = 50);

create table estafette.device (
    tenant_id integer not null,
    device_id text not null,
    kind text not null check (kind in ('agent', 'console')),
    account_id text,
    office_id text,
    stream_id text,
    public_key text not null check (public_key ~ '^[0-9a-f]{64}$'),
    name text not null,
    created_ms bigint not null,
    revoked_ms bigint,
    primary key (tenant_id, device_id),
    unique (tenant_id, public_key),
    foreign key (tenant_id, account_id) references estafette.account (tenant_id, account_id),
    foreign key (tenant_id, stream_id) references estafette.stream (tenant_id, stream_id),
    check (kind = 'console' or (account_id is not null and office_id is not null and stream_id is not null))
);

create table estafette.enrolment_code (
    tenant_id integer not null,
    code_hash text not null,
    account_id text not null,
    created_by text,
    created_ms bigint not null,
    expires_ms bigint not null,
    used_ms bigint,
    device_id text,
    primary key (tenant_id, code_hash),
    foreign key (tenant_id, account_id) references estafette.account (tenant_id, account_id),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id)
);

-- The log. Append-only but for state, code and details (the verdict), and for body and salt, which the law may erase.
create table estafette.event (
    tenant_id integer not null,
    stream_id text not null,
    central_seq bigint not null,
    device_id text not null,
    incarnation integer not null,
    seq bigint not null,
    prev text not null,
    hash text not null,
    agent text not null,
    record_type text not null,
    record_id text not null,
    kind text not null,
    base bigint not null,
    time_ms bigint not null,
    digest text not null,
    salt bytea,
    body bytea,
    state text not null default 'accepted' check (state in ('accepted', 'merged', 'contested', 'parked')),
    code text not null default '',
    received_ms bigint not null,
    primary key (tenant_id, stream_id, central_seq),
    unique (tenant_id, device_id, incarnation, seq),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id),
    check ((body is null) = (salt is null))
);

create index event_record on estafette.event (tenant_id, record_id, central_seq);

-- Each batch's signed chain head: what proves, later, that the device itself wrote the events up to it.
create table estafette.batch_head (
    tenant_id integer not null,
    device_id text not null,
    incarnation integer not null,
    last_seq bigint not null,
    first_seq bigint not null,
    head text not null,
    signature text not null,
    received_ms bigint not null,
    primary key (tenant_id, device_id, incarnation, last_seq, first_seq),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id)
);

-- How far central holds each device's chain.
create table estafette.device_chain (
    tenant_id integer not null,
    device_id text not null,
    incarnation integer not null,
    seq bigint not null,
    head text not null,
    primary key (tenant_id, device_id, incarnation),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id)
) with (fillfactor = 50);

-- Events that could not be applied, with the reason, waiting for a person.
create table estafette.parked (
    tenant_id integer not null,
    stream_id text not null,
    central_seq bigint not null,
    code text not null,
    details text not null default '{}',
    parked_ms bigint not null,
    settled_ms bigint,
    settled_by text,
    primary key (tenant_id, stream_id, central_seq),
    foreign key (tenant_id, stream_id, central_seq) references estafette.event (tenant_id, stream_id, central_seq)
);

-- What the merge knows of each record, in the merge's own encoding; the projections below are read from it.
create table estafette.record_state (
    tenant_id integer not null,
    record_type text not null,
    record_id text not null,
    stream_id text not null,
    central_seq bigint not null,
    state bytea not null,
    primary key (tenant_id, record_type, record_id),
    foreign key (tenant_id, stream_id) references estafette.stream (tenant_id, stream_id)
);

create table estafette.citizen (
    tenant_id integer not null,
    citizen_id text not null,
    stream_id text not null,
    office_id text not null,
    family_name text not null default '',
    given_names text not null default '',
    birth_date text not null default '',
    search_text text not null default '',
    contested integer not null default 0,
    updated_ms bigint not null,
    primary key (tenant_id, citizen_id),
    foreign key (tenant_id, office_id) references estafette.office (tenant_id, office_id)
);

create table estafette.case_file (
    tenant_id integer not null,
    case_id text not null,
    stream_id text not null,
    office_id text not null,
    procedure_id text not null default '',
    procedure_version text not null default '',
    citizen_id text not null default '',
    agent text not null default '',
    state text not null default 'draft',
    tracking_code text not null default '',
    contested integer not null default 0,
    created_ms bigint not null,
    submitted_ms bigint,
    decided_ms bigint,
    updated_ms bigint not null,
    primary key (tenant_id, case_id),
    foreign key (tenant_id, office_id) references estafette.office (tenant_id, office_id)
);

create index case_file_state on estafette.case_file (tenant_id, state, submitted_ms, case_id);
create index case_file_citizen on estafette.case_file (tenant_id, citizen_id);

create table estafette.tracking (
    tenant_id integer not null,
    code text not null,
    case_id text not null,
    primary key (tenant_id, code)
);

create table estafette.procedure_version (
    tenant_id integer not null,
    procedure_id text not null,
    version text not null,
    bundle bytea not null,
    title text not null default '{}',
    published_ms bigint not null,
    primary key (tenant_id, procedure_id, version),
    foreign key (tenant_id) references estafette.tenant (tenant_id)
);

create index procedure_version_newest on estafette.procedure_version (tenant_id, procedure_id, published_ms);

create table estafette.console_session (
    tenant_id integer not null,
    token_hash text not null,
    account_id text not null,
    stage text not null check (stage in ('code', 'open')),
    created_ms bigint not null,
    seen_ms bigint not null,
    primary key (tenant_id, token_hash),
    foreign key (tenant_id, account_id) references estafette.account (tenant_id, account_id)
);

-- Failures by subject (a name, an address, a code's origin), before any tenant is known: those rows have tenant 0.
create table estafette.throttle (
    tenant_id integer not null,
    subject text not null,
    failures integer not null,
    blocked_until_ms bigint not null,
    last_ms bigint not null,
    primary key (tenant_id, subject)
);
