begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
-- A value at its limit, and one beyond it.
create function pg_temp.tried(p_column text, p_least text, p_too_much text)
returns text
language plpgsql
as $$
declare
  v_answers text;
begin
  v_answers := tests.run(1, 1, jsonb_build_object(p_column, p_least)) || ', '
    || tests.run(1, 2, jsonb_build_object(p_column, p_too_much));
  delete from public.tool_executions;
  return v_answers;
end
$$;
select is(
  pg_temp.tried(c, repeat('x', 1024), repeat('x', 1025)), 'ok, PT413 TOO_LARGE', c || ': 1 KiB'
)
from unnest(array['tool_name', 'tool_type', 'tool_call_id']) as c;
select is(
  pg_temp.tried('tool_name', repeat('é', 512), repeat('é', 513)), 'ok, PT413 TOO_LARGE',
  'counted in bytes'
);
select is(
  pg_temp.tried('error', repeat('x', 1048576), repeat('x', 1048577)), 'ok, PT413 TOO_LARGE',
  'error: 1 MiB'
);
select is(
  pg_temp.tried(c, format('["%s"]', repeat('x', 262140)), format('["%s"]', repeat('x', 262141))),
  'ok, PT413 TOO_LARGE', c || ': 256 KiB'
)
from unnest(array['input', 'output']) as c;
select is(
  pg_temp.tried(c, '[1e300]', '[1e1000]'), 'ok, PT413 TOO_LARGE', c || ': a number that no double holds'
)
from unnest(array['input', 'output']) as c;
select tests.did(tests.run(1, 1));
select is(
  tests.set_run(1, format('output = %L', '[1e1000]')), 'PT413 TOO_LARGE', 'an update: a number'
);
select is(
  tests.set_run(1, format('output = to_jsonb(repeat(%L, 262144))', 'x')), 'PT413 TOO_LARGE',
  'an output'
);
select is(tests.set_run(1, format('error = repeat(%L, 1048577)', 'x')), 'PT413 TOO_LARGE', 'an error');

select * from finish();
rollback;
