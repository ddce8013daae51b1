-- Optional: distributes the tables of a freshly migrated database over the nodes of a Citus cluster (PostgreSQL 17 and up).
-- Run once, by the owner, on the coordinator, after `main.py migrate` and before the first start:
--
--     psql "$OWNER_URL" -v ON_ERROR_STOP=1 -f central/database/citus.sql
--
-- Nothing else of the product knows of it. A test holds it to the schema: every table is named here once, parents first.
-- After a later migration that makes a table, distribute that one in the same way.

-- Row-level security on the nodes needs the tenant: only a real SET LOCAL travels, and only with this.
do $body$
begin
    execute format('alter database %I set citus.propagate_set_commands to ''local''', current_database());
end
$body$;

-- Written rarely: a node that is down stops writes to it.
select create_reference_table('estafette.directory');

select create_distributed_table('estafette.tenant', 'tenant_id', colocate_with => 'none');
select create_distributed_table('estafette.office', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.account', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.stream', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.device', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.enrolment_code', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.event', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.batch_head', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.device_chain', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.parked', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.record_state', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.citizen', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.case_file', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.tracking', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.procedure_version', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.console_session', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.throttle', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.feed', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.shared_record', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.snapshot', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.snapshot_chunk', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.contact', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.alert', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.assignment', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.backed_up', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.record_mark', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.tree', 'tenant_id', colocate_with => 'estafette.tenant');
select create_distributed_table('estafette.tree_tile', 'tenant_id', colocate_with => 'estafette.tenant');

-- A call of a hot function is shipped whole to the node of its tenant: half the time of its statements one by one.
select create_distributed_function(p.oid::regprocedure, 'p_tenant_id', colocate_with => 'estafette.tenant')
from pg_catalog.pg_proc p where p.pronamespace = 'estafette'::regnamespace order by p.oid;
