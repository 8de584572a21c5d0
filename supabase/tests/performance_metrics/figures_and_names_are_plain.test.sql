begin;
\ir ../_shared/setup.psql
select plan(13);

select tests.act_as('service_role');
select is(
  tests.error_of(format(
    'insert into public.performance_metrics (name, type, value, unit) values (%L, %L, %L, %L)',
    c.name, 'gauge', c.value, c.unit
  )),
  c.expected, c.what
)
from (
  values
    ('n', '1.5', 'ms', 'ok', 'a value with its unit'), ('n', '-1e308', null, 'ok', 'one without'),
    ('n', 'NaN', null, '23514', 'not NaN'), ('n', 'Infinity', null, '23514', 'not Infinity'),
    ('n', '-Infinity', null, '23514', 'nor its negative'),
    ('', '1', null, '23514', 'a name has a character'),
    (repeat('é', 200), '1', null, 'ok', 'and up to 200'),
    (repeat('n', 201), '1', null, '23514', 'not more'), ('n', '1', '', '23514', 'so has a unit'),
    ('n', '1', repeat('u', 50), 'ok', 'up to 50'), ('n', '1', repeat('u', 51), '23514', 'not more')
) as c (name, value, unit, expected, what);
select is(
  tests.error_of(
    $$ insert into public.performance_metrics (name, type, value) values ('n', 'rate', 1) $$
  ), '22P02', 'a type is one of four'
);
select is(
  tests.error_of($$ insert into public.agent_logs (level, log_type) values ('fatal', 'trace') $$),
  '22P02', 'a level one of five'
);

select * from finish();
rollback;
