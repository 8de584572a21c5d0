begin;
\ir ../_shared/setup.psql
select plan(9);

select tests.act_as('postgres');
insert into private.storage_deletions (bucket_id, path, queued_at)
select b.name, 'p' || n, now() - interval '4 hours'
from (values ('attachments'), ('exports')) as b (name)
cross join generate_series(1, 2) as n
order by b.name, n;
create function pg_temp.take(p_limit integer default 100)
returns text
language sql
as $$
  select coalesce(string_agg(
    concat_ws(' ', d.bucket_id, d.path, d.attempts), ', ' order by d.attempts, d.id
  ), 'none')
  from public.take_storage_deletions(p_limit) as d
$$;
select tests.act_as('service_role');
select is(pg_temp.take(3), 'attachments p1 1, attachments p2 1, exports p1 1', 'the first three');
select is(pg_temp.take(), 'exports p2 1', 'then the fourth');
select is(pg_temp.take(), 'none', 'then none');
select tests.act_as('postgres');
select is(
  (
    select count(*)
    from private.storage_deletions
    where leased_until between clock_timestamp() + interval '290 seconds'
      and clock_timestamp() + interval '300 seconds'
  ), 4::bigint, 'each for five minutes'
);
update private.storage_deletions set leased_until = clock_timestamp() - interval '1 second'
where path = 'p1';
insert into private.storage_deletions (bucket_id, path, queued_at)
values ('attachments', 'p3', now() - interval '4 hours');
select tests.act_as('service_role');
select is(
  pg_temp.take(), 'attachments p3 1, attachments p1 2, exports p1 2',
  'what a dead worker had comes back, after what is new'
);
select is(
  tests.error_of(format('select public.take_storage_deletions(%L)', c.rows)),
  'PT400 INVALID_ARGUMENT', coalesce(c.rows, 'null') || ' objects'
)
from (values ('0'), ('1001'), (null)) as c (rows);
select is(pg_temp.take(1000), 'none', 'a thousand may be asked for');

select * from finish();
rollback;
