begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 8);
delete from public.conversation_messages where id = tests.m(3);
select is(tests.tree_of(1), '1 2<1 4<2 5<4 6<5 7<6 8<7 | shown 8 | branches 0', 'from the middle');
delete from public.conversation_messages where id = tests.m(1);
select is(tests.tree_of(1), '2 4<2 5<4 6<5 7<6 8<7 | shown 8 | branches 0', 'the first');
delete from public.conversation_messages where id = tests.m(8);
select is(tests.tree_of(1), '2 4<2 5<4 6<5 7<6 | shown 7 | branches 0', 'the last');
delete from public.conversation_messages where id in (tests.m(4), tests.m(5), tests.m(7));
select is(tests.tree_of(1), '2 6<2 | shown 6 | branches 0', 'several side by side, and the last');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(9), tests.s(1), 'user', 'a');
select is(tests.tree_of(1), '2 6<2 9<6 | shown 9 | branches 0', 'the next goes on from the end');
delete from public.conversation_messages where session_id = tests.s(1);
select is(tests.tree_of(1), 'empty | shown none | branches 0', 'all');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a');
select is(tests.tree_of(1), '1 | shown 1 | branches 0', 'and a new beginning');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
