begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(9);

select tests.act_as('service_role');
select tests.did(tests.spend(2, 1, 0.5));
select tests.did(tests.spend(3, 2, 0.25));
select tests.did(tests.spend(1, 3, 4));
create function pg_temp.usage_for(p_actor text, p_brand text default 'brand')
returns text
language plpgsql
as $$
declare
  v_cost numeric;
  v_detail text;
begin
  perform tests.act_as(p_actor);
  select sum(u.total_cost_usd) into v_cost
  from public.get_brand_usage(
    tests.id_of(p_brand), (now() at time zone 'utc')::date, (now() at time zone 'utc')::date
  ) as u;
  return coalesce(v_cost::text, 'none');
exception
  when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return concat_ws(' ', sqlstate, nullif(v_detail, ''));
end
$$;
select is(pg_temp.usage_for('brand_analyst'), '0.75', 'the members'' cost in the brand');
select is(pg_temp.usage_for('other'), 'PT404 BRAND_NOT_FOUND', 'a stranger');
select is(pg_temp.usage_for('owner'), 'PT404 BRAND_NOT_FOUND', 'a plain member');
select is(
  pg_temp.usage_for('brand_analyst', 'other_brand'), 'PT404 BRAND_NOT_FOUND', 'another brand'
);
select is(pg_temp.usage_for('anon'), '42501', 'anon');
select tests.act_as('brand_analyst');
select is_empty('select * from public.conversation_messages', 'no message');
select is_empty('select * from public.conversation_sessions', 'no session');
select is_empty('select * from public.active_sessions_summary', 'no summary of one');
select is_empty('select * from public.usage_daily', 'and no numbers of single users');

select * from finish();
rollback;
