begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1);
select is(
  tests.error_of(format('select public.finish_message(%L, %s => %L)', tests.m(1), a.argument, a.value)),
  'PT413 TOO_LARGE', a.argument
)
from (
  values ('p_tool_calls', '[1e400]'), ('p_parts', '[1e400]'), ('p_metadata', '{"n": 1e400}')
) as a (argument, value);
select is(tests.state_of(1), 'streaming '''' next 1 running', 'nothing is written');

select * from finish();
rollback;
