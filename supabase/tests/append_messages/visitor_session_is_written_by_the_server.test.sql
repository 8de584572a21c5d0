begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
select is(tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2))), '1@1+ 2@2+', 'two');
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(3), tests.s(1), 'user', 'a'), (tests.m(4), tests.s(1), 'user', 'b');
select is(tests.tree_of(1), '1 2<1 3<2 4<3 | shown 4 | branches 0', 'and plainly');
delete from public.conversation_messages where id in (tests.m(2), tests.m(4));
select is(tests.tree_of(1), '1 3<1 | shown 3 | branches 0', 'a delete mends the line');
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 4', 'and the counters');
select tests.act_as('owner');
select is(
  tests.append_error(1, jsonb_build_array(tests.msg(5))), 'PT404 SESSION_NOT_FOUND',
  'no user writes into it'
);

select * from finish();
rollback;
