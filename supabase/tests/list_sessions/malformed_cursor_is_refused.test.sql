begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

-- 16 digits of a time, 32 of an id.
create function tests.cursor_of(p_at text, p_id text default '1')
returns text
language sql
as $$ select lpad(p_at, 16, '0') || lpad(p_id, 32, '0') $$;
create temp table bad as
select *
from (
  values
    ('an empty string', ''),
    ('a blank', ' '),
    ('a line end', E'\n'),
    ('no digits', repeat('z', 48)),
    ('letters outside ASCII', repeat('é', 48)),
    ('digits outside ASCII', repeat('١', 48)),
    ('one digit', '0'),
    ('a digit too few', left(tests.cursor_of('1'), 47)),
    ('a digit too many', tests.cursor_of('1') || '0'),
    ('two cursors', tests.cursor_of('1') || tests.cursor_of('1')),
    ('no id', left(tests.cursor_of('1'), 16)),
    ('no time', right(tests.cursor_of('1'), 32)),
    ('a time and an id in words', '1:' || tests.s(1)),
    ('an id with hyphens', left(tests.cursor_of('1'), 16) || tests.s(1)),
    ('digits in upper case', tests.cursor_of('A')),
    ('a time that is no number', tests.cursor_of('x')),
    ('a fraction', tests.cursor_of('1.5')),
    ('a minus', tests.cursor_of('-1')),
    ('an id that is no uuid', tests.cursor_of('1', 'x')),
    ('a time beyond timestamptz', tests.cursor_of('7' || repeat('f', 15))),
    ('a time before timestamptz', tests.cursor_of('8' || repeat('0', 15))),
    ('a blank before it', ' ' || tests.cursor_of('1')),
    ('a line end after it', tests.cursor_of('1') || E'\n'),
    ('a sign after it', tests.cursor_of('1') || '!'),
    ('as bytea is printed', '\x' || tests.cursor_of('1')),
    ('SQL', $q$' or true --$q$)
) as b (what, cursor);
grant select on table bad to authenticated;
select tests.act_as('owner');
create function pg_temp.listed(p_cursor text)
returns text
language sql
as $$
  select tests.error_of(format('select * from public.list_sessions(p_cursor => %L)', p_cursor))
$$;
select is((select count(*) from bad), 26::bigint, '26 malformed cursors');
select results_eq(
  $$ select what, pg_temp.listed(cursor) from bad $$,
  $$ select what, 'PT400 INVALID_ARGUMENT' from bad $$, 'each is refused'
);
select is(
  pg_temp.listed(tests.cursor_of('1', '1f')), 'ok', 'one that is well formed is taken'
);

select * from finish();
rollback;
