-- When each device was heard of last, and what it said of itself then: one row a device, written at the beginning of a
-- session and not at every exchange.
create table estafette.contact (
    tenant_id integer not null,
    device_id text not null,
    heard_ms bigint not null,
    version text not null default '',
    pending bigint not null default 0,
    oldest_pending_ms bigint,
    parked bigint not null default 0,
    primary key (tenant_id, device_id),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id)
) with (fillfactor = 50);

grant select, insert, update on estafette.contact to estafette_app;
alter table estafette.contact enable row level security;
create policy tenant_only on estafette.contact to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
