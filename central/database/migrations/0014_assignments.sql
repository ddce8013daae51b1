-- Whose mandate ended or who works elsewhere now, who said so and why. Nothing of it is ever changed.
create table estafette.assignment (
    tenant_id integer not null,
    account_id text not null,
    since_ms bigint not null,
    what text not null check (what in ('moved', 'ended', 'renewed')),
    office_id text not null,
    by_account text,
    reason text not null,
    primary key (tenant_id, account_id, since_ms, what)
);

grant select, insert on estafette.assignment to estafette_app;
alter table estafette.assignment enable row level security;
create policy tenant_only on estafette.assignment to estafette_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::integer);

-- Why a device of an agent with no right there any more is closed: what it hands over is parked with this code. Empty for
-- one that is open, and for one that was revoked for itself.
alter table estafette.device add column closed text not null default '';
