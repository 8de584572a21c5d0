begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(7);

select tests.start(1);
select tests.start(2, 'other');
select tests.act_as('owner');
select tests.did(tests.run(1, 1, '{"input": "[\"secret\"]", "status": "completed", "tool_name": "probe"}'));
select tests.act_as('other');
select tests.did(tests.run(2, 2, '{"output": "[\"secret\"]", "status": "failed", "tool_name": "probe"}'));
create function pg_temp.read_by_analyst(p_sql text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as('analyst');
  execute p_sql into v_answer;
  perform tests.act_as('postgres');
  return v_answer;
exception
  when insufficient_privilege then
    return 'refused';
end
$$;
select is(
  pg_temp.read_by_analyst(
    $$ select execution_count || ' ' || success_rate from public.tool_execution_stats
       where tool_name = 'probe' $$
  ), '2 0.5000', 'everybody''s runs'
);
select is(
  pg_temp.read_by_analyst('select ' || c || ' from public.tool_executions limit 1'), 'refused', c
)
from unnest(array['input', 'output', 'error', 'user_id', 'session_id', '*']) as c;

select * from finish();
rollback;
