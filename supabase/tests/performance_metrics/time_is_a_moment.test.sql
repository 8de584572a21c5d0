begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('service_role');
create function pg_temp.insert_at(p_at text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.performance_metrics (created_at, name, type, value) values (%L, ''n'', ''gauge'', 1)', p_at)
  )
$$;
select is(pg_temp.insert_at('infinity'), '23514', 'not the end of time');
select is(pg_temp.insert_at('-infinity'), '23514', 'nor its beginning');
select is(pg_temp.insert_at('1969-07-20 20:17:40+00'), 'ok', 'the past');
select is(pg_temp.insert_at('2100-01-01'), 'ok', 'the future');

select * from finish();
rollback;
