begin;
\ir ../_shared/setup.psql
select plan(6);

select tests.act_as('postgres');
insert into private.storage_deletions (bucket_id, path, queued_at)
select 'attachments', 'p' || n, now() - interval '4 hours' from generate_series(1, 3) as n;
select tests.act_as('service_role');
create temporary table taken as select d.* from public.take_storage_deletions(2) as d;
select is(
  (select public.settle_storage_deletions(array_agg(t.id)) from taken as t where t.path = 'p1'), 1,
  'one is done'
);
select is(tests.error_of($$ select public.settle_storage_deletions('{}') $$), 'ok', 'none is no error');
select is(
  (select public.settle_storage_deletions(array_agg(t.id + 1)) from taken as t), 1,
  'what nobody took stays: of p2 and p3, one is done'
);
select tests.act_as('postgres');
select is(
  (select string_agg(path, ' ' order by path) from private.storage_deletions), 'p3', 'p3 is left'
);
select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.settle_storage_deletions(%L)', c.ids)),
  'PT400 INVALID_ARGUMENT', 'not ' || coalesce(left(c.ids, 4), 'null')
)
from (
  select null::text as ids
  union all
  select array_agg(n)::text from generate_series(1, 1001) as n
) as c;

select * from finish();
rollback;
