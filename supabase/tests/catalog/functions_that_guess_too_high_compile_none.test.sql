-- Where the planner takes few rows for many, it compiles, and that takes longer than the call.
begin;
\ir ../_shared/setup.psql
select plan(2);

select ok(
  (select p.proconfig @> array['jit=off'] from pg_proc as p where p.oid = f.function),
  f.function || ': ' || f.why
)
from (
  values
    (
      'public.get_messages_with_tools(uuid, integer, integer)'::regprocedure,
      'a hundred calls are guessed in each message; of 10,000 messages, compiling took 4 seconds'
    ),
    (
      'private.wipe_sessions(uuid[], timestamptz, boolean)',
      'the lists of tables stay without statistics; compiling took 230 milliseconds a step of a retention run'
    )
) as f (function, why);

select * from finish();
rollback;
