begin;
\ir ../_shared/setup.psql
select plan(5);

select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.make_log_partitions(%L)', c.months)), c.expected,
  coalesce(c.months, 'null') || ' months'
)
from (
  values ('-1', 'PT400 INVALID_ARGUMENT'), ('25', 'PT400 INVALID_ARGUMENT'),
    (null, 'PT400 INVALID_ARGUMENT'), ('0', 'ok'), ('24', 'ok')
) as c (months, expected);

select * from finish();
rollback;
