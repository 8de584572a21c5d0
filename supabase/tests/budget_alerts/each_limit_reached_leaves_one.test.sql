begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(8);

select tests.set_budget('owner', 1, 0.5);
select tests.set_budget('owner', 0.8, null, 'month');
select tests.act_as('owner');
select tests.did(tests.spend(1, 1, 0.4));
select is(tests.alerts_of('owner'), 'none', 'below both limits');
select tests.did(tests.spend(1, 2, 0.1));
select is(tests.alerts_of('owner'), 'soft 0.5 at 0.5', 'at the soft one');
select tests.did(tests.spend(1, 3, 0.2));
select is(tests.alerts_of('owner'), 'soft 0.5 at 0.5', 'a second time says nothing new');
select tests.did(tests.spend(1, 4, 0.1));
select matches(tests.alerts_of('owner'), '^hard 0.8 at 0.8, soft', 'the month''s');
select tests.did(tests.spend(1, 5, 0.7));
select is(
  (
    select string_agg(format('%s %s', a.limit_kind, a.period_start), ', ' order by a.limit_usd)
    from public.budget_alerts as a
  ),
  format(
    'soft %1$s, hard %2$s, hard %1$s', (now() at time zone 'utc')::date,
    date_trunc('month', now() at time zone 'utc')::date
  ),
  'the day''s, beyond it; each names its period'
);
select tests.did(tests.spend(1, 6, 5));
select is((select count(*) from public.budget_alerts), 3::bigint, 'no more after that');
-- Moved to yesterday, as if today had just begun.
select tests.act_as('postgres');
update public.budget_alerts set period_start = period_start - 1 where limit_kind = 'soft';
select tests.act_as('owner');
select tests.did(tests.spend(1, 7, 0.1));
select is(
  (select count(*) from public.budget_alerts where limit_kind = 'soft'), 2::bigint,
  'the next period has its own'
);
select is((select count(*) from public.budget_alerts), 4::bigint, 'and only that one');

select * from finish();
rollback;
