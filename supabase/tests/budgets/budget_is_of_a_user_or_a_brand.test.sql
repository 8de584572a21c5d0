begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(6);

create function pg_temp.made(p_user uuid, p_brand uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.budgets (user_id, brand_id, period, hard_limit_usd)
     values (%L, %L, ''day'', 1)', p_user, p_brand
  ))
$$;
select tests.act_as('service_role');
select is(pg_temp.made(tests.id_of('owner'), null), 'ok', 'of a user');
select is(pg_temp.made(null, tests.id_of('brand')), 'ok', 'of a brand');
select is(pg_temp.made(tests.id_of('other'), tests.id_of('other_brand')), '23514', 'not of both');
select is(pg_temp.made(null, null), '23514', 'not of nobody');
select is(pg_temp.made(tests.id_of('nothing'), null), '23503', 'not of an unknown user');
select is(pg_temp.made(null, tests.id_of('nothing')), '23503', 'not of an unknown brand');

select * from finish();
rollback;
