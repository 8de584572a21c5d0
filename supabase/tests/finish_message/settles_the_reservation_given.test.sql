begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(4);

select tests.start(1);
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('owner'), 'day', 1);
select tests.act_as('owner');
select public.reserve_budget(tests.s(1), 0.5, tests.m(50));
select tests.begin(1, 'active', 'm');
select public.finish_message(tests.m(1), p_cost_usd => 0.25, p_reservation_id => tests.m(50));
select is(
  (select r.status::text from public.budget_reservations as r where r.id = tests.m(50)), 'settled',
  'with the message'
);
select is(
  (
    select trim_scale(b.spent_usd)::text || ' ' || trim_scale(b.held_usd)
    from public.get_budget_status() as b
  ),
  '0.25 0', 'spent, and no longer held'
);
select public.reserve_budget(tests.s(1), 0.5, tests.m(51));
select is(
  tests.error_of(format(
    'select public.finish_message(%L, p_cost_usd => 0.5, p_reservation_id => %L)', tests.m(1), tests.m(51)
  )), 'PT409 IDEMPOTENCY_MISMATCH', 'an end that is refused settles nothing'
);
select public.finish_message(tests.m(1), p_cost_usd => 0.25, p_reservation_id => tests.m(51));
select is(
  (
    select string_agg(trim_scale(b.spent_usd) || ' ' || trim_scale(b.held_usd), ', ')
    from public.get_budget_status() as b
  ), '0.25 0', 'ended again with another hold: that is no longer held'
);

select * from finish();
rollback;
