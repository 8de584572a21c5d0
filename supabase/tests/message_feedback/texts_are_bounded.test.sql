begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.fill(1, 1);
select tests.act_as('owner');
insert into public.message_feedback (message_id, rating) values (tests.m(1), 'up');
select is(
  tests.error_of(format('update public.message_feedback set %I = repeat(%L, %s)', c.name, 'x', c.bytes)),
  c.expected, format('%s of %s bytes', c.name, c.bytes)
)
from (
  values
    ('reason', 1024, 'ok'), ('reason', 1025, 'PT413 TOO_LARGE'), ('comment', 65536, 'ok'),
    ('comment', 65537, 'PT413 TOO_LARGE')
) as c (name, bytes, expected);
delete from public.message_feedback;
select is(
  tests.error_of(format(
    'insert into public.message_feedback (message_id, rating, %I) values (%L, %L, repeat(%L, %s))',
    c.name, tests.m(1), 'up', 'é', c.characters
  )), 'PT413 TOO_LARGE', format('a new %s counts in bytes', c.name)
)
from (values ('reason', 513), ('comment', 32769)) as c (name, characters);
select is(
  tests.error_of(format(
    'insert into public.message_feedback (message_id, rating) values (%L, %L)', tests.m(1), c.rating
  )), c.expected, 'rating ' || coalesce(c.rating, 'null')
)
from (values ('sideways', '22P02'), (null, '23502'), ('down', 'ok')) as c (rating, expected);

select * from finish();
rollback;
