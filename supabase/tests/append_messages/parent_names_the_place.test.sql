begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2)));
select tests.append(1, jsonb_build_array(tests.msg(3, '{"parent": "active"}')));
select is(tests.tree_of(1), '1 2<1 3<2 | shown 3 | branches 0', 'active: the shown end');
select tests.append(1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(3)))));
select is(tests.tree_of(1), '1 2<1 3<2 4<3 | shown 4 | branches 0', 'the id of the end');
select tests.append(1, jsonb_build_array(tests.msg(5, jsonb_build_object('parent', tests.m(2)))));
select is(tests.tree_of(1), '1 2<1 3<2 4<3 5<2 | shown 5 | branches 1', 'an older id: a branch');
select tests.append(1, jsonb_build_array(tests.msg(6)));
select is(tests.tree_of(1), '1 2<1 3<2 4<3 5<2 6<5 | shown 6 | branches 1', 'left out: goes on');
select tests.append(
  1, jsonb_build_array(tests.msg(7, jsonb_build_object('parent_message_id', tests.m(6))))
);
select is(
  tests.tree_of(1), '1 2<1 3<2 4<3 5<2 6<5 7<6 | shown 7 | branches 1', 'by the column''s name'
);
select tests.append(1, jsonb_build_array(tests.msg(8, '{"parent": "root"}'), tests.msg(9)));
select is(
  tests.tree_of(1), '1 2<1 3<2 4<3 5<2 6<5 7<6 8 9<8 | shown 9 | branches 2',
  'root: a new beginning, on which the next element follows'
);
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
