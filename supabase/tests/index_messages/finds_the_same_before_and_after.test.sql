begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/waiting.psql
select plan(19);

create function pg_temp.hits(p_query text)
returns text
language sql
as $$
  select coalesce(string_agg(tests.number_of(f.message_id), ' ' order by f.message_id), 'none')
  from public.search_messages(p_query) as f
$$;
select tests.start(1), tests.start(2), tests.start(3, 'other');
select tests.act_as('owner');
-- Older than the newest 100, which a search looks at first.
select tests.insert_waiting(1, int4range(1, 41));
select tests.act_as('service_role');
select is(public.index_messages(), 40, 'a first batch is indexed');
select is(public.index_messages(), 0, 'and there is nothing more to do');
select tests.act_as('owner');
select tests.insert_waiting(2, int4range(101, 261));
select is(tests.waiting('owner'), 160::bigint, 'the others wait');
select tests.act_as('other');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(300), tests.s(3), 'user', 'rare and of another');
select tests.act_as('owner');
create temp table asked (query text primary key, hits text);
insert into asked (query, hits)
select q, pg_temp.hits(q)
from unnest(array['rare', '"number 25"', 'numb* -rare', '125 or 250', 'unknown']) as q;
select is(
  (select a.hits from asked as a where a.query = 'rare'), '25 125 150 175 200 225 250',
  'what waits is found, also beyond the newest'
);
select is((select a.hits from asked as a where a.query = '"number 25"'), '25', 'as is what does not');
select is(
  (
    select string_agg(tests.number_of(f.message_id), ' ' order by f.message_id)
    from public.search_messages('rare', p_session_id => tests.s(2)) as f
  ), '125 150 175 200 225 250', 'in one session too'
);
select tests.act_as('service_role');
select is(public.index_messages(), 161, 'all users'' messages are indexed');
select is(tests.waiting('owner') + tests.waiting('other'), 0::bigint, 'none waits any more');
select tests.act_as('owner');
select is(pg_temp.hits(a.query), a.hits, a.query || ': the same hits') from asked as a order by a.query;

-- A text that changes waits again, and is not found by its old words.
select tests.act_as('postgres');
update public.conversation_messages set content = 'overwritten' where id = tests.m(125);
select tests.act_as('owner');
select is(tests.waiting('owner'), 1::bigint, 'a changed text waits');
select is(pg_temp.hits('rare'), '25 150 175 200 225 250', 'its old words are gone');
select is(pg_temp.hits('overwritten'), '125', 'its new ones are there');
select tests.act_as('postgres');
delete from public.conversation_messages where id = tests.m(125);
select tests.act_as('owner');
select is(pg_temp.hits('overwritten'), 'none', 'what is deleted while it waits is not found');

-- Whatever leaves a row behind, it is not looked at each time.
select tests.act_as('postgres');
insert into public.message_search (user_id, created_at, message_id, session_id, role)
values (tests.id_of('owner'), now(), tests.m(999), tests.s(1), 'user');
select is(public.index_messages(), 1, 'a row without its message is done with');
select is(public.index_messages(), 0, 'once');

select * from finish();
rollback;
