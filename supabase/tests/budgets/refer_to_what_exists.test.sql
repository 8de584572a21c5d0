begin;
\ir ../_shared/setup.psql
select plan(4);

create function pg_temp.holds(p_column text)
returns text
language sql
as $$
  select tests.error_of(format(
    $q$insert into public.budget_reservations (%I, amount_usd, reserved_by, expires_at)
       values (%L, 1, 'service_role', now())$q$,
    p_column, tests.id_of('nothing')
  ))
$$;
select is(pg_temp.holds(c.name), '23503', 'a hold with a ' || c.name || ' that is none')
from unnest(array['user_id', 'session_id']) as c (name);
select is(
  tests.error_of(format(
    $q$insert into public.budgets (user_id, period, hard_limit_usd) values (%L, 'day', 1)$q$,
    tests.id_of('nothing')
  )),
  '23503', 'a budget of a user who is none'
);
select is(
  tests.error_of(format(
    $q$insert into public.budget_alerts (budget_id, period_start, limit_kind, limit_usd, spent_usd)
       values (%L, '2026-05-01', 'hard', 1, 1)$q$,
    tests.id_of('nothing')
  )),
  '23503', 'an alert of no budget'
);

select * from finish();
rollback;
