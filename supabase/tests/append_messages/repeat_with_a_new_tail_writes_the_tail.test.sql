begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2)));
select is(
  tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4))),
  '1@1= 2@2= 3@3+ 4@4+', 'found and inserted'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<3 | shown 4 | branches 0', 'the tree');
select is(
  tests.append(1, jsonb_build_array(tests.msg(5), tests.msg(1), tests.msg(6))),
  '5@5+ 1@1= 6@6+', 'a repeat in the middle'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<3 5<4 6<5 | shown 6 | branches 0', 'is passed over');
select is(tests.counters_of(1), 'messages 6, tokens 0, cost 0, last 6', 'the counters');

select * from finish();
rollback;
