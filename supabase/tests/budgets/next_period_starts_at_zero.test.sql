begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(8);

create function pg_temp.moved_to(p_at timestamptz)
returns void
language sql
security definer
as $$ update public.conversation_messages set created_at = p_at where id = tests.m(1) $$;
select tests.set_budget('owner', 1);
select tests.set_budget('owner', 2, null, 'month');
select tests.act_as('owner');
select tests.did(tests.spend(1, 1, 1));
select is(tests.reserve(1, 0.1, 1), 'PT402 BUDGET_EXCEEDED', 'today is used up');
-- The last moment before, and the first one of, this UTC day and month.
select pg_temp.moved_to(date_trunc('day', now(), 'utc') - interval '1 microsecond');
select matches(tests.state_of('owner'), '^day: 0 spent', 'yesterday does not count today');
select is(tests.reserve(1, 0.1, 1), 'ok', 'so there is room again');
select pg_temp.moved_to(date_trunc('day', now(), 'utc'));
select matches(tests.state_of('owner'), '^day: 1 spent', 'midnight belongs to today');
select pg_temp.moved_to(date_trunc('month', now(), 'utc') - interval '1 microsecond');
select matches(tests.state_of('owner'), 'month: 0 spent', 'last month does not count');
select pg_temp.moved_to(date_trunc('month', now(), 'utc'));
select matches(tests.state_of('owner'), 'month: 1 spent', 'its first moment does');
-- As an app server with a fast clock may record it.
select pg_temp.moved_to(date_trunc('month', now(), 'utc') + interval '1 month');
select is(
  tests.state_of('owner'), 'day: 0 spent, 0.1 held; month: 0 spent, 0.1 held',
  'what is yet to come does not count'
);
select tests.act_as('service_role');
select from public.merge_usage();
select is(
  tests.state_of('owner'), 'day: 0 spent, 0.1 held; month: 0 spent, 0.1 held', 'nor once it is merged'
);

select * from finish();
rollback;
