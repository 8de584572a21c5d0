begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(9);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1);
create function pg_temp.expire(p_at timestamptz)
returns void
language sql
security definer
as $$ update public.budget_reservations set expires_at = p_at $$;
select tests.act_as('owner');
select is(tests.reserve(2, 1, 1), 'ok', 'a hold of everything');
select is(tests.reserve(2, 1, 2), 'PT402 BUDGET_EXCEEDED', 'leaves nothing');
select pg_temp.expire(clock_timestamp());
select is(tests.state_of('owner'), 'day: 0 spent, 0 held', 'until it expires: for the user');
select is(tests.state_of('brand'), 'day: 0 spent, 0 held', 'and the brand');
select is(tests.reserve(2, 1, 2), 'ok', 'then all of it is free');
select is(tests.reserve(2, 1, 1), 'PT402 BUDGET_EXCEEDED', 'the first again: no longer');
select tests.did(tests.release(2));
select is(tests.reserve(2, 1, 1), 'ok', 'once more, where there is room');
select is(tests.state_of('owner'), 'day: 0 spent, 1 held', 'held anew');
select is(
  (select expires_at > clock_timestamp() from public.budget_reservations where id = tests.r(1)), true,
  'for as long as asked'
);

select * from finish();
rollback;
