begin;
\ir ../_shared/setup.psql
select plan(3);

select is(
  tests.error_of(format(s.sql, tests.id_of('nothing'))), '23503', 'no ' || s.name || ' of a brand that is none'
)
from (
  values
    (
      'budget',
      $q$insert into public.budgets (brand_id, period, hard_limit_usd) values (%L, 'day', 1)$q$
    ),
    (
      'hold on money',
      $q$insert into public.budget_reservations (brand_id, amount_usd, reserved_by, expires_at)
         values (%L, 1, 'service_role', now())$q$
    ),
    (
      'session',
      $q$insert into public.conversation_sessions (user_id, brand_id)
         values (tests.id_of('owner'), %L)$q$
    )
) as s (name, sql);

select * from finish();
rollback;
