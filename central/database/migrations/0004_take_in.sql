-- The hot path anew: one call takes a batch in and says what is known of its records, a second one writes what they become.
-- push() stays for services of the version before, which may still be running while this one starts.

-- What push() checks itself is not checked again row by row.
alter table estafette.event drop constraint event_tenant_id_device_id_fkey;
alter table estafette.batch_head drop constraint batch_head_tenant_id_device_id_fkey;
alter table estafette.device_chain drop constraint device_chain_tenant_id_device_id_fkey;
alter table estafette.record_state drop constraint record_state_tenant_id_stream_id_fkey;
alter table estafette.citizen drop constraint citizen_tenant_id_office_id_fkey;
alter table estafette.case_file drop constraint case_file_tenant_id_office_id_fkey;

-- Everything that a receipt says, so that each one can be written again: (tenant, device, incarnation, bounds, epoch).
alter table estafette.batch_head add column stream_id text not null default '';
alter table estafette.batch_head add column central_seq bigint not null default 0;
alter table estafette.batch_head add column epoch integer not null default 1;
create unique index batch_head_by_epoch
    on estafette.batch_head (tenant_id, device_id, incarnation, last_seq, first_seq, epoch);
alter table estafette.batch_head drop constraint batch_head_pkey;
alter table estafette.batch_head add constraint batch_head_pkey primary key using index batch_head_by_epoch;

-- The times that go with a record into a snapshot, and whose case it is.
alter table estafette.record_state add column created_ms bigint not null default 0;
alter table estafette.record_state add column updated_ms bigint not null default 0;
alter table estafette.record_state add column submitted_ms bigint;
alter table estafette.record_state add column agent text not null default '';
update estafette.record_state r set created_ms = c.created_ms, updated_ms = c.updated_ms,
    submitted_ms = c.submitted_ms, agent = c.agent
    from estafette.case_file c
    where r.record_type = 'case' and c.tenant_id = r.tenant_id and c.case_id = r.record_id;
update estafette.record_state r set created_ms = c.updated_ms, updated_ms = c.updated_ms
    from estafette.citizen c
    where r.record_type = 'citizen' and c.tenant_id = r.tenant_id and c.citizen_id = r.record_id;
-- States are written often and are compact already: room on the page, and no time spent on compressing them.
alter table estafette.record_state set (fillfactor = 80);
alter table estafette.case_file set (fillfactor = 80);
alter table estafette.record_state alter column state set storage external;
create index record_state_ending on estafette.record_state (tenant_id, stream_id, right(record_id, 2));

-- Errors, with nothing written: ES403 'unknown', 'revoked' or 'moved' (another stream or agent by now); ES404 no such
-- stream; ES409 'gap' (the number expected) or 'fork' (where the histories part), with how far each incarnation is held.
create function estafette.take_in(
    p_tenant_id integer, p_stream_id text, p_device_id text, p_incarnation integer, p_agent text, p_even_revoked boolean,
    p_first_seq bigint, p_prev text, p_received_ms bigint, p_signature text,
    p_hashes text[], p_record_types text[], p_record_ids text[], p_kinds text[], p_bases bigint[], p_times_ms bigint[],
    p_digests text[], p_salts bytea[], p_bodies bytea[], p_known_types text[], p_known_ids text[],
    out r_epoch integer, out r_before bigint, out r_head bigint, out r_received_ms bigint, out r_receipt_seq bigint,
    out r_held_seqs bigint[], out r_held_states text[], out r_held_codes text[], out r_held_details text[],
    out r_known_types text[], out r_known_ids text[], out r_known_streams text[], out r_known_states bytea[]
)
language plpgsql
-- Planning anew for each length of the arrays costs more than the work itself.
set plan_cache_mode = force_generic_plan
as $function$
declare
    v_count integer := cardinality(p_hashes);
    v_last_seq bigint := p_first_seq + cardinality(p_hashes) - 1;
    v_old integer;
    v_held bigint;
    v_held_head text;
    v_kind text;
    v_revoked_ms bigint;
    v_stream text;
    v_account text;
    v_fork bigint;
begin
    select c.seq into v_held from estafette.device_chain c
        where c.tenant_id = p_tenant_id and c.device_id = p_device_id and c.incarnation = p_incarnation;
    if v_held >= v_last_seq then
        -- All of it is held: nobody needs to wait for that.
        select s.head into r_head from estafette.stream s
            where s.tenant_id = p_tenant_id and s.stream_id = p_stream_id;
        r_before := r_head;
    else
        -- First of all, and held to the commit: "take numbers" and "commit" are one critical section of the stream.
        update estafette.stream set head = head + least(v_count, v_last_seq - coalesce(v_held, 0))
            where tenant_id = p_tenant_id and stream_id = p_stream_id
            returning head into r_head;
    end if;
    if r_head is null then
        raise exception 'no stream' using errcode = 'ES404';
    end if;

    -- A second statement, so it sees what was committed while the first one waited.
    select t.epoch, d.kind, d.revoked_ms, d.stream_id, d.account_id, coalesce(c.seq, 0), c.head
        into r_epoch, v_kind, v_revoked_ms, v_stream, v_account, v_held, v_held_head
        from estafette.device d
        join estafette.tenant t on t.tenant_id = d.tenant_id
        left join estafette.device_chain c
            on c.tenant_id = d.tenant_id and c.device_id = d.device_id and c.incarnation = p_incarnation
        where d.tenant_id = p_tenant_id and d.device_id = p_device_id;
    if v_kind is null then
        raise exception 'unknown' using errcode = 'ES403';
    end if;
    if v_kind = 'agent' and not p_even_revoked then
        if v_revoked_ms is not null then
            raise exception 'revoked' using errcode = 'ES403';
        end if;
        if v_stream <> p_stream_id or v_account <> p_agent then
            raise exception 'moved' using errcode = 'ES403';
        end if;
    end if;
    if p_first_seq > v_held + 1 then
        raise exception 'gap' using errcode = 'ES409', detail = v_held + 1,
            hint = estafette.held_chains(p_tenant_id, p_device_id);
    end if;

    v_old := least(v_held - p_first_seq + 1, v_count);
    if v_old = 0 then
        if p_first_seq > 1 and v_held_head <> p_prev then
            v_fork := p_first_seq - 1;
        end if;
    else
        select min(e.seq) into v_fork from estafette.event e
            where e.tenant_id = p_tenant_id and e.device_id = p_device_id and e.incarnation = p_incarnation
                and e.seq between p_first_seq and p_first_seq + v_old - 1
                and (e.hash <> p_hashes[e.seq - p_first_seq + 1] or (e.seq = p_first_seq and e.prev <> p_prev));
        select array_agg(e.central_seq order by e.seq), array_agg(e.state order by e.seq),
            array_agg(e.code order by e.seq), array_agg(coalesce(k.details, '{}') order by e.seq)
            into r_held_seqs, r_held_states, r_held_codes, r_held_details
            from estafette.event e
            left join estafette.parked k
                on k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
            where e.tenant_id = p_tenant_id and e.device_id = p_device_id and e.incarnation = p_incarnation
                and e.seq between p_first_seq and p_first_seq + v_old - 1;
    end if;
    if v_fork is not null then
        raise exception 'fork' using errcode = 'ES409', detail = v_fork,
            hint = estafette.held_chains(p_tenant_id, p_device_id);
    end if;

    r_received_ms := p_received_ms;
    r_receipt_seq := r_head;
    if v_old < v_count then
        -- What was held already took no number, whatever was thought of it before the head was locked.
        r_before := r_head - (v_count - v_old);
        insert into estafette.event (
            tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent, record_type, record_id,
            kind, base, time_ms, digest, salt, body, received_ms)
        select p_tenant_id, p_stream_id, r_before - v_old + u.n, p_device_id, p_incarnation, p_first_seq + u.n - 1,
            u.prev, u.hash, p_agent, u.record_type, u.record_id, u.kind, u.base, u.time_ms, u.digest, u.salt, u.body,
            p_received_ms
        from unnest(array_prepend(p_prev, p_hashes[:v_count - 1]), p_hashes, p_record_types, p_record_ids, p_kinds,
            p_bases, p_times_ms, p_digests, p_salts, p_bodies)
            with ordinality as u (prev, hash, record_type, record_id, kind, base, time_ms, digest, salt, body, n)
        where u.n > v_old;

        insert into estafette.device_chain as c (tenant_id, device_id, incarnation, seq, head)
        values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_hashes[v_count])
        on conflict (tenant_id, device_id, incarnation) do update set seq = excluded.seq, head = excluded.head;

        select array_agg(r.record_type), array_agg(r.record_id), array_agg(r.stream_id), array_agg(r.state)
            into r_known_types, r_known_ids, r_known_streams, r_known_states
            from unnest(p_known_types, p_known_ids) as k (record_type, record_id)
            -- Kept apart, so that each record is looked up by its key however many the planner expects.
            cross join lateral (
                select * from estafette.record_state s where s.tenant_id = p_tenant_id
                    and s.record_type = k.record_type and s.record_id = k.record_id offset 0
            ) r;
    else
        r_receipt_seq := r_held_seqs[v_count];
    end if;

    insert into estafette.batch_head (
        tenant_id, device_id, incarnation, last_seq, first_seq, head, signature, received_ms, stream_id, central_seq, epoch)
    values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_first_seq, p_hashes[v_count], p_signature,
        p_received_ms, p_stream_id, r_receipt_seq, r_epoch)
    on conflict do nothing;
    if not found then
        select h.received_ms, coalesce(nullif(h.central_seq, 0), r_receipt_seq) into r_received_ms, r_receipt_seq
            from estafette.batch_head h
            where h.tenant_id = p_tenant_id and h.device_id = p_device_id and h.incarnation = p_incarnation
                and h.last_seq = v_last_seq and h.first_seq = p_first_seq and h.epoch = r_epoch;
    end if;
end
$function$;

-- How far each incarnation of a device is held: {"1":20,"2":3}.
create function estafette.held_chains(p_tenant_id integer, p_device_id text) returns text
language sql stable
as $function$
    select coalesce(json_object_agg(c.incarnation::text, c.seq order by c.incarnation), '{}')::text
    from estafette.device_chain c where c.tenant_id = p_tenant_id and c.device_id = p_device_id;
$function$;

-- What a push changes beside the log. Error ES409 'again': another stream made a record of the same identity meanwhile.
create function estafette.write_records(
    p_tenant_id integer, p_stream_id text, p_office_id text,
    p_types text[], p_ids text[], p_seqs bigint[], p_states bytea[], p_agents text[],
    p_created_ms bigint[], p_updated_ms bigint[], p_submitted_ms bigint[], p_decided_ms bigint[], p_contested integer[],
    p_shown text[]
) returns void
language plpgsql
set plan_cache_mode = force_generic_plan
as $function$
declare
    v_done integer;
    v_citizen boolean := 'citizen' = any(p_types);
    v_case boolean := 'case' = any(p_types);
begin
    insert into estafette.record_state as r (
        tenant_id, record_type, record_id, stream_id, central_seq, state, agent, created_ms, updated_ms, submitted_ms)
    select p_tenant_id, u.record_type, u.record_id, p_stream_id, u.central_seq, u.state, u.agent, u.created_ms,
        u.updated_ms, u.submitted_ms
    from unnest(p_types, p_ids, p_seqs, p_states, p_agents, p_created_ms, p_updated_ms, p_submitted_ms)
        as u (record_type, record_id, central_seq, state, agent, created_ms, updated_ms, submitted_ms)
    on conflict (tenant_id, record_type, record_id) do update set central_seq = excluded.central_seq,
        state = excluded.state, agent = coalesce(nullif(excluded.agent, ''), r.agent),
        created_ms = least(r.created_ms, excluded.created_ms), updated_ms = greatest(r.updated_ms, excluded.updated_ms),
        submitted_ms = least(r.submitted_ms, excluded.submitted_ms)
        where r.stream_id = excluded.stream_id;
    get diagnostics v_done = row_count;
    if v_done <> cardinality(p_ids) then
        raise exception 'again' using errcode = 'ES409';
    end if;

    -- p_shown: of each record five texts: a citizen's family name, given names, birth date, search text; a case's procedure,
    -- version, citizen, state, tracking code.
    if v_citizen then
        insert into estafette.citizen as c (tenant_id, citizen_id, stream_id, office_id, family_name, given_names,
            birth_date, search_text, contested, updated_ms)
        select p_tenant_id, u.id, p_stream_id, p_office_id, p_shown[5 * u.n - 4], p_shown[5 * u.n - 3],
            p_shown[5 * u.n - 2], p_shown[5 * u.n - 1], u.contested, u.updated_ms
        from unnest(p_types, p_ids, p_contested, p_updated_ms)
            with ordinality as u (record_type, id, contested, updated_ms, n)
        where u.record_type = 'citizen'
        on conflict (tenant_id, citizen_id) do update set family_name = excluded.family_name,
            given_names = excluded.given_names, birth_date = excluded.birth_date, search_text = excluded.search_text,
            contested = excluded.contested, updated_ms = greatest(c.updated_ms, excluded.updated_ms);
    end if;
    if v_case then
        insert into estafette.case_file as c (tenant_id, case_id, stream_id, office_id, procedure_id, procedure_version,
            citizen_id, agent, state, tracking_code, contested, created_ms, submitted_ms, decided_ms, updated_ms)
        select p_tenant_id, u.id, p_stream_id, p_office_id, p_shown[5 * u.n - 4], p_shown[5 * u.n - 3],
            p_shown[5 * u.n - 2], u.agent, p_shown[5 * u.n - 1], p_shown[5 * u.n], u.contested, u.created_ms,
            u.submitted_ms, u.decided_ms, u.updated_ms
        from unnest(p_types, p_ids, p_agents, p_contested, p_created_ms, p_updated_ms, p_submitted_ms, p_decided_ms)
            with ordinality
            as u (record_type, id, agent, contested, created_ms, updated_ms, submitted_ms, decided_ms, n)
        where u.record_type = 'case'
        on conflict (tenant_id, case_id) do update set procedure_id = excluded.procedure_id,
            procedure_version = excluded.procedure_version, citizen_id = excluded.citizen_id, agent = excluded.agent,
            state = excluded.state, tracking_code = excluded.tracking_code, contested = excluded.contested,
            created_ms = least(c.created_ms, excluded.created_ms),
            submitted_ms = least(c.submitted_ms, excluded.submitted_ms), decided_ms = excluded.decided_ms,
            updated_ms = greatest(c.updated_ms, excluded.updated_ms);
        insert into estafette.tracking (tenant_id, code, case_id)
        select p_tenant_id, p_shown[5 * u.n], u.id
        from unnest(p_types, p_ids) with ordinality as u (record_type, id, n)
        where u.record_type = 'case' and p_shown[5 * u.n] <> ''
        on conflict do nothing;
    end if;
end
$function$;

grant execute on all functions in schema estafette to estafette_app;
