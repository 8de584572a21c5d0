begin;
\ir ../../_shared/setup.psql
\ir plan.psql
\ir messages.psql
select plan(5);

-- Long, and 501 other sessions.
select tests.make_messages(10000, 500);
\ir last_50.psql

select * from finish();
rollback;
