-- What devices, the intake of envelopes and a restore said that a supervisor should know: one row for each time that it
-- began, kept with who took note of it and why. Device '' stands for the service itself.
create table estafette.alert (
    tenant_id integer not null,
    device_id text not null,
    code text not null,
    since_ms bigint not null,
    heard_ms bigint not null,
    ended_ms bigint,
    number bigint not null default 0,
    settled_ms bigint,
    settled_by text,
    reason text,
    primary key (tenant_id, device_id, code, since_ms)
);
create index alert_open on estafette.alert (tenant_id, since_ms) where settled_ms is null;

grant select, insert, update on estafette.alert to estafette_app;
alter table estafette.alert enable row level security;
create policy tenant_only on estafette.alert to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);

-- What waits for a person is counted on every page of the console: found without reading what does not wait.
create index parked_open on estafette.parked (tenant_id, parked_ms) where settled_ms is null;
create index case_file_contested on estafette.case_file (tenant_id, case_id) where contested > 0;
create index citizen_contested on estafette.citizen (tenant_id, citizen_id) where contested > 0;

-- The cases of a state, the last active first.
create index case_file_active on estafette.case_file (tenant_id, state, updated_ms, case_id);
