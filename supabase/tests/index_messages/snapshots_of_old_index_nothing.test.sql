begin isolation level repeatable read;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/waiting.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content)
select tests.s(1), 'user', 'waiting ' || i from generate_series(1, 60) as i;
select is(
  tests.waiting('owner'), 60::bigint, 'in repeatable read a writer leaves the index to the schedule'
);
select is(
  (select count(*) from public.search_messages('waiting', p_limit => 200)), 60::bigint,
  'and all is found'
);

select * from finish();
rollback;
