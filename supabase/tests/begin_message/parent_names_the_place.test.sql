begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(6);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.fill(1, 2);
select tests.append(2, jsonb_build_array(tests.msg(9)));
select is(tests.begin_error(3, 'neither'), 'PT400 INVALID_ARGUMENT', 'no place');
select is(tests.begin_error(3, tests.m(7)::text), 'PT404 MESSAGE_NOT_FOUND', 'unknown');
select is(
  tests.begin_error(3, tests.m(9)::text), 'PT404 MESSAGE_NOT_FOUND', 'of another session'
);
select tests.begin(3, tests.m(1)::text);
select is(tests.tree_of(1), '1 2<1 3<1 | shown 3 | branches 1', 'a message');
select tests.begin(4, 'root');
select is(tests.tree_of(1), '1 2<1 3<1 4 | shown 4 | branches 2', 'root');
select tests.begin(5, tests.m(2)::text);
select is(tests.tree_of(1), '1 2<1 3<1 4 5<2 | shown 5 | branches 2', 'the end of another branch');

select * from finish();
rollback;
