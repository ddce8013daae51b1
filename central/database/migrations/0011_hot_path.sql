-- The hot path again, in fewer statements. The functions before stay for a service of the version before, still at work while
-- this is applied; a later migration drops them.

-- When a backup last covered something of the tenant's: devices are asked about only when that is news to them.
alter table estafette.tenant add column covered_ms bigint not null default 0;
update estafette.tenant t set covered_ms = b.newest
    from (select tenant_id, max(backup_ms) as newest from estafette.backed_up group by tenant_id) b
    where b.tenant_id = t.tenant_id;

-- The time of the stream's newest receipt: whatever the clock of the service does, receipts never go back.
alter table estafette.stream add column last_receipt_ms bigint not null default 0;

-- One call appends one device's consecutive events to one stream.
--
-- The first write is that of the stream's head row, held to the commit: "take numbers" and "commit" are one critical section.
-- What was read of the device before it holds if the head had not moved until then, and is read again if it had. Whoever
-- pushes for the device through another stream at the same time is found out by the chain, whose row only moves on from
-- where it was seen.
--
-- Errors, with nothing written: ES403 'unknown', 'revoked' or 'moved' (another stream or agent by now); ES404 no such
-- stream; ES409 'gap' (the number expected) or 'fork' (where the histories part), with how far each incarnation is held,
-- or 'again'.
create function estafette.take_batch(
    p_tenant_id integer, p_stream_id text, p_device_id text, p_incarnation integer, p_agent text, p_even_revoked boolean,
    p_first_seq bigint, p_prev text, p_received_ms bigint, p_signature text,
    p_hashes text[], p_record_types text[], p_record_ids text[], p_kinds text[], p_bases bigint[], p_times_ms bigint[],
    p_digests text[], p_salts bytea[], p_bodies bytea[], p_known_types text[], p_known_ids text[],
    out r_epoch integer, out r_covered_ms bigint, out r_before bigint, out r_head bigint, out r_received_ms bigint,
    out r_receipt_seq bigint,
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
    v_seen bigint;
    v_held bigint;
    v_held_head text;
    v_kind text;
    v_revoked_ms bigint;
    v_stream text;
    v_account text;
    v_fork bigint;
begin
    for v_look in 1..2 loop
        select t.epoch, t.covered_ms, s.head, d.kind, d.revoked_ms, d.stream_id, d.account_id, coalesce(c.seq, 0), c.head
            into r_epoch, r_covered_ms, v_seen, v_kind, v_revoked_ms, v_stream, v_account, v_held, v_held_head
            from estafette.device d
            join estafette.tenant t on t.tenant_id = d.tenant_id
            left join estafette.stream s on s.tenant_id = d.tenant_id and s.stream_id = p_stream_id
            left join estafette.device_chain c
                on c.tenant_id = d.tenant_id and c.device_id = d.device_id and c.incarnation = p_incarnation
            where d.tenant_id = p_tenant_id and d.device_id = p_device_id;
        if v_look = 1 then
            if v_held >= v_last_seq then
                -- All of it is held: nobody needs to wait for that.
                r_head := v_seen;
                exit;
            end if;
            update estafette.stream s set head = s.head + least(v_count, v_last_seq - v_held),
                last_receipt_ms = greatest(s.last_receipt_ms, p_received_ms)
                where s.tenant_id = p_tenant_id and s.stream_id = p_stream_id
                returning s.head, s.last_receipt_ms into r_head, r_received_ms;
            -- Nobody pushed between the two: what was read is what is.
            exit when r_head is null or r_head = v_seen + least(v_count, v_last_seq - v_held);
            -- Else a second look, which sees what was committed while this one waited.
        end if;
    end loop;
    if v_kind is null then
        raise exception 'unknown' using errcode = 'ES403';
    end if;
    if r_head is null then
        raise exception 'no stream' using errcode = 'ES404';
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

    r_receipt_seq := r_head;
    if v_old < v_count then
        -- Numbers that were taken for what turned out to be held already are burnt.
        r_before := r_head - (v_count - v_old);
        if v_held = 0 then
            insert into estafette.device_chain as c (tenant_id, device_id, incarnation, seq, head)
            values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_hashes[v_count])
            on conflict (tenant_id, device_id, incarnation) do update set seq = excluded.seq, head = excluded.head
                where c.seq = 0;
        else
            update estafette.device_chain c set seq = v_last_seq, head = p_hashes[v_count]
                where c.tenant_id = p_tenant_id and c.device_id = p_device_id and c.incarnation = p_incarnation
                    and c.seq = v_held;
        end if;
        if not found then
            raise exception 'again' using errcode = 'ES409';
        end if;

        insert into estafette.event (
            tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent, record_type, record_id,
            kind, base, time_ms, digest, salt, body, received_ms)
        select p_tenant_id, p_stream_id, r_before - v_old + u.n, p_device_id, p_incarnation, p_first_seq + u.n - 1,
            u.prev, u.hash, p_agent, u.record_type, u.record_id, u.kind, u.base, u.time_ms, u.digest, u.salt, u.body,
            r_received_ms
        from unnest(array_prepend(p_prev, p_hashes[:v_count - 1]), p_hashes, p_record_types, p_record_ids, p_kinds,
            p_bases, p_times_ms, p_digests, p_salts, p_bodies)
            with ordinality as u (prev, hash, record_type, record_id, kind, base, time_ms, digest, salt, body, n)
        where u.n > v_old;

        select array_agg(r.record_type), array_agg(r.record_id), array_agg(r.stream_id), array_agg(r.state)
            into r_known_types, r_known_ids, r_known_streams, r_known_states
            from unnest(p_known_types, p_known_ids) as k (record_type, record_id)
            -- Kept apart, so that each record is looked up by its key however many the planner expects.
            cross join lateral (
                select * from estafette.record_state s where s.tenant_id = p_tenant_id
                    and s.record_type = k.record_type and s.record_id = k.record_id offset 0
            ) r;
    else
        r_before := r_head;
        r_receipt_seq := r_held_seqs[v_count];
        if r_received_ms is null then
            select s.last_receipt_ms into r_received_ms from estafette.stream s
                where s.tenant_id = p_tenant_id and s.stream_id = p_stream_id;
            r_received_ms := greatest(r_received_ms, p_received_ms);
        end if;
    end if;

    insert into estafette.batch_head (
        tenant_id, device_id, incarnation, last_seq, first_seq, head, signature, received_ms, stream_id, central_seq, epoch)
    values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_first_seq, p_hashes[v_count], p_signature,
        r_received_ms, p_stream_id, r_receipt_seq, r_epoch)
    on conflict do nothing;
    if not found then
        select h.received_ms, coalesce(nullif(h.central_seq, 0), r_receipt_seq) into r_received_ms, r_receipt_seq
            from estafette.batch_head h
            where h.tenant_id = p_tenant_id and h.device_id = p_device_id and h.incarnation = p_incarnation
                and h.last_seq = v_last_seq and h.first_seq = p_first_seq and h.epoch = r_epoch;
    end if;
end
$function$;

-- What a push changes beside the log. Error ES409 'again': another stream made a record of the same identity meanwhile.
create function estafette.write_batch(
    p_tenant_id integer, p_stream_id text, p_office_id text,
    p_types text[], p_ids text[], p_seqs bigint[], p_states bytea[], p_agents text[],
    p_created_ms bigint[], p_updated_ms bigint[], p_submitted_ms bigint[], p_decided_ms bigint[], p_contested integer[],
    p_shown text[], p_coded boolean
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
    -- version, citizen, state, tracking code. p_coded: some case has one.
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
        if p_coded then
            insert into estafette.tracking (tenant_id, code, case_id)
            select p_tenant_id, p_shown[5 * u.n], u.id
            from unnest(p_types, p_ids) with ordinality as u (record_type, id, n)
            where u.record_type = 'case' and p_shown[5 * u.n] <> ''
            on conflict do nothing;
        end if;
    end if;
end
$function$;

grant execute on all functions in schema estafette to estafette_app;
-- A service that logs in for itself looks whether its owner has brought the schema to its version.
grant select on estafette.migration to estafette_app;
-- What leads to a tenant is copied to every node of a distributed database: written once and never changed.
revoke update on estafette.directory from estafette_app;
