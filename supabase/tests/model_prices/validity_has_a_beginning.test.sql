begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

create function pg_temp.adds(p_validity text)
returns text
language sql
as $$
  select tests.error_of(
    format('select tests.price(%L, %L)', 'm', jsonb_build_object('validity', p_validity))
  )
$$;
select is(pg_temp.adds('(,)'), '23514', 'ever');
select is(pg_temp.adds('(,2026-01-01 00:00+00)'), '23514', 'no beginning');
select is(pg_temp.adds('empty'), '23514', 'never');
select is(pg_temp.adds('(2026-01-01 00:00+00,)'), '23514', 'a beginning that is not in it');
select is(
  pg_temp.adds('[2026-01-01 00:00+00,2026-02-01 00:00+00]'), '23514', 'an end that is in it'
);
select is(pg_temp.adds('[2026-01-01 00:00+00,)'), 'ok', 'from a moment on');

select * from finish();
rollback;
