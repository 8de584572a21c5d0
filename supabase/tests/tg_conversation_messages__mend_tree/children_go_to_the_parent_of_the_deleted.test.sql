-- 1-2-3-4, and 5-6 beside 3.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4),
  tests.msg(5, jsonb_build_object('parent', tests.m(2))), tests.msg(6)
));
select is(tests.tree_of(1), '1 2<1 3<2 4<3 5<2 6<5 | shown 6 | branches 1', 'the tree');
delete from public.conversation_messages where id = tests.m(3);
select is(tests.tree_of(1), '1 2<1 4<2 5<2 6<5 | shown 6 | branches 1', 'inside a hidden branch');
delete from public.conversation_messages where id = tests.m(2);
select is(tests.tree_of(1), '1 4<1 5<1 6<5 | shown 6 | branches 1', 'the fork');
delete from public.conversation_messages where id = tests.m(1);
select is(tests.tree_of(1), '4 5 6<5 | shown 6 | branches 1', 'the root: two roots are left');
select is(tests.history_of(1), '5 6', 'the shown branch');
delete from public.conversation_messages where id = tests.m(4);
select is(tests.tree_of(1), '5 6<5 | shown 6 | branches 0', 'a leaf: a line is left');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
