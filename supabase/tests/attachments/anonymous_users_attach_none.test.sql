begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(2);

select tests.start(1, 'anonymous'), tests.start(2);
select tests.act_as('anonymous');
select is(tests.attach(1, 1, 'a'), '42501', 'not to their own session');
select is(tests.attach(2, 2, 'a'), 'PT404 SESSION_NOT_FOUND', 'nor to that of somebody else');

select * from finish();
rollback;
