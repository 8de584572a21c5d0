begin isolation level repeatable read;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content)
select tests.s(1), 'user', 'a' from generate_series(1, 600);
select tests.act_as('postgres');
select is(
  (select count(*) from private.usage_tail as t where t.user_id = tests.id_of('owner')), 600::bigint,
  'in repeatable read a writer leaves the merge to others'
);
select tests.act_as('owner');
select is(
  (select sum(u.user_messages) from public.usage_daily as u), 600::numeric, 'and misses nothing'
);

select * from finish();
rollback;
