begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(6);

select tests.work();
create function pg_temp.used()
returns text
language plpgsql
as $$
declare
  v_used text;
begin
  perform tests.act_as('service_role');
  select concat_ws(
    ' ', sum(u.requests), sum(u.errors), sum(u.user_messages), sum(u.assistant_messages),
    sum(u.system_messages), sum(u.tool_messages), sum(u.unpriced_requests), sum(u.total_tokens),
    trim_scale(sum(u.cost_usd)), sum(u.latency_count)
  )
  into v_used
  from public.usage_daily as u;
  perform tests.act_as('postgres');
  return v_used;
end
$$;
create temporary table fixture as select pg_temp.used() as used;
grant select on fixture to authenticated;
-- 2: 1000 * 2 + 50 * 10, 6: 3 * 2 + 4 * 10, 8: 900 * 1, 4: 0.1, the failed turn: 0.7
select is(
  (select f.used from fixture as f), '7 2 5 8 1 1 2 2045 0.803446 7', 'what was used, by hand'
);
select tests.act_as('owner');
delete from public.conversation_messages where id in (tests.m(2), tests.m(3));
select is(pg_temp.used(), (select f.used from fixture as f), 'after deleting two messages');
select tests.act_as('owner');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.used(), (select f.used from fixture as f), 'a session');
delete from auth.users where id = tests.id_of('other');
select is(pg_temp.used(), (select f.used from fixture as f), 'a user');
select public.merge_usage();
select is(pg_temp.used(), (select f.used from fixture as f), 'merged');
delete from auth.users where id = tests.id_of('owner');
select is(pg_temp.used(), (select f.used from fixture as f), 'and the other user');

select * from finish();
rollback;
