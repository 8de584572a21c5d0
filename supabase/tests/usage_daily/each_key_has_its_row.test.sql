begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(2);

select tests.start(1, 'owner', 'brand');
select tests.start(2);
select tests.price('m');
select tests.act_as('owner');
insert into public.conversation_messages (
  session_id, role, content, provider, model_used, input_tokens, output_tokens,
  cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_usd,
  latency_ms
)
values
  (tests.s(1), 'user', 'a', null, null, null, null, null, null, null, null, null, null),
  (tests.s(1), 'assistant', 'b', 'acme', 'm', 1000, 100, 1, 2, 3, 4, null, 100),
  (tests.s(1), 'assistant', 'c', 'acme', 'm', 1000, 100, 10, 20, 30, 40, 0.5, 200),
  (tests.s(2), 'assistant', 'd', 'acme', 'm', 7, 1, null, null, null, null, 0.25, null),
  (tests.s(1), 'tool', 'e', 'acme', 'x', 9, null, null, null, null, null, null, 0);
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, role, content, provider, model_used, cost_usd)
values (tests.s(1), 'system', 'f', 'acme', 'm', 0.125);
select tests.act_as('owner');
create function pg_temp.lines()
returns setof text
language sql
as $$
  select concat_ws(
    ' ', case u.brand_id when tests.id_of('brand') then 'brand' else 'personal' end,
    u.provider || '/' || u.model, u.reported_by, 'requests', u.requests, 'by role',
    u.user_messages, u.assistant_messages, u.system_messages, u.tool_messages, 'unpriced',
    u.unpriced_requests, u.unpriced_tokens, 'tokens', u.input_tokens, u.output_tokens,
    u.cached_input_tokens, u.cache_write_tokens, u.cache_write_1h_tokens, u.reasoning_tokens,
    u.total_tokens, 'cost', trim_scale(u.cost_usd), trim_scale(u.price_book_cost_usd), 'latency',
    u.latency_ms_sum, u.latency_count
  )
  from public.usage_daily as u
$$;
create temporary table expected (line text);
insert into expected
values
  ('brand / authenticated requests 0 by role 1 0 0 0 unpriced 0 0 tokens 0 0 0 0 0 0 0 '
    'cost 0 0 latency 0 0'),
  ('brand acme/m authenticated requests 2 by role 0 2 0 0 unpriced 0 0 tokens 2000 200 11 22 33 44 '
    '2200 cost 0.503 0.003 latency 300 2'),
  ('personal acme/m authenticated requests 1 by role 0 1 0 0 unpriced 0 0 tokens 7 1 0 0 0 0 8 '
    'cost 0.25 0 latency 0 0'),
  ('brand acme/x authenticated requests 1 by role 0 0 0 1 unpriced 1 9 tokens 9 0 0 0 0 0 9 '
    'cost 0 0 latency 0 1'),
  ('brand acme/m service_role requests 1 by role 0 0 1 0 unpriced 0 0 tokens 0 0 0 0 0 0 0 '
    'cost 0.125 0 latency 0 0');
select bag_eq('select * from pg_temp.lines()', 'select line from expected', 'as written');
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('owner');
select bag_eq('select * from pg_temp.lines()', 'select line from expected', 'as merged');

select * from finish();
rollback;
