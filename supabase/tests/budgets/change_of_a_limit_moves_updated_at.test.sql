begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(3);

select tests.set_budget('owner', 1);
update public.budgets set updated_at = '2026-01-01', last_reserved_at = null;
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 1));
select is(
  (select updated_at from public.budgets), '2026-01-01'::timestamptz, 'a reservation does not'
);
select isnt((select last_reserved_at from public.budgets), null, 'it leaves a mark of its own');
select tests.act_as('service_role');
update public.budgets set hard_limit_usd = 2;
select is((select updated_at from public.budgets), now(), 'a change does');

select * from finish();
rollback;
