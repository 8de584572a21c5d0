begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
insert into public.conversation_messages (
  id, session_id, user_id, sequence_order, role, content, provider, model_used, tokens_used,
  cost_source, created_at
)
select
  tests.m(i), tests.s(1), tests.id_of('owner'), i, 'assistant', 'a', 'acme', 'm', 5, 'unpriced',
  '2026-05-01 12:00+00'::timestamptz + i * interval '1 day'
from generate_series(1, 3) as i;
select tests.act_as('service_role');
create function pg_temp.days()
returns text
language sql
as $$
  select concat_ws(' ', u.request_count, u.first_day, u.last_day)
  from public.unpriced_usage as u
  where u.model_used = 'm'
$$;
select is(pg_temp.days(), '3 2026-05-02 2026-05-04', 'three days');
update public.conversation_messages set model_used = 'n' where id in (tests.m(1), tests.m(3));
select is(
  pg_temp.days(), '1 2026-05-03 2026-05-03', 'two of them were days of another model, it turns out'
);

select * from finish();
rollback;
