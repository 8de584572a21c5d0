begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(i), tests.s(1), 'user', 'a' from generate_series(1, 3) as i;
update public.conversation_messages as m
set created_at = e.created_at
from (
  values
    (tests.m(1), '2026-03-01 23:59:59.999999+00'::timestamptz),
    (tests.m(2), '2026-03-02 00:00:00+00'), (tests.m(3), '2026-03-02 23:59:59.999999+00')
) as e (id, created_at)
where e.id = m.id;
select tests.act_as('owner');
create function pg_temp.days()
returns text
language sql
as $$
  select string_agg(concat_ws(' ', u.day, u.user_messages), ', ' order by u.day)
  from public.usage_daily as u
$$;
set local timezone = 'Pacific/Kiritimati';
select is(pg_temp.days(), '2026-03-01 1, 2026-03-02 2', 'read 14 hours ahead of UTC');
set local timezone = 'Pacific/Pago_Pago';
select is(pg_temp.days(), '2026-03-01 1, 2026-03-02 2', 'read 11 hours behind');
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('owner');
set local timezone = 'UTC';
select is(pg_temp.days(), '2026-03-01 1, 2026-03-02 2', 'merged 11 hours behind');

select * from finish();
rollback;
