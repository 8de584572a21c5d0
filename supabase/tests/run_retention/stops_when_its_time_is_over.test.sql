begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(12);

-- Not a title, whose words would be indexed.
insert into public.conversation_sessions (user_id, last_activity_at, context)
select tests.id_of('owner'), now() - interval '40 days', '{"a": 1}' from generate_series(1, 2150);
insert into public.retention_policies (data_class, keep_days, action) values ('content', 30, 'wipe'),
  ('trash', 1, 'delete'), ('metrics', 30, 'delete');
insert into public.performance_metrics (name, type, value, created_at)
values ('m', 'gauge', 1, now() - interval '40 days');
create function tests.left() returns bigint language sql as $$
  select count(*) from public.conversation_sessions as s where s.context <> '{}'
$$;
create table tests.runs as select r.* from public.run_retention(0.1) as r;
select is((select is_complete from tests.runs where data_class = 'content'), false,
  'what has begun goes on later');
select is((select items + tests.left() from tests.runs where data_class = 'content'), 2150::bigint,
  'it has counted what it did');
select is(
  (select concat_ws(' ', items, is_complete, started_at) from tests.runs where data_class = 'trash'), '0 f',
  'and did not begin the next'
);
-- As if it were the first.
delete from public.retention_runs;
update public.conversation_sessions set context = '{"a": 1}', wiped_at = null;
update public.conversation_sessions set deleted_at = now() - interval '40 days'
where id in (select s.id from public.conversation_sessions as s limit 10);
-- Steps become small before the end, and end there all the same.
create sequence tests.wiped;
create function tests.wipe_slowly() returns trigger language plpgsql as $$
begin
  if nextval('tests.wiped') > 1850 then
    perform pg_sleep(0.003);
  end if;
  return new;
end
$$;
create trigger wipe_slowly before update of wiped_at on public.conversation_sessions
  for each row execute function tests.wipe_slowly();
create table tests.full_runs as select r.* from public.run_retention(3600) as r;
drop trigger wipe_slowly on public.conversation_sessions;
select is((select items from tests.full_runs where data_class = 'content'), 2000::bigint,
  'a run has room for 2,000 sessions');
select is((select concat_ws(' ', items, is_complete) from tests.full_runs where data_class = 'trash'), '0 f',
  'of all policies together, because each takes a lock');
select is(
  (select concat_ws(' ', items, is_complete) from tests.full_runs where data_class = 'metrics'), '1 t',
  'but of logs and metrics, which take none');
create table tests.next_runs as select r.* from public.run_retention(3600) as r;
select is(
  (select array_agg(data_class order by id) from tests.next_runs), '{trash,content,metrics}',
  'the next run begins with what had no turn'
);
select is((select concat_ws(' ', items, is_complete) from tests.next_runs where data_class = 'trash'), '10 t',
  'which does what it has to');
select is(tests.left(), 0::bigint, 'then it goes on with the rest');
select is((select sum(items) from public.run_retention(3600)), 0::numeric, 'then nothing is left');
select public.run_retention(3600, p_dry_run => true), public.run_retention(3600), public.run_retention(3600);
select is(
  (
    select array_agg(data_class order by id)
    from public.retention_runs
    where items = 0 and is_complete and not is_dry_run
  ), '{trash,content,metrics}', 'of idle runs the last is kept'
);

-- A hundred of these are no step.
delete from public.conversation_sessions;
insert into public.conversation_sessions (id, user_id)
select tests.s(i), tests.id_of('owner') from generate_series(1, 40) as i;
select public.append_messages(
  tests.s(i), (select jsonb_agg('{"role": "user", "content": "m"}'::jsonb) from generate_series(1, 150))
)
from generate_series(1, 40) as i;
update public.conversation_sessions set last_activity_at = now() - interval '40 days';
select cmp_ok((select items from public.run_retention(0.1) where data_class = 'content'), '<', 40::bigint,
  'large sessions do not outlast the time by much');

select * from finish();
rollback;
