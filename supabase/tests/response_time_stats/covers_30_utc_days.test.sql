begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
insert into public.conversation_messages (id, session_id, role, content, provider, latency_ms)
select tests.m(i), tests.s(1), 'assistant', 'a', 'p' || i, 5 from generate_series(1, 5) as i;
-- Midnight UTC today, whatever the time zone of the session.
update public.conversation_messages as m
set created_at = (date_trunc('day', now() at time zone 'utc') + e.shift) at time zone 'utc'
from (
  values
    (tests.m(1), interval '-29 days'),
    (tests.m(2), interval '-29 days -1 microsecond'),
    (tests.m(3), interval '-30 days'),
    (tests.m(4), interval '-28 days'),
    (tests.m(5), interval '0')
) as e (id, shift)
where e.id = m.id;
select tests.act_as('owner');
create function pg_temp.providers()
returns text
language sql
as $$ select string_agg(provider, ' ' order by provider) from public.response_time_stats $$;
select is(pg_temp.providers(), 'p1 p4 p5', 'from midnight 29 days ago to today');
set local timezone = 'Pacific/Kiritimati';
select is(pg_temp.providers(), 'p1 p4 p5', 'the same 14 hours ahead of UTC');
set local timezone = 'Pacific/Pago_Pago';
select is(pg_temp.providers(), 'p1 p4 p5', 'and 11 hours behind');
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('service_role');
select is(pg_temp.providers(), 'p1 p4 p5', 'everybody''s, merged');

select * from finish();
rollback;
