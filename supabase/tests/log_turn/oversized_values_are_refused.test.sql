begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(14);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(p_question text, p_answer text, p_more text default '')
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L %s)', tests.s(1), gen_random_uuid(), p_question, p_answer,
    p_more
  ))
$$;
select is(pg_temp.turn(repeat('x', 1048577), 'a'), 'PT413 TOO_LARGE', 'a question over 1 MiB');
select is(pg_temp.turn('q', repeat('x', 1048577)), 'PT413 TOO_LARGE', 'an answer over 1 MiB');
select is(
  pg_temp.turn('q', 'a', format(', p_error_message => %L', repeat('x', 1048577))), 'PT413 TOO_LARGE',
  'an error over 1 MiB'
);
select is(
  pg_temp.turn('q', 'a', format(', p_metadata => %L', jsonb_build_object('a', repeat('x', 262144)))),
  'PT413 TOO_LARGE', 'metadata over 256 KiB'
);
select is(
  pg_temp.turn('q', 'a', format(', p_tool_calls => %L', jsonb_build_array(repeat('x', 262144)))),
  'PT413 TOO_LARGE', 'tool calls over 256 KiB'
);
select is(
  pg_temp.turn('q', 'a', format(', p_metadata => %L', '{"a": 1e400}')), 'PT413 TOO_LARGE',
  'a number that no double holds, in metadata'
);
select is(
  pg_temp.turn('q', 'a', format(', p_tool_calls => %L', '[1e400]')), 'PT413 TOO_LARGE',
  'in tool calls'
);
select is(
  pg_temp.turn('q', 'a', format(', %I => %L', n.name, repeat('x', 1025))), 'PT413 TOO_LARGE',
  n.name || ' over 1 KiB'
)
from unnest(array['p_provider', 'p_model_used', 'p_service_tier', 'p_finish_reason', 'p_mood'])
  as n (name);
select is(tests.tree_of(1), 'empty | shown none | branches 0', 'nothing is written, not half a turn');
select is(pg_temp.turn(repeat('x', 1048576), repeat('x', 1048576)), 'ok', 'just 1 MiB');

select * from finish();
rollback;
