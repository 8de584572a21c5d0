begin;
\ir ../_shared/setup.psql
select plan(4);

create function pg_temp.record()
returns text
language sql
as $$
  select tests.error_of(
    $q$ select public.record_usage('50000000-0000-4000-8000-000000000001', p_provider => 'acme') $q$
  )
$$;
select tests.act_as('owner');
select is(pg_temp.record(), '42501', 'users may not call it');
select tests.act_as('anon');
select is(pg_temp.record(), '42501', 'nor may anon');
select tests.act_as('postgres');
grant execute on function public.record_usage(
  uuid, uuid, uuid, text, text, integer, integer, integer, integer, integer, integer, integer, text,
  numeric, integer, boolean, timestamptz, uuid
) to authenticated;
select tests.act_as('owner');
select is(pg_temp.record(), 'PT403 FORBIDDEN', 'it looks at its caller itself');
select tests.act_as('service_role');
select is(pg_temp.record(), 'ok', 'service_role may');

select * from finish();
rollback;
