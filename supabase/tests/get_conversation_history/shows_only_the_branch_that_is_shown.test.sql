begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
-- 1-2-3-4, then 5 beside 3, 6 behind 5, then a second root 7.
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3), tests.msg(4)));
select is(tests.history_of(1), '1 2 3 4', 'a straight line');
select tests.append(
  1, jsonb_build_array(tests.msg(5, jsonb_build_object('parent', tests.m(2))), tests.msg(6))
);
select is(tests.history_of(1), '1 2 5 6', 'the new branch, not 3 and 4');
select is(tests.history_of(1, 2), '5 6', 'its last two');
select is(tests.history_of(1, 2, 5), '1 2', 'before 5: on across the fork');
select is(tests.history_of(1, 3, 6), '1 2 5', 'before 6');
select is(tests.history_of(1, 50, 1), 'empty', 'nothing before the first');
select tests.append(1, jsonb_build_array(tests.msg(7, '{"parent": "root"}')));
select is(tests.history_of(1), '7', 'a second root alone');
select tests.append(1, jsonb_build_array(tests.msg(8, jsonb_build_object('parent', tests.m(4)))));
select is(tests.history_of(1), '1 2 3 4 8', 'the first branch again, grown');

select * from finish();
rollback;
