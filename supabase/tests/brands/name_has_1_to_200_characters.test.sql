begin;
\ir ../_shared/setup.psql
select plan(5);

select tests.act_as('brand_admin');
create function pg_temp.named(p_name text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.brands set name = %L where id = %L', p_name, tests.id_of('brand')
  ))
$$;
select is(pg_temp.named(''), '23514', 'empty');
select is(pg_temp.named('a'), 'ok', 'one');
select is(pg_temp.named(repeat('é', 200)), 'ok', '200 characters of two bytes');
select is(pg_temp.named(repeat('a', 201)), '23514', '201');
select is(pg_temp.named(null), '23502', 'none');

select * from finish();
rollback;
