begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

select tests.work();
do $$
begin
  execute format('grant analyst to %I', session_user);
end
$$;
create function pg_temp.read_as(p_role text, p_view text)
returns text
language plpgsql
as $$
declare
  v_rows text;
begin
  perform set_config('role', p_role, true);
  execute format(
    $q$ select count(*) || ' ' || md5(string_agg(v::text, ' ' order by v::text)) from public.%I as v $q$,
    p_view
  ) into v_rows;
  perform set_config('role', 'none', true);
  return v_rows;
end
$$;
select is(
  pg_temp.read_as('analyst', v.name), pg_temp.read_as('service_role', v.name),
  v.name || ' is what service_role reads'
)
from unnest(array[
  'usage_totals', 'usage_daily', 'provider_usage_stats', 'daily_message_volume',
  'response_time_stats', 'unpriced_usage', 'user_activity_summary'
]) as v (name);
select is(
  tests.error_of(
    $$ select pg_temp.read_as('analyst', 'active_sessions_summary') $$
  ), '42501', 'but no titles and last messages'
);

select * from finish();
rollback;
