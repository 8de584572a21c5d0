begin;
\ir ../_shared/setup.psql
select plan(5);

create function pg_temp.holds(p_amount text)
returns text
language sql
as $$
  select tests.error_of(format(
    $q$insert into public.budget_reservations (user_id, amount_usd, reserved_by, expires_at)
       values (%L, %L, 'service_role', now())$q$,
    tests.id_of('owner'), p_amount
  ))
$$;
select is(pg_temp.holds(a.amount), a.expected, a.amount)
from (
  values
    ('0', 'ok'), ('-0.01', '23514'), ('1000000000', '23514'), ('NaN', '23514'),
    ('0.000000000000000000001', '23514')
) as a (amount, expected);

select * from finish();
rollback;
