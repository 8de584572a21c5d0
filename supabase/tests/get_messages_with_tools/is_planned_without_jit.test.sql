-- The planner guesses a hundred calls in each message: of 10,000 messages, compiling took 4 seconds.
begin;
\ir ../_shared/setup.psql
select plan(1);

select ok(
  (
    select p.proconfig @> array['jit=off']
    from pg_proc as p
    where p.oid = 'public.get_messages_with_tools(uuid, integer, integer)'::regprocedure
  ), 'reading the branch is never compiled'
);

select * from finish();
rollback;
