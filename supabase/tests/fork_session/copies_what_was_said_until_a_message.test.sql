begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(9);

select tests.start(1, 'owner', 'brand');
select tests.price('m');
update public.conversation_sessions
set title = 'T', description = 'D', agent_type = 'a', context = '{"c": 1}', settings = '{"s": 1}',
  metadata = '{"m": 1}', language = 'english', state = 'gathering';
select tests.act_as('owner');
select tests.append(
  1,
  jsonb_build_array(
    tests.msg(1, '{"mood": "x", "metadata": {"k": 1}}'),
    tests.msg(2, '{"role": "assistant", "provider": "acme", "model_used": "m", "input_tokens": 1000,
      "latency_ms": 5, "tool_calls": [{"id": "c"}], "parts": [{"type": "text"}]}'),
    tests.msg(3)
  )
);
select tests.append(1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(2)))));
create temporary table forked as select f.* from public.fork_session(tests.s(1), tests.m(3)) as f;
select results_eq(
  $$
    select f.title, f.description, f.agent_type, f.context, f.settings, f.language, f.state::text,
      f.brand_id = tests.id_of('brand'), f.user_id = tests.id_of('owner'), f.metadata - 'forked_from',
      f.metadata -> 'forked_from' ->> 'message_id' = tests.m(3)::text,
      f.metadata -> 'forked_from' ->> 'session_id' = tests.s(1)::text
    from forked as f
  $$,
  $$
    values ('T', 'D', 'a', '{"c": 1}'::jsonb, '{"s": 1}'::jsonb, 'english', 'initial', true, true,
      '{"m": 1}'::jsonb, true, true)
  $$, 'a new session like the old one'
);
select results_eq(
  $$
    select h.sequence_order, h.role::text, h.content, h.mood, h.metadata, h.tool_calls, h.parts,
      h.provider, h.tokens_used, h.cost_usd, h.cost_source::text, h.reported_by::text, h.latency_ms
    from forked as f cross join lateral public.get_conversation_history(f.id) as h
  $$,
  $$
    values
      (1, 'user', 'm1', 'x', '{"k": 1}'::jsonb, null::jsonb, null::jsonb, null, null::integer,
        null::numeric, 'none', 'authenticated', null::integer),
      (2, 'assistant', 'm2', null, '{}', '[{"id": "c"}]', '[{"type": "text"}]', 'acme', null, null,
        'none', 'authenticated', null),
      (3, 'user', 'm3', null, '{}', null, null, null, null, null, 'none', 'authenticated', null)
  $$, 'the path to the message, without its cost'
);
select is(
  (
    select count(*)
    from forked as f
    join public.conversation_messages as m on m.session_id = f.id
    where m.id in (select o.id from public.conversation_messages as o where o.session_id = tests.s(1))
  ), 0::bigint, 'under ids of its own'
);
select results_eq(
  'select f.message_count, f.last_sequence, f.total_cost_usd, f.branch_count from forked as f',
  $$ values (3, 3, 0::numeric, 0) $$, 'counted'
);
select is(
  tests.tree_of(1), '1 2<1 3<2 4<2 | shown 4 | branches 1', 'the old session is as it was'
);
select is(
  (select count(*) from public.fork_session(tests.s(1)) as f where f.message_count = 3), 1::bigint,
  'without a message: the shown branch'
);
select is((public.fork_session(tests.s(1), p_title => 'U')).title, 'U', 'with a title');
select tests.act_as('service_role');
select is(
  (public.fork_session(tests.s(1))).user_id, tests.id_of('owner'), 'by the server, for its user'
);
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
