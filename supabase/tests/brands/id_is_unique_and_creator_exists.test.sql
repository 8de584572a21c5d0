begin;
\ir ../_shared/setup.psql
select plan(3);

select is(
  tests.error_of(format(
    'insert into public.brands (id, slug, name, created_by) values (%L, %L, %L, null)',
    tests.id_of('brand'), 'another', 'Another'
  )), '23505', 'an id that is taken'
);
create function pg_temp.created_by(p_user uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.brands set created_by = %L where id = %L', p_user, tests.id_of('brand')
  ))
$$;
select is(pg_temp.created_by(tests.id_of('nothing')), '23503', 'an unknown creator');
select is(pg_temp.created_by(tests.id_of('owner')), 'ok', 'a known one');

select * from finish();
rollback;
