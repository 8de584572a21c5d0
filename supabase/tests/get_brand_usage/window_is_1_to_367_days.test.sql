begin;
\ir ../_shared/setup.psql
select plan(8);

select tests.act_as('brand_owner');
create function pg_temp.usage(p_from text, p_to text)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.get_brand_usage(%L, %L, %L)', tests.id_of('brand'), p_from, p_to)
  )
$$;
select is(pg_temp.usage('2026-05-01', '2026-05-01'), 'ok', 'one day');
select is(pg_temp.usage('2026-01-01', '2027-01-02'), 'ok', '367 days');
select is(pg_temp.usage('2026-01-01', '2027-01-03'), 'PT400 INVALID_ARGUMENT', '368 days');
select is(pg_temp.usage('2026-05-02', '2026-05-01'), 'PT400 INVALID_ARGUMENT', 'the wrong way round');
select is(pg_temp.usage(null, '2026-05-01'), 'PT400 INVALID_ARGUMENT', 'no beginning');
select is(pg_temp.usage('2026-05-01', null), 'PT400 INVALID_ARGUMENT', 'no end');
select is(pg_temp.usage('2026-05-01', 'infinity'), 'PT400 INVALID_ARGUMENT', 'for ever');
select is(pg_temp.usage('-infinity', 'infinity'), 'PT400 INVALID_ARGUMENT', 'since ever');

select * from finish();
rollback;
