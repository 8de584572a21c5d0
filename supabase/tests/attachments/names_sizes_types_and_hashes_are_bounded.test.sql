begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(22);

select tests.start(1);
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
     values (%L, %L, %L, %L, %L)', tests.s(1), c.name, c.size_bytes, c.mime_type, c.sha256
  )),
  c.expected, c.what
)
from (
  values
    ('a.txt', 0, 'text/plain', tests.hash('0'), 'ok', 'an empty file'),
    ('a.txt', -1, 'text/plain', tests.hash('0'), '23514', 'no negative size'),
    ('a.txt', null, 'text/plain', tests.hash('0'), '23502', 'nor none'),
    ('a.txt', 9007199254740991, 'text/plain', tests.hash('0'), 'ok', 'a very large one'),
    (repeat('x', 1024), 1, 'text/plain', tests.hash('0'), 'ok', 'a name of 1 KiB'),
    (repeat('x', 1025), 1, 'text/plain', tests.hash('0'), 'PT413 TOO_LARGE', 'not more'),
    (repeat('é', 513), 1, 'text/plain', tests.hash('0'), 'PT413 TOO_LARGE', 'counted in bytes'),
    ('', 1, 'text/plain', tests.hash('0'), '23514', 'no empty name'),
    (E'a\nb', 1, 'text/plain', tests.hash('0'), '23514', 'no line break in it'),
    (E'a\n', 1, 'text/plain', tests.hash('0'), '23514', 'nor at its end'),
    (E'a\u007fb', 1, 'text/plain', tests.hash('0'), '23514', 'no delete character'),
    (E'a\u0085b', 1, 'text/plain', tests.hash('0'), '23514', 'no control character of Latin 1'),
    ('../über uns/文.txt', 1, 'text/plain', tests.hash('0'), 'ok', 'any other text: it is no path'),
    ('a', 1, 'a/' || repeat('x', 253), tests.hash('0'), 'ok', 'a media type of 255 characters'),
    ('a', 1, 'a/' || repeat('x', 254), tests.hash('0'), '23514', 'not more'),
    ('a', 1, '', tests.hash('0'), '23514', 'not empty'),
    ('a', 1, E'a/b\r\nX: y', tests.hash('0'), '23514', 'no line break in it'),
    ('a', 1, 'a/é', tests.hash('0'), '23514', 'nothing but ASCII'),
    ('a', 1, 'a/b', repeat('a', 63), '23514', 'a hash has 64 digits'),
    ('a', 1, 'a/b', repeat('a', 65), '23514', 'not more'),
    ('a', 1, 'a/b', repeat('A', 64), '23514', 'in lower case'),
    ('a', 1, 'a/b', '../' || repeat('a', 61), '23514', 'and is no path')
) as c (name, size_bytes, mime_type, sha256, expected, what);

select * from finish();
rollback;
