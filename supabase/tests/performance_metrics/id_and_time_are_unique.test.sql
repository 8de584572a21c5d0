begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('service_role');
create function pg_temp.insert_at(p_at timestamptz)
returns text
language sql
as $$
  select tests.error_of(
    format(
      'insert into public.performance_metrics (id, created_at, name, type, value) values (%L, %L, ''n'', ''gauge'', 1)',
      tests.id_of('nothing'), p_at
    )
  )
$$;
select is(pg_temp.insert_at(now()), 'ok', 'a row');
select is(pg_temp.insert_at(now()), '23505', 'sent again, it is refused');
select is(pg_temp.insert_at('1999-01-01'), 'ok', 'another time is another row, in the default partition');
select is(pg_temp.insert_at('1999-01-01'), '23505', 'where it is refused as well');

select * from finish();
rollback;
