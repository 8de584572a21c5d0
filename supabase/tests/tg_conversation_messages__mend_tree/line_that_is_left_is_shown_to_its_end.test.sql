-- 1-2-3 and 4 beside 2; without 4 it is a line again.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4, jsonb_build_object('parent', tests.m(1)))
));
delete from public.conversation_messages where id = tests.m(4);
select is(tests.tree_of(1), '1 2<1 3<2 | shown 3 | branches 0', 'the end of the line is shown');
select is(tests.history_of(1), '1 2 3', 'the history shows it whole');
select is((select id from public.get_latest_message(tests.s(1))), tests.m(3), 'so does the latest');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(5), tests.s(1), 'user', 'a');
select is(tests.tree_of(1), '1 2<1 3<2 5<3 | shown 5 | branches 0', 'the next goes on from it');

select * from finish();
rollback;
