-- 0800_schedules: upkeep by pg_cron, where it is installed. Every job is a call that anybody with the
-- right can make by hand. May be run again, after pg_cron was turned on or a file was added.
-- Makes: jobs turnbase_*. Needs: nothing. Locks: none. Breaking: no.

do $$
declare
  v_job record;
begin
  if not exists (select 1 from pg_catalog.pg_extension as e where e.extname = 'pg_cron') then
    return;
  end if;
  for v_job in
    select j.name, j.schedule, format('select public.%s()', j.name) as command
    from (
      values
        ('cleanup_budget_reservations', '*/5 * * * *'),
        ('cleanup_visitor_sessions', '*/5 * * * *'),
        ('index_messages', '* * * * *'),
        ('make_log_partitions', '17 3 * * *'),
        ('merge_usage', '*/5 * * * *'),
        ('run_retention', '*/5 * * * *'),
        ('interrupt_stale_messages', '* * * * *')
    ) as j (name, schedule)
    -- Files may be left out.
    where exists (
      select 1
      from pg_catalog.pg_proc as p
      where p.pronamespace = 'public'::regnamespace and p.proname = j.name
        and p.pronargs = p.pronargdefaults
    )
    union all
    -- Of these jobs alone: how long the project keeps the history of its own is its own to say.
    values (
      'trim_cron_history', '47 3 * * *',
      'delete from cron.job_run_details as r using cron.job as j '
      'where j.jobid = r.jobid and starts_with(j.jobname, ''turnbase_'') '
      'and r.end_time < now() - interval ''7 days'''
    )
  loop
    perform cron.schedule('turnbase_' || v_job.name, v_job.schedule, v_job.command);
  end loop;
end
$$;
