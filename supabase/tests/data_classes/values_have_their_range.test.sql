begin;
\ir ../_shared/setup.psql
select plan(5);

select is(tests.error_of(c.statement), c.expected, c.statement)
from (
  values
    ('insert into private.data_tables select * from private.data_tables limit 1', '23505'),
    ('update private.data_tables set export_order = 30 where table_name = ''public.brands''', '23505'),
    ('insert into private.data_columns select * from private.data_columns limit 1', '23505'),
    ('insert into private.data_columns values (''public.nothing'', ''id'', ''key'')', '23503')
) as c (statement, expected);
delete from private.data_tables where table_name = 'public.brands';
select is_empty(
  $$ select 1 from private.data_columns where table_name = 'public.brands' $$,
  'the columns of a table go with it'
);

select * from finish();
rollback;
