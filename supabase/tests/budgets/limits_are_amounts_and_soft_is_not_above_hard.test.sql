begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(16);

create function pg_temp.limited(p_soft text, p_hard text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.budgets set soft_limit_usd = %L, hard_limit_usd = %L where user_id = %L', p_soft,
    p_hard, tests.id_of('owner')
  ))
$$;
select tests.set_budget('owner', 1);
select tests.act_as('service_role');
select is(pg_temp.limited('1', '2'), 'ok', 'soft below hard');
select is(pg_temp.limited('2', '2'), 'ok', 'both the same');
select is(pg_temp.limited('2.01', '2'), '23514', 'soft above hard');
select is(pg_temp.limited('1', null), 'ok', 'soft alone');
select is(pg_temp.limited(null, '1'), 'ok', 'hard alone');
select is(pg_temp.limited(null, null), '23514', 'neither');
select is(pg_temp.limited('0', '0'), 'ok', 'nothing at all');
select is(pg_temp.limited('-0.01', '1'), '23514', 'a negative soft limit');
select is(pg_temp.limited(null, '-0.01'), '23514', 'a negative hard limit');
select is(pg_temp.limited('NaN', null), '23514', 'no number as soft limit');
select is(pg_temp.limited(null, 'NaN'), '23514', 'no number as hard limit');
select is(pg_temp.limited('Infinity', null), '23514', 'without end, soft');
select is(pg_temp.limited(null, 'Infinity'), '23514', 'without end, hard');
select is(pg_temp.limited('999999999.99', '999999999.99'), 'ok', 'just below a billion');
select is(pg_temp.limited('1000000000', null), '23514', 'a soft limit of a billion');
select is(pg_temp.limited(null, '1000000000'), '23514', 'a hard limit of a billion');

select * from finish();
rollback;
