begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('owner');
select is(tests.error_of('select public.index_messages()'), '42501', 'users may not call it');
select tests.act_as('anon');
select is(tests.error_of('select public.index_messages()'), '42501', 'nor may anon');
select tests.act_as('postgres');
grant execute on function public.index_messages() to authenticated;
select tests.act_as('owner');
select is(
  tests.error_of('select public.index_messages()'), 'PT403 FORBIDDEN', 'it looks at its caller itself'
);
select tests.act_as('service_role');
select is(tests.error_of('select public.index_messages()'), 'ok', 'service_role may');

select * from finish();
rollback;
