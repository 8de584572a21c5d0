begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

create function tests.cursor_of(p_text text)
returns text
language sql
as $$
  select translate(encode(convert_to(p_text, 'UTF8'), 'base64'), E'+/=\n', '-_')
$$;
create temp table bad as
select *
from (
  values
    ('an empty string', ''),
    ('a blank', ' '),
    ('a line end', E'\n'),
    ('not base64', '!!!!'),
    ('letters outside ASCII', 'ééé'),
    ('one character', 'A'),
    ('zero bytes', repeat('A', 72)),
    ('no UTF-8', translate(encode('\xff3a', 'base64'), '+/=', '-_')),
    ('no colon', tests.cursor_of('1')),
    ('no id', tests.cursor_of('1:')),
    ('no time', tests.cursor_of(':' || tests.s(1))),
    ('a time that is no number', tests.cursor_of('x:' || tests.s(1))),
    ('a fraction', tests.cursor_of('1.5:' || tests.s(1))),
    ('more than a bigint', tests.cursor_of('99999999999999999999:' || tests.s(1))),
    ('a time beyond timestamptz', tests.cursor_of('9223372036854775807:' || tests.s(1))),
    ('a time before timestamptz', tests.cursor_of('-9223372036854775808:' || tests.s(1))),
    ('an id that is no uuid', tests.cursor_of('1:1')),
    ('a third part', tests.cursor_of('1:' || tests.s(1) || ':1')),
    ('a cut id', tests.cursor_of('1:' || left(tests.s(1)::text, 35))),
    ('text after it', tests.cursor_of('1:' || tests.s(1)) || 'AAAA'),
    ('a sign after it', tests.cursor_of('1:' || tests.s(1)) || '!'),
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
select is((select count(*) from bad), 22::bigint, '22 malformed cursors');
select results_eq(
  $$ select what, pg_temp.listed(cursor) from bad $$,
  $$ select what, 'PT400 INVALID_ARGUMENT' from bad $$, 'each is refused'
);
select is(
  pg_temp.listed(tests.cursor_of('1:' || tests.s(1))), 'ok', 'one that is well formed is taken'
);

select * from finish();
rollback;
