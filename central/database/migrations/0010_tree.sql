-- The Merkle log of receipts (ADR 11). What waits for its leaf is what was committed without one: the hot path writes
-- nothing more than an entry of one small index, and no order of commits can hide a batch.
alter table estafette.batch_head add column leaf bigint;
create index batch_head_waiting on estafette.batch_head (tenant_id, stream_id, central_seq) where leaf is null;
create unique index batch_head_leaf on estafette.batch_head (tenant_id, leaf) where leaf is not null;

-- The newest signed head. Locked by whoever appends: one row a tenant, so tenants never wait for each other.
create table estafette.tree (
    tenant_id integer not null primary key references estafette.tenant (tenant_id),
    epoch integer not null,
    size bigint not null,
    root text not null,
    time_ms bigint not null,
    signature text not null
) with (fillfactor = 50);

-- Hashes by 256 (cases/tiles.py): they do not compress.
create table estafette.tree_tile (
    tenant_id integer not null references estafette.tenant (tenant_id),
    level integer not null,
    place bigint not null,
    hashes bytea not null,
    primary key (tenant_id, level, place)
);
alter table estafette.tree_tile alter column hashes set storage external;

grant select, insert, update on estafette.tree, estafette.tree_tile to estafette_app;
alter table estafette.tree enable row level security;
alter table estafette.tree_tile enable row level security;
create policy tenant_only on estafette.tree to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
create policy tenant_only on estafette.tree_tile to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
