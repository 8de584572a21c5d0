-- The lists of tables stay without statistics and are taken for larger: compiling the query over them took
-- 230 milliseconds a step of a retention run.
begin;
\ir ../_shared/setup.psql
select plan(1);

select ok(
  (
    select p.proconfig @> array['jit=off']
    from pg_proc as p
    where p.oid = 'private.wipe_sessions(uuid[], timestamptz, boolean)'::regprocedure
  ), 'wiping sessions is never compiled'
);

select * from finish();
rollback;
