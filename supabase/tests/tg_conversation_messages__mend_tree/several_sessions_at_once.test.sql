begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(i) from generate_series(1, 3) as i;
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3)));
select tests.append(2, jsonb_build_array(
  tests.msg(4), tests.msg(5), tests.msg(6, jsonb_build_object('parent', tests.m(4)))
));
select tests.append(3, jsonb_build_array(tests.msg(7), tests.msg(8)));
delete from public.conversation_messages
where id in (tests.m(2), tests.m(3), tests.m(4), tests.m(7), tests.m(8));
select is(tests.tree_of(1), '1 | shown 1 | branches 0', 'a line');
select is(tests.tree_of(2), '5 6 | shown 6 | branches 1', 'a tree');
select is(tests.tree_of(3), 'empty | shown none | branches 0', 'an emptied one');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
