begin;
\ir ../_shared/setup.psql
select plan(4);

create function pg_temp.reprice()
returns text
language sql
as $$ select tests.error_of($q$ select public.reprice_messages('2026-01-01', '2026-01-02') $q$) $$;
select tests.act_as('owner');
select is(pg_temp.reprice(), '42501', 'users may not call it');
select tests.act_as('anon');
select is(pg_temp.reprice(), '42501', 'nor may anon');
select tests.act_as('postgres');
grant execute on function public.reprice_messages(timestamptz, timestamptz, text, text, integer)
  to authenticated;
select tests.act_as('owner');
select is(pg_temp.reprice(), 'PT403 FORBIDDEN', 'it looks at its caller itself');
select tests.act_as('service_role');
select is(pg_temp.reprice(), 'ok', 'service_role may');

select * from finish();
rollback;
