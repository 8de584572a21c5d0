begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

select tests.start(1);
select tests.start(2, 'other');
-- With a place and a time of their own, as only the owner of the table writes.
insert into public.conversation_messages (
  id, session_id, user_id, sequence_order, role, content, provider, model_used, tokens_used, cost_usd,
  cost_source, created_at
)
select
  tests.m(v.n), tests.s(v.s), tests.id_of(case v.s when 1 then 'owner' else 'other' end), v.n, v.role,
  'a', v.provider, v.model, v.tokens, v.cost_usd, v.cost_source, v.created_at
from (
  values
    (1, 1, 'assistant'::public.message_role, 'acme', 'm', 10, null::numeric,
      'unpriced'::public.cost_source, '2025-01-01 00:00+00'::timestamptz),
    (2, 1, 'assistant', 'acme', 'm', 20, null, 'unpriced', '2026-05-01 12:00+00'),
    (3, 1, 'assistant', 'acme', 'm', 40, 0.1, 'reported', '2026-05-01 12:00+00'),
    (4, 1, 'assistant', 'acme', 'known', 80, 0.1, 'reported', '2026-05-01 12:00+00'),
    (5, 1, 'assistant', null, null, 7, null, 'unpriced', '2026-05-01 12:00+00'),
    (6, 1, 'user', null, null, null, null, 'none', '2026-05-01 12:00+00'),
    (7, 2, 'assistant', 'acme', 'm', 100, null, 'unpriced', '2026-05-01 12:00+00')
) as v (n, s, role, provider, model, tokens, cost_usd, cost_source, created_at);
update public.conversation_messages set input_tokens = tokens_used where provider = 'acme';
create function pg_temp.unpriced()
returns setof text
language sql
as $$
  select concat_ws(
    ' ', u.provider || '/' || u.model_used, u.request_count, u.total_tokens, u.first_day, u.last_day
  )
  from public.unpriced_usage as u
  order by u.provider
$$;
create temporary table expected (line text, place integer);
insert into expected
values ('/ 1 7 2026-05-01 2026-05-01', 1), ('acme/m 2 30 2025-01-01 2026-05-01', 2);
grant select on expected to authenticated;
select tests.act_as('owner');
select results_eq(
  'select * from pg_temp.unpriced()', 'select line from expected order by place',
  'calls without a cost, their tokens, and their days, however long ago'
);
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('owner');
select results_eq(
  'select * from pg_temp.unpriced()', 'select line from expected order by place', 'merged'
);
delete from public.conversation_messages where id = tests.m(1);
select results_eq(
  'select * from pg_temp.unpriced()', 'select line from expected order by place',
  'deleted messages count'
);
select tests.act_as('service_role');
select is(
  (select u.request_count from public.unpriced_usage as u where u.provider = 'acme'), 3::bigint,
  'service_role sees everybody''s'
);
select tests.price('m');
select public.reprice_messages('2025-01-01 00:00+00', '2027-01-01 00:00+00');
select is_empty(
  $$ select * from public.unpriced_usage as u where u.provider = 'acme' $$,
  'a price is also that of what is deleted'
);
select tests.act_as('other');
select is_empty('select * from public.unpriced_usage', 'and who deleted nothing has none left');
select tests.act_as('anon');
select is(
  tests.error_of('select count(*) from public.unpriced_usage'), '42501', 'anon may not ask'
);
select is(tests.ledger(false), 'daily exact, totals exact', 'the ledger agrees');

select * from finish();
rollback;
