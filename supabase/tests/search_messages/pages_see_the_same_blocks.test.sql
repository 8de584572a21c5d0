begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

-- With 7 of the newest 80, the index is asked for 214: there are 213.
select tests.start(1);
insert into public.conversation_messages (id, session_id, role, content)
select
  tests.m(i), tests.s(1), 'user',
  'number ' || i || case
    when i <= 1236 and i % 6 = 0 or i > 1236 and (i - 1236) % 12 = 1 then repeat(' word', 1 + i % 7)
    else ''
  end
from generate_series(1, 1316) as i;
create temp table found (place integer generated always as identity, message_id uuid, cursor text);
grant all on found to authenticated;
create function pg_temp.read_page() returns void language sql as $$
  insert into found (message_id, cursor)
  select s.message_id, s.cursor
  from public.search_messages(
    'word', p_cursor => (select f.cursor from found as f order by f.place desc limit 1)
  ) with ordinality as s
  order by s.ordinality
$$;
select tests.act_as('owner');
select pg_temp.read_page();
select is((select count(*) from found), 20::bigint, 'a page');
-- Some are indexed meanwhile, and the person writes on.
select tests.act_as('postgres');
select public.index_messages();
insert into public.conversation_messages (session_id, role, content, created_at)
select tests.s(1), 'user', 'word', '2100-01-01' from generate_series(1, 90);
update public.message_search set created_at = '2100-01-01' where words is null;
select tests.act_as('owner');
select pg_temp.read_page() from generate_series(2, 15);
select is((select count(*) from found), 213::bigint, 'each is found');
select is((select count(distinct message_id) from found), 213::bigint, 'once');

select is(
  (
    select count(*)
    from public.search_messages('word', p_to => 'infinity', p_limit => 5) with ordinality as f
    cross join lateral public.search_messages(
      'word', p_to => 'infinity', p_limit => 5, p_cursor => f.cursor
    ) as n
    where f.ordinality = 5
  ),
  5::bigint, 'a time without end is none: its pages go on, too'
);

select * from finish();
rollback;
