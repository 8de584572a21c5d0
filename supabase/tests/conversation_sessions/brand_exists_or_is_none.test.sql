begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('service_role');
create function pg_temp.inserted(p_brand uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_sessions (user_id, brand_id) values (%L, %L)',
    tests.id_of('owner'), p_brand
  ))
$$;
select is(pg_temp.inserted(tests.id_of('nothing')), '23503', 'an unknown brand');
select is(pg_temp.inserted(tests.id_of('brand')), 'ok', 'a known one');
select is(pg_temp.inserted(null), 'ok', 'none: a personal session');

select * from finish();
rollback;
