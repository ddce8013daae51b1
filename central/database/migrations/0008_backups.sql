-- How far each device's chain is in a backup that was written out whole. Only ever behind the backup, never ahead of it.
create table estafette.backed_up (
    tenant_id integer not null,
    device_id text not null,
    incarnation integer not null,
    seq bigint not null,
    head text not null,
    central_seq bigint not null,
    backup_ms bigint not null,
    primary key (tenant_id, device_id, incarnation),
    foreign key (tenant_id, device_id) references estafette.device (tenant_id, device_id)
);

grant select, insert, update on estafette.backed_up to estafette_app;
alter table estafette.backed_up enable row level security;
create policy tenant_only on estafette.backed_up to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
