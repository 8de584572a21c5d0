begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../rls/plans/plan.psql
select plan(14);

-- Counted by the server: what the function itself reads.
create function pg_temp.rows_of(p_query text)
returns bigint
language plpgsql
as $$
declare
  v_before constant bigint := tests.rows_counted('public.message_search');
begin
  perform from public.search_messages(p_query);
  return tests.rows_counted('public.message_search') - v_before;
end
$$;
create temp table seen (query text primary key, read_rows bigint);
grant all on table seen to authenticated;
select tests.start(1), tests.start(2, 'other');
-- All of one moment, so that the newest are those of the greatest ids.
insert into public.conversation_messages (id, session_id, role, content)
select
  tests.m(i), tests.s(1), 'user',
  'common ' || case when i % 50 = 0 then 'rare ' when i % 10 = 1 then '' else 'word ' end || 'number ' || i
    || case when i % 8 = 0 then ' eighth' else '' end || case when i % 11 = 0 then ' eleventh' else '' end
from generate_series(1, 2500) as i;
-- Or a server whose tests have left nothing but dead rows takes the table for an empty one.
analyze public.message_search;
select tests.act_as('owner');
insert into seen (query, read_rows)
select q, pg_temp.rows_of(q)
from unnest(array['common', 'rare', '"common word"', '"common number"', 'numb*', 'eighth', 'eleventh', 'unknown']) as q;
select is((select read_rows from seen where query = 'unknown'), 80::bigint, 'the newest 80, and nothing');
select is((select read_rows from seen where query = 'common'), 80::bigint, 'a common word: the newest 80');
select is((select read_rows from seen where query = 'rare'), 130::bigint, 'a rare word: its 50 besides');
select is((select read_rows from seen where query = 'eighth'), 320::bigint,
  'a word that one in eight has: 240 more of the newest, and not all with that word');
select is((select read_rows from seen where query = 'eleventh'), 80::bigint + 214 + 342,
  'a word that the index gives too often: no more of it than more of the newest would be');
select is((select read_rows from seen where query = '"common number"'), 380::bigint,
  'a phrase that one in ten has, of words that all have: 300 more of the newest');

-- Another user with the same words.
select tests.act_as('postgres');
insert into public.conversation_messages (session_id, role, content)
select tests.s(2), 'user', 'common ' || case when i % 50 = 0 then 'rare' else 'word' end || ' number ' || i
from generate_series(1, 800) as i;
select tests.act_as('owner');
select is(pg_temp.rows_of(s.query), s.read_rows, s.query || ': no row of others is read')
from seen as s;

select * from finish();
rollback;
