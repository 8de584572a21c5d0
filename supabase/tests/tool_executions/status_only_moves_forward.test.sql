begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.move(p_from text, p_to text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.run(1, 1, jsonb_build_object('status', p_from));
  v_answer := tests.set_run(1, format('status = %L', p_to));
  delete from public.tool_executions where id = tests.t(1);
  return v_answer;
end
$$;
create temporary table moves as
select f.s as from_status, t.s as to_status, pg_temp.move(f.s::text, t.s::text) as answer
from unnest(enum_range(null::public.tool_execution_status)) as f (s)
cross join unnest(enum_range(null::public.tool_execution_status)) as t (s);

select set_eq(
  $$ select from_status::text, to_status::text from moves where answer = 'ok' and from_status <> to_status $$,
  $$
    values
      ('pending', 'running'), ('pending', 'completed'), ('pending', 'failed'),
      ('pending', 'cancelled'), ('running', 'completed'), ('running', 'failed'),
      ('running', 'cancelled')
  $$,
  'the legal moves'
);
select is(
  (select count(*) from moves where answer = 'ok' and from_status = to_status), 5::bigint,
  'the same again changes nothing'
);
select is(
  (select count(*) from moves where answer = 'PT409 ILLEGAL_TRANSITION'), 13::bigint,
  'the others are refused'
);
select tests.act_as('service_role');
select is(pg_temp.move('completed', 'running'), 'PT409 ILLEGAL_TRANSITION', 'for the server too');

select * from finish();
rollback;
