-- Isolation as a second belt: the service works under a role that owns nothing, and every table shows and takes only rows
-- of the tenant named by SET LOCAL app.tenant_id. Without the setting nothing is visible.

grant usage on schema estafette to estafette_app;
grant select, insert, update on all tables in schema estafette to estafette_app;
revoke all on estafette.migration from estafette_app;
grant delete on estafette.console_session, estafette.throttle to estafette_app;
grant execute on all functions in schema estafette to estafette_app;

do $body$
declare
    v_table text;
begin
    for v_table in
        select c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'estafette' and c.relkind = 'r' and c.relname not in ('directory', 'migration')
        order by c.relname
    loop
        execute format('alter table estafette.%I enable row level security', v_table);
        execute format(
            'create policy tenant_only on estafette.%I to estafette_app'
            ' using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::integer)'
            ' with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::integer)', v_table);
    end loop;
end
$body$;
