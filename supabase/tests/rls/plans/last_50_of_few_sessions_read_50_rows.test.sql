begin;
\ir ../../_shared/setup.psql
\ir plan.psql
\ir messages.psql
select plan(5);

-- A young project: three sessions in all, so that the planner thinks little of a session's id.
select tests.make_messages(10000, 1);
\ir last_50.psql

select * from finish();
rollback;
