begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(10);

select tests.set_budget('owner', 1);
select tests.act_as('owner');
select is(
  (
    select
      format(
        '%s %s %s %s %s %s', r.session_id = tests.s(1), r.user_id = tests.id_of('owner'),
        r.brand_id is null, r.status, r.reserved_by, r.soft_limit_reached
      )
    from public.reserve_budget(tests.s(1), 0.4) as r
  ),
  't t t held authenticated f', 'a hold of the session''s user'
);
select is(
  (
    select format('%s %s', r.amount_usd, round(extract(epoch from r.expires_at - r.created_at)))
    from public.reserve_budget(tests.s(1), 0.4, tests.r(1)) as r
  ),
  '0.4 300', 'for five minutes'
);
select is(
  (
    select
      format('%s %s', r.id = tests.r(2), round(extract(epoch from r.expires_at - r.created_at)))
    from public.reserve_budget(tests.s(1), 0.1, tests.r(2), 3600) as r
  ),
  't 3600', 'or as long as asked, under the id given'
);
select is(tests.state_of('owner'), 'day: 0 spent, 0.9 held', 'all of it is held');
select is(tests.reserve(1, 0.1, 3), 'ok', 'the limit itself may be reached');
select is(tests.reserve(1, 0, 4), 'ok', 'nothing fits into nothing');
select is(tests.reserve(1, 0.00000000000000000001, 5), 'PT402 BUDGET_EXCEEDED', 'the least does not');
select tests.act_as('service_role');
select tests.set_budget('brand', 1);
select is(
  (
    select format('%s %s', r.brand_id = tests.id_of('brand'), r.reserved_by)
    from public.reserve_budget(tests.s(3), 0.4) as r
  ),
  't service_role', 'the server holds for a member of a brand'
);
select is(tests.state_of('brand'), 'day: 0 spent, 0.4 held', 'against the brand''s');
update public.budgets set hard_limit_usd = 2 where user_id = tests.id_of('owner');
select is(tests.reserve(1, 1, 6), 'ok', 'a higher limit makes room at once');

select * from finish();
rollback;
