begin;
\ir ../_shared/setup.psql
select plan(5);

select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.cleanup_old_logs(%L)', c.days)), c.expected,
  coalesce(c.days, 'null') || ' days'
)
from (
  values ('0', 'PT400 INVALID_ARGUMENT'), ('-1', 'PT400 INVALID_ARGUMENT'),
    ('36501', 'PT400 INVALID_ARGUMENT'), (null, 'PT400 INVALID_ARGUMENT'), ('36500', 'ok')
) as c (days, expected);

select * from finish();
rollback;
