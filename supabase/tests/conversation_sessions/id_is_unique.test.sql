begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select is(tests.error_of('select tests.start(1)'), '23505', 'the same id again');
select is(tests.error_of('select tests.start(2)'), 'ok', 'another one');

select * from finish();
rollback;
