-- How long the agents concerned settle contested fields by themselves before the supervisor is asked: the organisation's
-- policy, in working days.
alter table estafette.tenant add column settle_delay_days integer not null default 3
    check (settle_delay_days between 0 and 60);

-- What is said of a record beside what it holds, where something is: that it is the same as another, and a decision that
-- is proposed and waits for a supervisor. Made from record_state at any time.
create table estafette.record_mark (
    tenant_id integer not null,
    record_type text not null,
    record_id text not null,
    same_as text,
    proposed_ms bigint,
    primary key (tenant_id, record_type, record_id)
);
create index record_mark_same_as on estafette.record_mark (tenant_id, record_type, same_as) where same_as is not null;
create index record_mark_proposed on estafette.record_mark (tenant_id, proposed_ms) where proposed_ms is not null;

grant select, insert, update on estafette.record_mark to estafette_app;
alter table estafette.record_mark enable row level security;
create policy tenant_only on estafette.record_mark to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);
