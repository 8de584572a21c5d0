begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.act_as('service_role');
select public.reserve_budget(tests.s(1), 0.5, tests.m(11));
select public.reserve_budget(tests.s(1), 0.5, tests.m(12));
create function pg_temp.record(p_n integer, p_reservation_id uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.record_usage(%L, %L, p_provider => %L, p_cost_usd => 0.4, p_reservation_id => %L)',
    tests.m(p_n), tests.id_of('owner'), 'acme', p_reservation_id
  ))
$$;
create function pg_temp.holds()
returns text
language sql
as $$
  select string_agg(tests.number_of(r.id) || ' ' || r.status, ', ' order by r.id)
  from public.budget_reservations as r
$$;
select is(pg_temp.record(1, tests.m(11)), 'ok', 'with a hold');
select is(pg_temp.holds(), '11 settled, 12 held', 'which is settled, and no other');
select is(pg_temp.record(1, tests.m(11)), 'ok', 'sent again');
select is(pg_temp.record(2, null), 'ok', 'without a hold');
select is(pg_temp.holds(), '11 settled, 12 held', 'nothing is settled');
select is(pg_temp.record(2, tests.m(12)), 'ok', 'sent again with another hold');
select is(pg_temp.holds(), '11 settled, 12 settled', 'which is settled too');

select * from finish();
rollback;
