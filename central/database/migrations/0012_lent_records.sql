-- Which state of a lent record its readers were last fed: its number in the stream where it lives. Zero: none that counts.
alter table estafette.shared_record add column fed_seq bigint not null default 0;
