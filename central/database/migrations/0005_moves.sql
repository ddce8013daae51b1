-- Records that move between offices: what a stream's readers are told of beside its events, at a number of the stream.
create table estafette.feed (
    tenant_id integer not null,
    stream_id text not null,
    central_seq bigint not null,
    record_type text not null,
    record_id text not null,
    -- 'enters' or 'leaves'.
    way text not null,
    primary key (tenant_id, stream_id, central_seq, record_id, record_type)
);

-- Records of another stream that this stream's readers may read: a citizen who has cases in both offices.
create table estafette.shared_record (
    tenant_id integer not null,
    stream_id text not null,
    record_type text not null,
    record_id text not null,
    primary key (tenant_id, stream_id, record_id, record_type)
);

-- The newest number that has a feed row: pages look no further while their cursor is past it.
alter table estafette.stream add column fed bigint not null default 0;

-- What a person did with a parked event.
alter table estafette.parked add column settled_as text;

grant select, insert, update on estafette.feed, estafette.shared_record to estafette_app;
grant delete on estafette.shared_record to estafette_app;
alter table estafette.feed enable row level security;
create policy tenant_only on estafette.feed to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
alter table estafette.shared_record enable row level security;
create policy tenant_only on estafette.shared_record to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
