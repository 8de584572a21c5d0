begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2, 'other');
select tests.act_as('service_role');
select public.reserve_budget(tests.s(1), 0.5, tests.m(11));
select public.reserve_budget(tests.s(2), 0.5, tests.m(12));
select public.release_budget(tests.m(12));
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select tests.act_as('service_role');
create function pg_temp.record(p_n integer, p_user text, p_reservation integer)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.record_usage(%L, %L, p_provider => %L, p_cost_usd => 0.4, p_reservation_id => %L)',
    tests.m(p_n), tests.id_of(p_user), 'acme', tests.m(p_reservation)
  ))
$$;
select is(
  (select string_agg(tests.number_of(r.id), ' ') from public.budget_reservations as r), '12',
  'a user went during the call, with the hold'
);
select is(pg_temp.record(1, 'owner', 11), 'ok', 'what was spent is taken');
select is(pg_temp.record(2, 'other', 12), 'ok', 'also with a hold that was released');
select is(
  (select concat_ws(' ', sum(u.requests), sum(u.cost_usd)) from public.usage_daily as u), '2 0.8',
  'and counted'
);
select is(
  (select r.status::text from public.budget_reservations as r where r.id = tests.m(12)), 'released',
  'what is closed stays closed'
);

select * from finish();
rollback;
