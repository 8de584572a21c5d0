-- 1-2-3-4-5, and 6 beside 4.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4), tests.msg(5),
  tests.msg(6, jsonb_build_object('parent', tests.m(3)))
));
delete from public.conversation_messages where id in (tests.m(2), tests.m(3), tests.m(4));
select is(tests.tree_of(1), '1 5<1 6<1 | shown 6 | branches 1', 'three in a row');
select is(tests.history_of(1), '1 6', 'the shown branch');
select lives_ok('set constraints all immediate', 'every parent exists');

select * from finish();
rollback;
