-- Snapshots for first contact, kept so that a cut download goes on: chunks by their hash, compressed already.
create table estafette.snapshot (
    tenant_id integer not null,
    stream_id text not null,
    central_seq bigint not null,
    epoch integer not null,
    made_ms bigint not null,
    chunks text not null,
    primary key (tenant_id, stream_id, epoch, central_seq)
);

create table estafette.snapshot_chunk (
    tenant_id integer not null,
    stream_id text not null,
    hash text not null,
    data bytea not null,
    made_ms bigint not null,
    primary key (tenant_id, stream_id, hash)
);
alter table estafette.snapshot_chunk alter column data set storage external;

grant select, insert, update, delete on estafette.snapshot, estafette.snapshot_chunk to estafette_app;
alter table estafette.snapshot enable row level security;
create policy tenant_only on estafette.snapshot to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
alter table estafette.snapshot_chunk enable row level security;
create policy tenant_only on estafette.snapshot_chunk to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
