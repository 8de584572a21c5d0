-- A set out of jsonb_path_query takes time by the square of its length: 4 MB of zeros held a server for nine
-- seconds. Not timed here: what one machine does in a moment another, busy one does not.
begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
select plan(2);

select is_empty(
  $$ select f.function from tests.functions as f where f.body ~ '\mjsonb_path_query\s*\(' $$,
  'no function makes a set out of a path'
);
select is(
  (
    select array_agg(private.has_wide_number(l.list) order by l.n)
    from (
      values
        (1, (select jsonb_agg(0) from generate_series(1, 20000))),
        (2, (select jsonb_agg(case when i = 19999 then '0e-500'::jsonb else '0' end)
             from generate_series(1, 20000) as i))
    ) as l (n, list)
  ),
  '{f,t}', 'one among many is found'
);

select * from finish();
rollback;
