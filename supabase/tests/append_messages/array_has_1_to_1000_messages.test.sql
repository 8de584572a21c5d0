begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.many(p_count integer)
returns jsonb
language sql
as $$
  select jsonb_agg(jsonb_build_object('role', 'user', 'content', 'a'))
  from generate_series(1, p_count)
$$;
select is(tests.append_error(1, '[]'), 'PT400 INVALID_ARGUMENT', 'an empty array');
select is(tests.append_error(1, null), 'PT400 INVALID_ARGUMENT', 'null');
select is(tests.append_error(1, 'null'), 'PT400 INVALID_ARGUMENT', 'a JSON null');
select is(
  tests.append_error(1, '{"role": "user", "content": "a"}'), 'PT400 INVALID_ARGUMENT', 'an object'
);
select is(tests.append_error(1, '"a"'), 'PT400 INVALID_ARGUMENT', 'a string');
select is(tests.append_error(1, pg_temp.many(1001)), 'PT413 TOO_LARGE', '1001');
select is(tests.counters_of(1), 'messages 0, tokens 0, cost 0, last 0', 'nothing was written');
select is(tests.append_error(1, pg_temp.many(1000)), 'ok', '1000');
select is(tests.counters_of(1), 'messages 1000, tokens 0, cost 0, last 1000', 'all of them');

select * from finish();
rollback;
