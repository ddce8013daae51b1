-- The hot path: one call appends one device's consecutive events to one stream.
--
-- The stream's head row is locked by the first statement and held to the commit, so "take numbers" and "commit" are one
-- critical section of the stream: no reader can ever see a number above one that is still to be committed. The insert is a
-- second statement, so it sees rows that were committed while the first one waited. Numbers of events that were already
-- held are burnt: holes stay holes.
--
-- Errors: ES404 no such stream; ES409 with message 'gap' (detail: the number expected) or 'fork' (detail: the first
-- number at which the device's history differs from the one held). Nothing is written then.
create function estafette.push(
    p_tenant_id integer, p_stream_id text, p_device_id text, p_incarnation integer, p_agent text,
    p_first_seq bigint, p_received_ms bigint, p_signature text,
    p_prevs text[], p_hashes text[], p_record_types text[], p_record_ids text[], p_kinds text[],
    p_bases bigint[], p_times_ms bigint[], p_digests text[], p_salts bytea[], p_bodies bytea[]
) returns table (r_seq bigint, r_central_seq bigint, r_inserted boolean, r_state text, r_code text, r_details text)
language plpgsql
as $function$
declare
    v_count integer := cardinality(p_hashes);
    v_last_seq bigint := p_first_seq + cardinality(p_hashes) - 1;
    v_head bigint;
    v_held bigint;
    v_fork bigint;
begin
    update estafette.stream set head = head + v_count
        where tenant_id = p_tenant_id and stream_id = p_stream_id
        returning head into v_head;
    if v_head is null then
        raise exception 'no stream' using errcode = 'ES404';
    end if;

    select c.seq into v_held from estafette.device_chain c
        where c.tenant_id = p_tenant_id and c.device_id = p_device_id and c.incarnation = p_incarnation;
    if p_first_seq > coalesce(v_held, 0) + 1 then
        raise exception 'gap' using errcode = 'ES409', detail = coalesce(v_held, 0) + 1;
    end if;
    if p_first_seq > 1 and not exists (
        select 1 from estafette.event e
        where e.tenant_id = p_tenant_id and e.device_id = p_device_id and e.incarnation = p_incarnation
            and e.seq = p_first_seq - 1 and e.hash = p_prevs[1]
    ) then
        raise exception 'fork' using errcode = 'ES409', detail = p_first_seq - 1;
    end if;

    insert into estafette.event (
        tenant_id, stream_id, central_seq, device_id, incarnation, seq, prev, hash, agent, record_type, record_id,
        kind, base, time_ms, digest, salt, body, received_ms)
    select p_tenant_id, p_stream_id, v_head - v_count + u.n, p_device_id, p_incarnation, p_first_seq + u.n - 1,
        u.prev, u.hash, p_agent, u.record_type, u.record_id, u.kind, u.base, u.time_ms, u.digest, u.salt, u.body,
        p_received_ms
    from unnest(p_prevs, p_hashes, p_record_types, p_record_ids, p_kinds, p_bases, p_times_ms, p_digests, p_salts, p_bodies)
        with ordinality as u (prev, hash, record_type, record_id, kind, base, time_ms, digest, salt, body, n)
    on conflict (tenant_id, device_id, incarnation, seq) do nothing;

    select min(e.seq) into v_fork
        from estafette.event e
        where e.tenant_id = p_tenant_id and e.device_id = p_device_id and e.incarnation = p_incarnation
            and e.seq between p_first_seq and v_last_seq and e.hash <> p_hashes[e.seq - p_first_seq + 1];
    if v_fork is not null then
        raise exception 'fork' using errcode = 'ES409', detail = v_fork;
    end if;

    insert into estafette.batch_head (
        tenant_id, device_id, incarnation, last_seq, first_seq, head, signature, received_ms)
    values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_first_seq, p_hashes[v_count], p_signature, p_received_ms)
    on conflict do nothing;

    insert into estafette.device_chain as c (tenant_id, device_id, incarnation, seq, head)
    values (p_tenant_id, p_device_id, p_incarnation, v_last_seq, p_hashes[v_count])
    on conflict (tenant_id, device_id, incarnation) do update set seq = excluded.seq, head = excluded.head
    where excluded.seq > c.seq;

    return query
        select e.seq, e.central_seq, e.central_seq > v_head - v_count and e.stream_id = p_stream_id, e.state, e.code,
            coalesce(k.details, '{}')
        from estafette.event e
        left join estafette.parked k
            on k.tenant_id = e.tenant_id and k.stream_id = e.stream_id and k.central_seq = e.central_seq
        where e.tenant_id = p_tenant_id and e.device_id = p_device_id and e.incarnation = p_incarnation
            and e.seq between p_first_seq and v_last_seq
        order by e.seq;
end
$function$;
