begin;
\ir ../_shared/setup.psql
select plan(2);

select ok(
  not has_table_privilege('analyst', 'public.active_sessions_summary', 'select'),
  'titles and last messages are content'
);
select tests.act_as('anon');
select is(
  tests.error_of('select count(*) from public.active_sessions_summary'), '42501', 'anon may not ask'
);

select * from finish();
rollback;
