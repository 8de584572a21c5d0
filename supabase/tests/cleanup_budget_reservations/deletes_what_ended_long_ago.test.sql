begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(11);

select tests.act_as('service_role');
select tests.did(tests.reserve(s, 1, n))
from (values (1, 1), (1, 2), (1, 3), (1, 4), (5, 5), (1, 6)) as h (s, n);
select tests.did(tests.settle(1)), tests.did(tests.release(2)), tests.did(tests.settle(4));
select tests.act_as('postgres');
update public.budget_reservations
set
  expires_at = now() - interval '31 days',
  -- The fourth was settled late, a day ago.
  closed_at = case id when tests.r(4) then now() - interval '1 day' else closed_at - interval '31 days' end
where id <> tests.r(6);
select public.set_legal_hold('court', p_user_id => tests.id_of('brand_member'));
select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.cleanup_budget_reservations(%L, %L)', keep_days, at_most)),
  'PT400 INVALID_ARGUMENT', format('%s days, %s at most', keep_days, at_most)
)
from (values (null, 1), (0, 1), (36501, 1), (1, null), (1, 0), (1, 100001)) as a (keep_days, at_most);
select is(public.cleanup_budget_reservations(32), 0, 'none is that old');
select is(public.cleanup_budget_reservations(p_limit => 1), 1, 'as many as the limit');
select is(public.cleanup_budget_reservations(), 2, 'the rest');
select is(
  (select array_agg(right(id::text, 1) order by id) from public.budget_reservations), '{4,5,6}',
  'not one that ended lately, is under a legal hold, or still holds'
);
select is(tests.settle(1), 'PT404 RESERVATION_NOT_FOUND', 'one that is gone is not known');

select * from finish();
rollback;
