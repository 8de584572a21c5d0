begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.start(1, 'owner', 'brand');
select tests.start(2, 'brand_member', 'brand');
select tests.start(3, 'owner');
select tests.start(4, 'other', 'other_brand');
select tests.price('m');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, output_tokens, cost_usd,
  latency_ms, error_message
)
values
  (tests.m(1), tests.s(1), 'user', 'a', null, null, null, null, null, null, null),
  (tests.m(2), tests.s(1), 'assistant', 'b', 'acme', 'm', 1000, 100, null, 100, null),
  (tests.m(3), tests.s(2), 'assistant', 'c', 'acme', 'm', 10, 1, 0.5, 201, 'x'),
  (tests.m(4), tests.s(2), 'assistant', 'd', 'acme', 'n', 5, null, null, null, null),
  (tests.m(5), tests.s(3), 'assistant', 'personal', 'acme', 'm', 7, 7, 7, 7, null),
  (tests.m(6), tests.s(4), 'assistant', 'elsewhere', 'acme', 'm', 9, 9, 9, 9, null),
  (tests.m(7), tests.s(1), 'assistant', 'later', 'acme', 'm', null, null, 0.25, null, null);
update public.conversation_messages
set created_at = case when id = tests.m(7) then '2026-05-02 00:00+00'::timestamptz
  else '2026-05-01 23:59:59+00' end
where session_id in (tests.s(1), tests.s(2), tests.s(3), tests.s(4));
select tests.act_as('brand_member');
insert into public.conversation_messages (id, session_id, role, content, provider, model_used, cost_usd)
values (tests.m(8), tests.s(2), 'assistant', 'claim', 'acme', 'm', 5);
select tests.act_as('postgres');
update public.conversation_messages set created_at = '2026-05-02 12:00+00' where id = tests.m(8);
create function pg_temp.usage()
returns setof text
language sql
as $$
  select concat_ws(
    ' ', u.day, u.provider || '/' || u.model, 'requests', u.request_count, 'errors', u.error_count,
    'messages', u.message_count, 'unpriced', u.unpriced_requests, 'tokens', u.input_tokens,
    u.output_tokens, u.total_tokens, 'cost', trim_scale(u.total_cost_usd), 'claimed',
    trim_scale(u.claimed_cost_usd), 'latency', coalesce(u.avg_latency_ms::text, 'unknown'),
    u.p95_latency_ms
  )
  from public.get_brand_usage(tests.id_of('brand'), '2026-05-01', '2026-05-02') as u
$$;
create temporary table expected (line text, place integer);
insert into expected
values
  ('2026-05-01 / requests 0 errors 0 messages 1 unpriced 0 tokens 0 0 0 cost 0 claimed 0 '
    'latency unknown', 1),
  ('2026-05-01 acme/m requests 2 errors 1 messages 2 unpriced 0 tokens 1010 101 1111 cost 0.503 '
    'claimed 0 latency 150.50 206', 2),
  ('2026-05-01 acme/n requests 1 errors 0 messages 1 unpriced 1 tokens 5 0 5 cost 0 claimed 0 '
    'latency unknown', 3),
  ('2026-05-02 acme/m requests 2 errors 0 messages 2 unpriced 0 tokens 0 0 0 cost 5.25 claimed 5 '
    'latency unknown', 4);
grant select on expected to authenticated, service_role;
select tests.act_as('brand_analyst');
select results_eq(
  'select * from pg_temp.usage()', 'select line from expected order by place',
  'by day, provider and model, with what users claim apart'
);
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('brand_analyst');
select results_eq(
  'select * from pg_temp.usage()', 'select line from expected order by place', 'merged'
);
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
delete from public.conversation_messages where session_id = tests.s(2);
select tests.act_as('service_role');
select results_eq(
  'select * from pg_temp.usage()', 'select line from expected order by place',
  'a user who goes and messages that go leave it as it was'
);
select is_empty(
  $$ select * from public.get_brand_usage(tests.id_of('brand'), '2026-05-03', '2026-05-04') $$,
  'nothing on other days'
);

select * from finish();
rollback;
