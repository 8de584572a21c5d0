-- 1-2-3, and 4-5 as a second root.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4, '{"parent": "root"}'), tests.msg(5)
));
select is(tests.tree_of(1), '1 2<1 3<2 4 5<4 | shown 5 | branches 1', 'two roots');
delete from public.conversation_messages where id in (tests.m(4), tests.m(5));
select is(tests.tree_of(1), '1 2<1 3<2 | shown 3 | branches 0', 'the shown one');
select is(tests.history_of(1), '1 2 3', 'the other is shown');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(6), tests.s(1), 'user', 'a');
select is(tests.tree_of(1), '1 2<1 3<2 6<3 | shown 6 | branches 0', 'and goes on');
select tests.append(1, jsonb_build_array(tests.msg(7, '{"parent": "root"}')));
delete from public.conversation_messages where session_id = tests.s(1);
select is(tests.tree_of(1), 'empty | shown none | branches 0', 'all of a tree');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
