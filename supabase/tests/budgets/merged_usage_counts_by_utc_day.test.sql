-- Repeatable read, because there no writer merges the tail.
begin isolation level repeatable read;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(4);

select tests.set_budget('owner', 10);
select tests.set_budget('brand', 10, null, 'month');
select tests.act_as('service_role');
select tests.did(tests.spend(2, 1, 1)), tests.did(tests.spend(2, 2, 2)), tests.did(tests.spend(3, 3, 4));
select tests.act_as('postgres');
update public.conversation_messages
set created_at = date_trunc('day', now(), 'utc') - interval '1 microsecond' where id = tests.m(2);
update public.conversation_messages
set created_at = date_trunc('month', now(), 'utc') - interval '1 microsecond' where id = tests.m(3);
select tests.act_as('service_role');
select cmp_ok(public.merge_usage(), '>', 0::bigint, 'merged');
select is(tests.state_of('owner'), 'day: 1 spent, 0 held', 'the user''s of today');
set local timezone = 'Pacific/Kiritimati';
select is(tests.state_of('owner'), 'day: 1 spent, 0 held', 'wherever the session is');
select is(
  tests.state_of('brand'),
  case when extract(day from now() at time zone 'utc') = 1 then 'month: 1 spent, 0 held'
    else 'month: 3 spent, 0 held' end,
  'the brand''s of this month'
);

select * from finish();
rollback;
