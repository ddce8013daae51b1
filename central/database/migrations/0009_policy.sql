-- How long the agents concerned settle contested fields by themselves before the supervisor is asked: the organisation's
-- policy, in working days.
alter table estafette.tenant add column settle_delay_days integer not null default 3
    check (settle_delay_days between 0 and 60);
