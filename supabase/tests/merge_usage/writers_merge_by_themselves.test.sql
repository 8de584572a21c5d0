begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content, cost_usd)
select tests.s(1), 'user', 'a', 0.001 from generate_series(1, 500);
select tests.act_as('postgres');
select is(
  (select count(*) from private.usage_tail), 0::bigint, 'a statement of 500 rows merges its tail'
);
select is(
  (
    select concat_ws(' ', r.user_messages, r.cost_usd) from private.usage_rollups as r
    where r.user_id = tests.id_of('owner')
  ), '500 0.500', 'into the roll-ups'
);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content)
select tests.s(2), 'user', 'a' from generate_series(1, 10);
select is(
  (select sum(u.user_messages) from public.usage_daily as u), 510::numeric,
  'readers count what is merged and what is not'
);

select * from finish();
rollback;
