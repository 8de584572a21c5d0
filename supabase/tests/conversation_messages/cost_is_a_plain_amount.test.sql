begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(11);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.with_cost(p_cost text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, cost_usd)
     values (%L, %L, %L, %L)', tests.s(1), 'assistant', 'a', p_cost
  ))
$$;
select is(pg_temp.with_cost('NaN'), '23514', 'not a number');
select is(pg_temp.with_cost('Infinity'), '23514', 'infinite');
select is(pg_temp.with_cost('-Infinity'), '23514', 'infinite the other way');
select is(pg_temp.with_cost('-0.01'), '23514', 'negative');
select is(pg_temp.with_cost('1000000000'), '23514', 'a billion');
select is(pg_temp.with_cost('0.00000044999999999999993'), 'ok', 'a double of 23 decimals');
select is(
  (select array_agg(cost_usd) from public.conversation_messages), array[0.00000045000000000000],
  'is rounded to 20'
);
select is(pg_temp.with_cost('0.00000000000000000001'), 'ok', '20 decimals');
select is(pg_temp.with_cost('999999999.99999999999999999999'), 'ok', 'just under a billion');
select is(pg_temp.with_cost('0'), 'ok', 'nothing');
select is(pg_temp.with_cost(null), 'ok', 'unknown');

select * from finish();
rollback;
