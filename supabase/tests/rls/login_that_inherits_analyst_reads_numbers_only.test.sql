begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
select plan(7);

-- As a BI tool would log in. Of this session alone, since roles belong to the server.
do $$
begin
  execute format('create role bi_%s in role analyst', pg_backend_pid());
  execute format('grant bi_%s to %I', pg_backend_pid(), session_user);
end
$$;
create function tests.read_by_bi(p_sql text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform set_config('role', 'bi_' || pg_backend_pid(), true);
  execute p_sql into v_answer;
  perform set_config('role', 'none', true);
  return v_answer;
exception
  when insufficient_privilege then
    perform set_config('role', 'none', true);
    return 'refused';
end
$$;

select is(
  tests.read_by_bi(
    'select sum(requests) from public.usage_daily where provider = ''owner_personal'''
  ),
  '2',
  'it reads the usage of users'
);
select is(
  tests.read_by_bi(
    'select sum(requests) from public.usage_totals where provider = ''owner_personal'''
  ),
  '2',
  'and everybody''s, what is merged and what is not'
);
select is(
  tests.read_by_bi(
    'select request_count from public.provider_usage_stats where provider = ''visitor'''
  ),
  '2',
  'and that of visitors'
);
select is(
  tests.read_by_bi('select count(*) from public.model_prices where provider = ''fixture'''),
  '1',
  'and prices'
);
select is(
  tests.read_by_bi('select count(*) from public.budgets where soft_limit_usd = 1'),
  '4',
  'and budgets'
);
select is(
  tests.read_by_bi('select count(*) from public.conversation_messages'), 'refused', 'no message'
);
select is(
  tests.read_by_bi('select count(*) from public.active_sessions_summary'), 'refused', 'no title'
);

select * from finish();
rollback;
