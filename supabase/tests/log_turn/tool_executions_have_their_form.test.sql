begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(17);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.turn(p_tool_executions text)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L, p_tool_executions => %L)', tests.s(1),
    gen_random_uuid(), 'q', 'a', p_tool_executions
  ))
$$;
select is(pg_temp.turn(x.json), 'PT400 INVALID_ARGUMENT', x.what)
from (
  values
    ('{"tool_name": "a"}', 'an object'), ('"a"', 'a text'), ('null', 'a null of JSON'), ('[7]', 'a number in it'),
    ('[null]', 'a null in it'), ('[{"tool_name": "a", "session_id": null}]', 'a session'),
    ('[{"tool_name": "a", "message_id": null}]', 'a message'),
    ('[{"tool_name": "a", "started_at": null}]', 'a time'), ('[{"input": {}}]', 'no name'),
    ('[{"tool_name": null}]', 'a name of null'), ('[{"tool_name": "a", "id": "b"}]', 'an id that is none'),
    ('[{"tool_name": "a", "tokens_used": "many"}]', 'tokens that are none'),
    ('[{"tool_name": "a", "status": "done"}]', 'an unknown status')
) as x (json, what);
select is(
  pg_temp.turn((select jsonb_agg('{"tool_name": "a"}'::jsonb)::text from generate_series(1, n)))
  , case n when 100 then 'ok' else 'PT413 TOO_LARGE' end, n || ' runs'
)
from unnest(array[100, 101]) as n;
select is(
  pg_temp.turn('[{"tool_name": "a", "input": 1e1000}]'), 'PT413 TOO_LARGE', 'a number that no double holds'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'one turn is written');

select * from finish();
rollback;
