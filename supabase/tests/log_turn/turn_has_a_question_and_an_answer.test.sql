begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(p_arguments text)
returns text
language sql
as $$
  select tests.error_of(format('select public.log_turn(%L, %s)', tests.s(1), p_arguments))
$$;
select is(
  pg_temp.turn(format('%L, %L', tests.m(1), 'q')), 'PT400 INVALID_ARGUMENT', 'no answer'
);
select is(
  pg_temp.turn(format('%L, null, %L', tests.m(1), 'a')), 'PT400 INVALID_ARGUMENT', 'no question'
);
select is(pg_temp.turn('null, $$q$$, $$a$$'), 'PT400 INVALID_ARGUMENT', 'no id');
select is(tests.tree_of(1), 'empty | shown none | branches 0', 'nothing is written');
select is(
  pg_temp.turn(format('%L, %L, %L', tests.m(1), '', '')), 'ok', 'empty ones are there'
);
select is(
  pg_temp.turn(format('%L, %L, p_tool_calls => %L', tests.m(2), 'q', '[]')), 'ok',
  'tool calls are an answer'
);
select is(
  pg_temp.turn(format('%L, %L, p_error_message => %L', tests.m(3), 'q', 'x')), 'ok', 'so is an error'
);
select is(tests.counters_of(1), 'messages 6, tokens 0, cost 0, last 6', 'three turns');

select * from finish();
rollback;
