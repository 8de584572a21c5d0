begin;
\ir ../_shared/setup.psql
select plan(10);

select is(
  tests.error_of(
    'insert into public.redaction_patterns (name, pattern, replacement) values (' || c.given || ')'
  ),
  c.expected, c.given
)
from (
  values
    ($$ repeat('a', 63), 'x', '' $$, 'ok'),
    ($$ repeat('a', 64), 'x', '' $$, '23514'),
    ($$ 'A', 'x', '' $$, '23514'),
    ($$ '', 'x', '' $$, '23514'),
    ($$ 'email', 'x', '' $$, '23505'),
    ($$ 'a_1', repeat('x', 1000), repeat('y', 200) $$, 'ok'),
    ($$ 'a', repeat('x', 1001), '' $$, '23514'),
    ($$ 'a', 'x', repeat('y', 201) $$, '23514'),
    ($$ 'a', '', '' $$, 'PT400 INVALID_ARGUMENT'),
    ($$ 'a', '(', '' $$, 'PT400 INVALID_ARGUMENT')
) as c (given, expected);

select * from finish();
rollback;
