begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.start(2, 'other');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, tokens_used, cost_usd
)
values
  (tests.m(1), tests.s(1), 'user', 'a', null, null, null, null),
  (tests.m(2), tests.s(1), 'assistant', 'b', 'acme', 'm', 10, 0.1),
  (tests.m(3), tests.s(1), 'user', 'c', null, null, null, null),
  (tests.m(4), tests.s(1), 'assistant', 'd', 'acme', 'n', 5, 0.25),
  (tests.m(5), tests.s(2), 'user', 'e', null, null, 7, 0.7);
update public.conversation_messages as m
set created_at = e.created_at
from (
  values
    (tests.m(1), '2026-03-01 23:59:59+00'::timestamptz), (tests.m(2), '2026-03-02 00:00+00'),
    (tests.m(3), '2026-03-02 08:00+00'), (tests.m(4), '2026-05-01 09:00+00')
) as e (id, created_at)
where e.id = m.id;
create function pg_temp.activity()
returns text
language sql
as $$
  select string_agg(
    concat_ws(
      ' ', u.user_id = tests.id_of('owner'), u.active_days, u.message_count, u.user_messages,
      u.request_count, u.total_tokens, trim_scale(u.total_cost_usd)
    ),
    ', '
  )
  from public.user_activity_summary as u
$$;
select tests.act_as('owner');
select is(
  pg_temp.activity(), 't 3 4 2 2 15 0.35', 'days, messages, questions, calls, tokens and cost'
);
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.activity(), 't 3 4 2 2 15 0.35', 'deleted messages count');
select results_eq(
  'select first_active_at, last_active_at from public.user_activity_summary',
  $$ values (timestamptz '2026-03-01 23:59:59+00', timestamptz '2026-05-01 09:00+00') $$,
  'first and last message'
);
select tests.act_as('service_role');
select is(
  (
    select count(*) from public.user_activity_summary
    where user_id in (tests.id_of('owner'), tests.id_of('other'))
  ), 2::bigint, 'service_role sees a row for each'
);
select public.record_usage(
  gen_random_uuid(), tests.id_of('owner'), p_provider => 'acme', p_cost_usd => 1, p_used_at => '2026-04-04'
);
select is(
  (select active_days from public.user_activity_summary where user_id = tests.id_of('owner')), 3::bigint,
  'a day without a message is not active'
);
select tests.act_as('brand_owner');
select is_empty('select * from public.user_activity_summary', 'who did nothing has none');
select tests.act_as('anon');
select is(
  tests.error_of('select count(*) from public.user_activity_summary'), '42501', 'anon may not ask'
);

select * from finish();
rollback;
