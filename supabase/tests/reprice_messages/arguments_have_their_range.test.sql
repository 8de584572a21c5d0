begin;
\ir ../_shared/setup.psql
select plan(8);

select tests.act_as('service_role');
create function pg_temp.reprice(p_arguments text)
returns text
language sql
as $$ select tests.error_of(format('select public.reprice_messages(%s)', p_arguments)) $$;
select is(pg_temp.reprice($$null, '2026-01-01'$$), 'PT400 INVALID_ARGUMENT', 'no beginning');
select is(pg_temp.reprice($$'2026-01-01', null$$), 'PT400 INVALID_ARGUMENT', 'no end');
select is(
  pg_temp.reprice($$'2026-01-01', '2026-01-01'$$), 'PT400 INVALID_ARGUMENT', 'nothing between'
);
select is(
  pg_temp.reprice($$'2026-01-02', '2026-01-01'$$), 'PT400 INVALID_ARGUMENT', 'the wrong way round'
);
select is(
  pg_temp.reprice($$'2026-01-01', '2026-01-02', p_limit => 0$$), 'PT400 INVALID_ARGUMENT', 'none at all'
);
select is(
  pg_temp.reprice($$'2026-01-01', '2026-01-02', p_limit => 100001$$), 'PT400 INVALID_ARGUMENT',
  'too many'
);
select is(
  pg_temp.reprice($$'2026-01-01', '2026-01-02', p_limit => null$$), 'PT400 INVALID_ARGUMENT',
  'no number'
);
select is(pg_temp.reprice($$'2026-01-01', '2026-01-02', p_limit => 100000$$), 'ok', 'the most');

select * from finish();
rollback;
