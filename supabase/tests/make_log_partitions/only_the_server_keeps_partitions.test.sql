begin;
\ir ../_shared/setup.psql
select plan(5);

-- The right is not granted; the function asks by itself all the same.
grant execute on function public.make_log_partitions(integer) to authenticated;
grant execute on function public.cleanup_old_logs(integer, integer) to authenticated;
select tests.act_as('owner');
select is(
  tests.error_of('select public.make_log_partitions()'), 'PT403 FORBIDDEN', 'a user makes none'
);
select is(
  tests.error_of('select public.cleanup_old_logs(1)'), 'PT403 FORBIDDEN', 'a user drops none'
);
select tests.act_as('postgres');
select is(tests.error_of('select public.make_log_partitions()'), 'ok', 'a job of the owner does');
select is(
  (
    select array_agg(p.proname::text order by p.proname)
    from pg_proc as p
    where 'lock_timeout=3s' = any (p.proconfig)
  ),
  array['cleanup_old_logs', 'make_log_partitions', 'run_retention'],
  'none waits longer than three seconds for a lock, with writers behind it'
);
select isnt(current_setting('lock_timeout'), '3s', 'and the caller''s own setting is as before');

select * from finish();
rollback;
