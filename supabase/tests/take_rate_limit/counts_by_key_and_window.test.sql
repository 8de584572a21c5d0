begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(15);

select tests.act_as('service_role');
select is(
  (select array_agg(public.take_rate_limit('a', 3, 86400) order by n) from generate_series(1, 5) as n),
  '{t,t,t,f,f}', 'as many as the limit'
);
select is(public.take_rate_limit('b', 1, 86400), true, 'by key');
select is(public.take_rate_limit('a', 4, 86400), true, 'what is refused does not count');
select tests.act_as('postgres');
select is(
  (select bool_and(window_end = window_start + interval '1 day') from private.rate_limits), true,
  'a window ends'
);
update private.rate_limits set window_start = window_start - interval '1 day';
select tests.act_as('service_role');
select is(
  (select array_agg(public.take_rate_limit('a', 2, 86400) order by n) from generate_series(1, 3) as n),
  '{t,t,f}', 'a new window begins at none'
);
select tests.act_as('postgres');
select is(
  (select max(window_start) from private.rate_limits),
  date_trunc('day', clock_timestamp() at time zone 'utc') at time zone 'utc',
  'windows begin at multiples of their length'
);
-- Who waited for a lock asks for a window that is over.
update private.rate_limits set window_start = window_start + interval '1 day';
select tests.act_as('service_role');
select is(public.take_rate_limit('a', 2, 86400), false, 'an older window counts in the newer one');
select is(
  tests.error_of(format('select public.take_rate_limit(%L, %L, %L)', a.key, a.rate, a.seconds)),
  a.expected, format('%s characters, %s in %s s', length(a.key), a.rate, a.seconds)
)
from (
  values
    (null, 1, 60, 'PT400 INVALID_ARGUMENT'), ('', 1, 60, 'PT400 INVALID_ARGUMENT'),
    (repeat('k', 1025), 1, 60, 'PT400 INVALID_ARGUMENT'), ('k', null, 60, 'PT400 INVALID_ARGUMENT'),
    ('k', 0, 60, 'PT400 INVALID_ARGUMENT'), ('k', 1, null, 'PT400 INVALID_ARGUMENT'),
    ('k', 1, 0, 'PT400 INVALID_ARGUMENT'), ('k', 1, 86401, 'PT400 INVALID_ARGUMENT')
) as a (key, rate, seconds, expected);

select * from finish();
rollback;
