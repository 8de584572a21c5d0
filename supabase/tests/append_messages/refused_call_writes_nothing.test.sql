-- The second message of each call is at fault; the first would have been stored.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.start(2);
select tests.append(2, jsonb_build_array(tests.msg(9)));
select tests.act_as('owner');
create function pg_temp.sent(p_more jsonb)
returns text
language sql
as $$
  select tests.append_error(
    1, jsonb_build_array(tests.msg(1, '{"tokens_used": 5}'), tests.msg(2, p_more))
  ) || ' | ' || tests.counters_of(1)
$$;
select is(
  pg_temp.sent('{"tokens_used": -1}'), '23514 | messages 0, tokens 0, cost 0, last 0',
  'by a constraint'
);
select is(
  pg_temp.sent(jsonb_build_object('content', repeat('x', 1048577))),
  'PT413 TOO_LARGE | messages 0, tokens 0, cost 0, last 0', 'by a limit'
);
select is(
  pg_temp.sent(jsonb_build_object('metadata', jsonb_build_object('a', repeat('x', 262136)))),
  'PT413 TOO_LARGE | messages 0, tokens 0, cost 0, last 0', 'by the limit of JSON'
);
select is(
  pg_temp.sent(jsonb_build_object('parent', tests.m(9))),
  'PT404 MESSAGE_NOT_FOUND | messages 0, tokens 0, cost 0, last 0', 'by its parent'
);
select is(
  pg_temp.sent(jsonb_build_object('id', tests.m(9))),
  'PT409 IDEMPOTENCY_MISMATCH | messages 0, tokens 0, cost 0, last 0', 'by its id'
);
select is(
  pg_temp.sent('{"cost_usd": "x"}'),
  'PT400 INVALID_ARGUMENT | messages 0, tokens 0, cost 0, last 0', 'by a type'
);
select is(pg_temp.sent('{}'), 'ok | messages 2, tokens 5, cost 0, last 2', 'without a fault');
select is(
  pg_temp.sent('{"tokens_used": 1}'),
  'PT409 IDEMPOTENCY_MISMATCH | messages 2, tokens 5, cost 0, last 2', 'by another body'
);

select * from finish();
rollback;
