begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(7);

select tests.set_budget('owner', 1);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 1, 1));
create function pg_temp.again(p_amount numeric)
returns text
language sql
as $$
  select format('%s %s', trim_scale(r.amount_usd), r.status)
  from public.reserve_budget(tests.s(1), p_amount, tests.r(1), 60) as r
$$;
select is(pg_temp.again(1), '1 held', 'sent again where nothing is left');
select is(pg_temp.again(1.00), '1 held', 'written in another way');
select is(tests.state_of('owner'), 'day: 0 spent, 1 held', 'it is held once');
select is(
  (
    select expires_at > clock_timestamp() + interval '2 minutes' from public.budget_reservations
  ), true, 'as long as first asked'
);
select tests.did(tests.release(1));
select is(pg_temp.again(1), '1 released', 'after a release');
select is(tests.state_of('owner'), 'day: 0 spent, 0 held', 'which it does not undo');
select is((select count(*) from public.budget_reservations), 1::bigint, 'one row');

select * from finish();
rollback;
