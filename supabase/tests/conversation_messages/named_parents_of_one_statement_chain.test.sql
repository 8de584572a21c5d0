begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, parent_message_id)
values
  (tests.m(1), tests.s(1), 'user', 'a', null),
  (tests.m(2), tests.s(1), 'user', 'b', tests.m(1)),
  (tests.m(3), tests.s(1), 'user', 'c', tests.m(2));
select is(tests.tree_of(1), '1 2<1 3<2 | shown 3 | branches 0', 'each names the row before it');

select * from finish();
rollback;
