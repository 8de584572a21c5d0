-- 1-2-3, 4-5 beside 3, 6 beside 2.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(6, jsonb_build_object('parent', tests.m(1))),
  tests.msg(4, jsonb_build_object('parent', tests.m(2))), tests.msg(5)
));
select is(tests.tree_of(1), '1 2<1 3<2 6<1 4<2 5<4 | shown 5 | branches 2', 'the tree');
delete from public.conversation_messages where id = tests.m(5);
select is(tests.tree_of(1), '1 2<1 3<2 6<1 4<2 | shown 4 | branches 2', 'its parent is a leaf now');
delete from public.conversation_messages where id = tests.m(4);
select is(
  tests.tree_of(1), '1 2<1 3<2 6<1 | shown 3 | branches 1',
  'its parent goes on: the leaf under it, though 6 is newer'
);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(7), tests.s(1), 'user', 'a');
select is(tests.tree_of(1), '1 2<1 3<2 6<1 7<3 | shown 7 | branches 1', 'where the next goes on');
delete from public.conversation_messages where id in (tests.m(2), tests.m(3), tests.m(7));
select is(
  tests.tree_of(1), '1 6<1 | shown 6 | branches 0', 'a branch and its fork: the other branch'
);
select tests.append(1, jsonb_build_array(
  tests.msg(8, jsonb_build_object('parent', tests.m(6))),
  tests.msg(9, jsonb_build_object('parent', tests.m(6))),
  tests.msg(10, jsonb_build_object('parent', tests.m(1)))
));
delete from public.conversation_messages where id = tests.m(10);
select is(
  tests.tree_of(1), '1 6<1 8<6 9<6 | shown 9 | branches 1', 'of two leaves under it the newer'
);
delete from public.conversation_messages where id in (tests.m(1), tests.m(6), tests.m(9));
select is(tests.tree_of(1), '8 | shown 8 | branches 0', 'past the root: the newest message');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
