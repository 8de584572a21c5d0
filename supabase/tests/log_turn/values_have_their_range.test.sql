begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(p_argument text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L, %I => %L)', tests.s(1), gen_random_uuid(), 'q', 'a',
    p_argument, p_value
  ))
$$;
select is(pg_temp.turn(a.name, '-1'), '23514', a.name || ' -1')
from unnest(array[
  'p_tokens_used', 'p_input_tokens', 'p_output_tokens', 'p_cached_input_tokens', 'p_latency_ms',
  'p_time_to_first_token_ms', 'p_cost_usd'
]) as a (name);
select is(pg_temp.turn('p_cost_usd', 'NaN'), '23514', 'p_cost_usd NaN');
select is(pg_temp.turn('p_cost_usd', 'Infinity'), '23514', 'p_cost_usd Infinity');
select is(pg_temp.turn('p_tool_calls', '{}'), 'PT400 INVALID_ARGUMENT', 'tool calls that are no array');
select is(pg_temp.turn('p_metadata', '[]'), 'PT400 INVALID_ARGUMENT', 'metadata that is no object');
select is(tests.tree_of(1), 'empty | shown none | branches 0', 'nothing is written');

select * from finish();
rollback;
