begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(17);

select tests.start(1);
-- Each as large as a message may be, or larger once it is spelled out.
create temp table texts (n integer, name text, content text, query text);
insert into texts (n, name, content, query)
values
  (1, 'one long word', 'first ' || repeat('x', 1000000), 'first'),
  (2, 'words that all differ', (select string_agg(i::text, ' ') from generate_series(1, 30000) as i), '42'),
  (3, 'long words that all differ',
    (select string_agg(md5(i::text), ' ') from generate_series(1, 5000) as i), md5('1')),
  (4, 'characters that stand for eighteen', 'sign ' || repeat(U&'\FDFA', 100000), 'sign'),
  (5, 'ideographs', repeat(U&'\6211\559C\6B22', 100000), U&'\559C\6B22'),
  (6, 'identifiers',
    'root ' || (select string_agg('getUser' || i || 'ById', ' ') from generate_series(1, 2000) as i),
    'getUser7ById'),
  (7, 'quotes and backslashes', 'mark ' || repeat(E'\\''"''', 50000), 'mark'),
  (8, 'control characters', E'one\x01two\x02\x7f\nthree\tfour', 'three'),
  (9, 'nothing but signs', repeat('*&|!()<->:', 1000), null),
  (10, 'marks that follow each other',
    'acute ' || repeat(chr(769), 50000) || repeat(chr(790), 50000), 'acute'),
  (11, 'ideographs that all differ',
    (select string_agg(chr(i), '') from generate_series(131072, 173000) as i)
      || (select string_agg(chr(i), '') from generate_series(19968, 40000) as i), chr(131072)),
  (12, 'identifiers of letters of four bytes',
    'gothic ' || (
      select string_agg(lpad(to_hex(i), 3, '0') || 'aB' || repeat(chr(66560 + i % 40), 190), ' ')
      from generate_series(1, 500) as i
    ), 'gothic'),
  (13, 'emoji',
    'smile ' || (select string_agg(chr(128512 + i % 60), '') from generate_series(1, 30000) as i), 'smile'),
  (14, 'compounds',
    'fahrt ' || (
      select string_agg(translate(md5(i::text), '0123456789', 'ghijklmnop') || 'wxyz', ' ')
      from generate_series(1, 1500) as i
    ), 'fahrt'),
  (15, 'blanks', 'alone ' || repeat(chr(160), 100000), 'alone'),
  (16, 'surrogates of others', 'plane ' || repeat(chr(1114109), 100000), 'plane');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(1), 'user', content from texts;
select tests.act_as('owner');
create function pg_temp.hits(p_query text)
returns text
language sql
as $$ select string_agg(tests.number_of(f.message_id), ' ') from public.search_messages(p_query) as f $$;
reset role;
select is(pg_temp.hits(t.query), case when t.query is not null then t.n::text end, t.name)
from texts as t;
reset role;
set constraints all immediate;
truncate public.conversation_messages cascade;
select is_empty('select 1 from public.message_search', 'a truncate takes the words along');

select * from finish();
rollback;
