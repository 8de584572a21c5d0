begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.error_at(p_at text)
returns text
language sql
as $$
  select tests.error_of(
    format(
      'select public.import_messages(%L, %L)', tests.s(1),
      jsonb_build_array(tests.msg(1, jsonb_build_object('created_at', p_at)))
    )
  )
$$;
select is(pg_temp.error_at((now() + interval '1 minute')::text), 'PT400 INVALID_ARGUMENT', 'future');
select is(pg_temp.error_at('infinity'), 'PT400 INVALID_ARGUMENT', 'infinity');
select is(pg_temp.error_at('-infinity'), 'PT400 INVALID_ARGUMENT', 'minus infinity');
select is(pg_temp.error_at('yesterday or so'), 'PT400 INVALID_ARGUMENT', 'not a time');
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(1, '{"created_at": "2026-01-01"}'))),
  'PT400 INVALID_ARGUMENT', 'append_messages takes no time'
);
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing is written');

select * from finish();
rollback;
