begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(8);

select tests.visit(1);
create function pg_temp.log(p_turns jsonb, p_limit integer default null)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.log_chat_turns(%L, null, %L, %L)', p_turns, 'key', p_limit)
  )
$$;
select tests.act_as('service_role');
select is(pg_temp.log(null), 'PT400 INVALID_ARGUMENT', 'null');
select is(pg_temp.log('{}'), 'PT400 INVALID_ARGUMENT', 'an object');
select is(pg_temp.log('[]'), 'PT400 INVALID_ARGUMENT', 'none');
select is(
  pg_temp.log((select jsonb_agg(tests.turn(1, n)) from generate_series(1, 101) as n)),
  'PT400 INVALID_ARGUMENT', '101'
);
select is(
  pg_temp.log((select jsonb_agg(tests.turn(1, n)) from generate_series(1, 100) as n), 99),
  'PT429 RATE_LIMITED', 'each turn counts as a call'
);
select is(
  pg_temp.log((select jsonb_agg(tests.turn(1, n)) from generate_series(1, 100) as n), 100), 'ok', '100'
);
create function pg_temp.hint_of(p_turns jsonb, p_limit integer)
returns text
language plpgsql
as $$
declare
  v_hint text;
begin
  perform public.log_chat_turns(p_turns, null, 'key', p_limit);
  return 'none';
exception
  when others then
    get stacked diagnostics v_hint = pg_exception_hint;
    return v_hint;
end
$$;
select matches(
  pg_temp.hint_of((select jsonb_agg(tests.turn(1, n)) from generate_series(1, 3) as n), 2),
  '^Send fewer turns in a call', 'more turns than the limit get no room by waiting'
);
select is(tests.counters_of(1), 'messages 200, tokens 0, cost 0, last 200', 'all of them');

select * from finish();
rollback;
