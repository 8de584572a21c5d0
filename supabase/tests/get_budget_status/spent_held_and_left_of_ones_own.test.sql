begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(5);

select tests.set_budget('owner', 1, 0.5);
select tests.set_budget('owner', null, 10, 'month');
select tests.set_budget('other', 5);
select tests.act_as('owner');
select tests.did(tests.spend(1, 1, 0.25));
select tests.did(tests.reserve(1, 0.5, 1));
create function pg_temp.status()
returns setof text
language sql
as $$
  select
    format(
      '%s %s: soft %s, hard %s, spent %s, held %s, left %s', s.period, s.period_start,
      s.soft_limit_usd, s.hard_limit_usd, trim_scale(s.spent_usd), trim_scale(s.held_usd),
      trim_scale(s.remaining_usd)
    )
  from public.get_budget_status() as s
$$;
select results_eq(
  'select pg_temp.status()',
  $$
    select format(
      'day %s: soft 0.5, hard 1, spent 0.25, held 0.5, left 0.25', (now() at time zone 'utc')::date
    )
    union all
    select format(
      'month %s: soft 10, hard , spent 0.25, held 0.5, left ',
      date_trunc('month', now() at time zone 'utc')::date
    )
  $$,
  'day and month; without a hard limit nothing is left or missing'
);
select is(
  (
    select array_agg(s.budget_id order by s.period)
    from public.get_budget_status() as s
    where s.user_id = tests.id_of('owner') and s.brand_id is null
  ),
  (select array_agg(b.id order by b.period) from public.budgets as b), 'each names its budget'
);
select tests.did(tests.spend(1, 2, 2));
select is(
  (select remaining_usd from public.get_budget_status() where period = 'day'), 0::numeric,
  'never less than nothing is left'
);
select tests.act_as('brand_member');
select is_empty('select * from public.get_budget_status()', 'none without a budget');
select tests.act_as('service_role');
select is_empty('select * from public.get_budget_status()', 'none for the server, which is nobody');

select * from finish();
rollback;
