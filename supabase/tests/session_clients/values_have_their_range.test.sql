begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(16);

select tests.visit(1);
select is(
  tests.error_of(format('update public.session_clients set %I = repeat(%L, %s)', c.name, c.text, c.count)),
  c.expected, format('%s: %s times %s', c.name, c.count, c.text)
)
from (
  values
    ('session_token', 'x', 0, '23514'), ('session_token', 'x', 1, 'ok'),
    ('session_token', 'é', 255, 'ok'), ('session_token', 'x', 256, '23514'),
    ('user_identifier', 'x', 64, 'ok'), ('user_identifier', 'x', 65, '23514'),
    ('referrer', 'x', 2048, 'ok'), ('referrer', 'x', 2049, '23514'),
    ('user_agent', 'x', 1024, 'ok'), ('user_agent', 'x', 1025, '23514'),
    ('address', 'x', 64, 'ok'), ('address', 'x', 65, '23514')
) as c (name, text, count, expected);
select is(
  tests.error_of(
    format($q$ update public.session_clients set secret_hash = decode(repeat('00', %s), 'hex') $q$, n)
  ), case n when 32 then 'ok' else '23514' end, format('a hash of %s bytes', n)
)
from unnest(array[0, 31, 32, 33]) as n;

select * from finish();
rollback;
