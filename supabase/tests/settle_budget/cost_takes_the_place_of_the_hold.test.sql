begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(12);

select tests.set_budget('owner', 1);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.5, 1));
select tests.did(tests.spend(1, 1, 0.2));
select is(tests.state_of('owner'), 'day: 0.2 spent, 0.5 held', 'until it is settled both count');
select is(
  (
    select format('%s %s', r.status, r.closed_at is not null)
    from public.settle_budget(tests.r(1)) as r
  ),
  'settled t', 'settled'
);
select is(tests.state_of('owner'), 'day: 0.2 spent, 0 held', 'then the cost alone');

select tests.did(tests.reserve(1, 0.5, 2));
select is(
  (
    select count(*)
    from public.log_turn(
      tests.s(1), tests.m(2), 'Hi', 'Hello', p_cost_usd => 0.3, p_reservation_id => tests.r(2)
    )
  ),
  2::bigint, 'log_turn writes a turn'
);
select is(tests.state_of('owner'), 'day: 0.5 spent, 0 held', 'and settles');
select is(tests.status_of(2), 'settled', 'the hold given to it');
select is(
  (
    select count(*) filter (where inserted)
    from public.log_turn(
      tests.s(1), tests.m(2), 'Hi', 'Hello', p_cost_usd => 0.3, p_reservation_id => tests.r(2)
    )
  ),
  0::bigint, 'sent again'
);
select is(tests.state_of('owner'), 'day: 0.5 spent, 0 held', 'it spends nothing');

select tests.act_as('service_role');
select tests.did(tests.reserve(1, 0.5, 3));
select is(
  (
    select inserted
    from public.record_usage(
      tests.m(3), tests.id_of('owner'), p_cost_usd => 0.1, p_reservation_id => tests.r(3)
    )
  ),
  true, 'record_usage writes a cost'
);
select is(tests.state_of('owner'), 'day: 0.6 spent, 0 held', 'and settles');
select is(tests.status_of(3), 'settled', 'the hold given to it');
select tests.act_as('owner');
select is(tests.reserve(1, 0.4, 4), 'ok', 'what was held too much is free');

select * from finish();
rollback;
