begin;
\ir ../_shared/setup.psql
select plan(4);

grant execute on function public.take_storage_deletions(integer) to authenticated;
grant execute on function public.settle_storage_deletions(bigint[]) to authenticated;
select tests.act_as('owner');
select is(
  tests.error_of('select public.take_storage_deletions()'), 'PT403 FORBIDDEN', 'no user takes'
);
select is(
  tests.error_of($$ select public.settle_storage_deletions('{1}') $$), 'PT403 FORBIDDEN',
  'or settles'
);
select tests.act_as('service_role');
select is(tests.error_of('select public.take_storage_deletions()'), 'ok', 'the server does');
select is(tests.error_of($$ select public.settle_storage_deletions('{1}') $$), 'ok', 'both');

select * from finish();
rollback;
