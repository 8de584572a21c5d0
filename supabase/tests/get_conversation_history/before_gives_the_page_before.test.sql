begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.fill(1, 10);
select tests.act_as('owner');
select is(tests.history_of(1, 3, 8), '5 6 7', 'three before 8');
select is(tests.history_of(1, 3, 5), '2 3 4', 'and before 5');
select is(tests.history_of(1, 3, 2), '1', 'the rest');
select is(tests.history_of(1, 3, 1), 'empty', 'nothing before the first');
select is(tests.history_of(1, 3, null), '8 9 10', 'null: from the end');
select is(tests.history_of(1, 3, 2147483647), '8 9 10', 'far beyond the end');
select is(tests.history_of(1, 3, -5), 'empty', 'a negative one');

select * from finish();
rollback;
