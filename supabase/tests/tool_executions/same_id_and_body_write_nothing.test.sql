begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(10);

select tests.start(1);
select tests.start(2);
select tests.fill(1, 1);
select tests.start(4, 'other');
select tests.act_as('owner');
select is(tests.run(1, 1, '{"tokens_used": 5, "input": "{\"a\": 1}"}'), 'ok', 'a run');
select is(tests.run(1, 1, '{"tokens_used": 5, "input": "{ \"a\":1 }"}'), 'ok', 'the same again');
select tests.did(tests.set_run(1, $$ status = 'completed', output = '[]' $$));
select is(
  tests.run(1, 1, '{"tokens_used": 5, "input": "{\"a\": 1}"}'), 'ok', 'and once it has gone on'
);
select is(tests.tokens_of(1), 5::bigint, 'counted once');
select is(
  (select count(*) || ' ' || min(status::text) from public.tool_executions), '1 completed', 'stored once'
);
select is(
  tests.run(2, 1, '{"tokens_used": 5, "input": "{\"a\": 1}"}'), 'PT409 IDEMPOTENCY_MISMATCH',
  'another session'
);
create temporary table bodies (more jsonb);
insert into bodies (more)
values
  ('{"tool_name": "fetch"}'), ('{"tool_type": "mcp"}'), ('{"tool_call_id": "call_1"}'),
  ('{"input": "{\"a\": 2}"}'), ('{"output": "[]"}'), ('{"status": "running"}'),
  ('{"execution_time_ms": 1}'), ('{"tokens_used": 6}'), ('{"error": "no"}'),
  (jsonb_build_object('message_id', tests.m(1)));
select is_empty(
  $$
    select b.more, a.answer
    from bodies as b
    cross join lateral (
      select tests.run(1, 1, '{"tokens_used": 5, "input": "{\"a\": 1}"}' || b.more) as answer
    ) as a
    where a.answer <> 'PT409 IDEMPOTENCY_MISMATCH'
  $$,
  'another value in any column'
);
with twice as (
  insert into public.tool_executions (id, session_id, tool_name, tokens_used)
  values (tests.t(2), tests.s(1), 'a', 1), (tests.t(2), tests.s(1), 'a', 1)
  on conflict (id) do nothing
  returning id
)
select is((select count(*) from twice), 1::bigint, 'twice in a statement');
select is(tests.tokens_of(1), 6::bigint, 'is counted once');
select tests.act_as('other');
select is(tests.run(4, 1), 'PT409 IDEMPOTENCY_MISMATCH', 'somebody else''s id');

select * from finish();
rollback;
