begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(13);

-- What the database has of its own, such as the seed, stays out.
create temporary table before as
select
  (select coalesce(sum(cost_usd), 0) from public.usage_totals) as cost,
  (select coalesce(sum(requests), 0) from public.usage_totals) as requests;
grant select on before to analyst, authenticated;

select tests.set_budget('owner', 1, 0.5);
select tests.set_budget('brand', 5);
create function pg_temp.write(p_actor text, p_session integer, p_n integer)
returns void
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  insert into public.conversation_messages
    (id, session_id, role, content, provider, model_used, tokens_used, cost_usd, latency_ms)
  values (tests.m(p_n), tests.s(p_session), 'assistant', 'secret', 'probe', 'a', 10, 0.5, 100);
  insert into public.conversation_messages (session_id, role, content, provider, model_used, tokens_used)
  values (tests.s(p_session), 'assistant', 'secret', 'probe', 'unknown', 7);
  perform tests.act_as('postgres');
end
$$;
select pg_temp.write('owner', 1, 1), pg_temp.write('other', 4, 2), pg_temp.write('brand_member', 3, 3);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 1));
select is(
  (select sum(cost_usd) from public.usage_daily), 0.5, 'a user: the user''s own cost'
);
select is_empty('select * from public.usage_totals', 'and no totals');

-- The answer of a query to an analyst, who cannot call the tests' functions.
create function pg_temp.read_by_analyst(p_sql text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as('analyst');
  execute p_sql into v_answer;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
create function pg_temp.numbers()
returns text
language sql
as $$
  select format(
    'daily %s, totals %s, providers %s, volume %s, latency %s, unpriced %s, users %s',
    (select sum(cost_usd) from public.usage_daily where provider = 'probe'),
    (select sum(t.cost_usd) from public.usage_totals as t where t.provider = 'probe'),
    (select sum(request_count) from public.provider_usage_stats where provider = 'probe'),
    (
      select sum(message_count) from public.daily_message_volume
      where user_id in (tests.id_of('owner'), tests.id_of('other'), tests.id_of('brand_member'))
    ),
    (select sum(response_count) from public.response_time_stats where provider = 'probe'),
    (select sum(total_tokens) from public.unpriced_usage where provider = 'probe'),
    (
      select sum(message_count) from public.user_activity_summary
      where user_id in (tests.id_of('owner'), tests.id_of('other'), tests.id_of('brand_member'))
    )
  )
$$;
select tests.act_as('postgres');
select is(
  pg_temp.read_by_analyst('select pg_temp.numbers()'),
  'daily 1.5, totals 1.5, providers 6, volume 6, latency 3, unpriced 21, users 6', 'an analyst: all'
);
select is(
  pg_temp.read_by_analyst(
    'select sum(cost_usd) - (select cost from before) from public.usage_totals'
  ), '1.5', 'in the totals too'
);
select cmp_ok(
  abs(pg_temp.read_by_analyst(
    'select p50_latency_ms from public.response_time_stats where provider = ''probe'''
  )::integer - 100), '<=', 4, 'latencies, within 4.4 %'
);
select tests.act_as('service_role');
select from public.merge_usage();
select tests.act_as('postgres');
select is(
  pg_temp.read_by_analyst('select pg_temp.numbers()'),
  'daily 1.5, totals 1.5, providers 6, volume 6, latency 3, unpriced 21, users 6', 'the same merged'
);
select is(
  pg_temp.read_by_analyst(
    'select count(*) from public.budgets
     where user_id = tests.id_of(''owner'') or brand_id = tests.id_of(''brand'')'
  ), '2', 'budgets'
);
select is(
  pg_temp.read_by_analyst(
    'select count(*) from public.budget_alerts as a
     join public.budgets as b on b.id = a.budget_id
     where b.user_id = tests.id_of(''owner'')'
  ), '1', 'alerts'
);
select is(
  pg_temp.read_by_analyst(
    'select count(*) from public.budget_reservations where id = tests.r(1)'
  ), '1', 'holds'
);
select cmp_ok(
  pg_temp.read_by_analyst('select count(*) from public.model_prices')::integer, '>', 50, 'prices'
);
select tests.act_as('service_role');
select from public.reprice_messages('2026-01-01', '2026-01-02');
select tests.act_as('postgres');
select is(
  pg_temp.read_by_analyst('select count(*) from public.repricings where from_at = ''2026-01-01'''),
  '1', 'repricings'
);
select tests.act_as('owner');
delete from public.conversation_messages where id = tests.m(1);
select tests.act_as('postgres');
select is(
  pg_temp.read_by_analyst('select sum(cost_usd) from public.usage_daily where provider = ''probe'''),
  '1.5', 'deleted messages stay counted'
);
delete from auth.users where id = tests.id_of('other');
select is(
  pg_temp.read_by_analyst(
    'select sum(cost_usd) from public.usage_daily where provider = ''probe'' and user_id is null'
  ), '0.5', 'deleted users too, as nobody'
);

select * from finish();
rollback;
