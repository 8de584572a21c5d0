begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1, '{"parent": "root"}'), tests.msg(2),
  tests.msg(3, jsonb_build_object('parent', tests.m(1))),
  tests.msg(4, jsonb_build_object('parent', tests.m(1))),
  tests.msg(5, '{"parent": "root"}'),
  tests.msg(6, jsonb_build_object('parent', tests.m(2)))
));
select is(
  tests.tree_of(1), '1 2<1 3<1 4<1 5 6<2 | shown 6 | branches 3', 'two beside 2, one beside 1'
);
select tests.append(1, jsonb_build_array(
  tests.msg(7, jsonb_build_object('parent', tests.m(4))),
  tests.msg(8, jsonb_build_object('parent', tests.m(4))),
  tests.msg(9, jsonb_build_object('parent', tests.m(6)))
));
select is(
  tests.tree_of(1), '1 2<1 3<1 4<1 5 6<2 7<4 8<4 9<6 | shown 9 | branches 4',
  'only the second child of a leaf is a branch'
);
select is(tests.history_of(1), '1 2 6 9', 'the shown branch');
select tests.append(2, jsonb_build_array(
  tests.msg(11, '{"parent": "root"}'), tests.msg(12, jsonb_build_object('parent', tests.m(11)))
));
select is(tests.tree_of(2), '11 12<11 | shown 12 | branches 0', 'named parents of a line are none');

select * from finish();
rollback;
