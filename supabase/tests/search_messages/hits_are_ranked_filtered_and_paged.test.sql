begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(23);

select tests.start(1, 'owner', 'brand'), tests.start(2), tests.start(3, 'other');
update public.conversation_sessions set agent_type = 'coder', title = 'Second' where id = tests.s(2);
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(1), tests.s(1), 'user', 'a lamp and words and more words that make it long ' || repeat('la ', 40)),
  (tests.m(2), tests.s(1), 'assistant', 'lamp lamp lamp'),
  (tests.m(3), tests.s(2), 'user', '<b>lamp</b> & "oil"'),
  (tests.m(4), tests.s(2), 'user', 'lamp lamp'),
  (tests.m(5), tests.s(3), 'user', 'lamp of another');
update public.conversation_messages as m
set created_at = '2026-03-01 00:00:00+00'::timestamptz + (right(m.id::text, 3)::integer) * interval '1 day';
select tests.act_as('owner');

create function pg_temp.found(p_call text)
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  execute format(
    $sql$
      select string_agg(tests.number_of(f.message_id), ' ' order by f.ordinality)
      from public.search_messages(%s) with ordinality as f
    $sql$,
    p_call
  ) into v_found;
  return coalesce(v_found, 'none');
end
$$;
select is(pg_temp.found($$ 'lamp' $$), '4 2 3 1', 'the more often in a shorter text, the better');
select is(pg_temp.found($$ 'lamp', p_session_id => tests.s(2) $$), '4 3', 'one session');
select is(pg_temp.found($$ 'lamp', p_role => 'assistant' $$), '2', 'one role');
select is(pg_temp.found($$ 'lamp', p_from => '2026-03-03', p_to => '2026-03-04' $$), '2', 'a time');
select is(pg_temp.found($$ 'lamp', p_from => '2026-03-04' $$), '4 3', 'from then on');
select is(pg_temp.found($$ 'lamp', p_brand_id => tests.id_of('brand') $$), '2 1', 'a brand');
select is(pg_temp.found($$ 'lamp', p_agent_type => 'coder' $$), '4 3', 'an agent type');
select is(pg_temp.found($$ 'lamp', p_agent_type => 'none' $$), 'none', 'an agent type that nobody is');
select is(
  pg_temp.found($$ 'lamp', p_session_id => tests.s(1), p_agent_type => 'coder' $$), 'none', 'both'
);
select is(pg_temp.found($$ 'lamp', p_limit => 2 $$), '4 2', 'a page');
select is(
  (select row(f.session_id, f.session_title, f.role, f.sequence_order, f.created_at)::text
   from public.search_messages('oil') as f),
  row(tests.s(2), 'Second', 'user', 1, '2026-03-04 00:00:00+00'::timestamptz)::text,
  'what a row says'
);
select is(
  (select headline from public.search_messages('oil')),
  '&lt;b&gt;lamp&lt;/b&gt; &amp; &quot;<mark>oil</mark>&quot;', 'a headline is HTML with its marks alone'
);
select is(
  (select array_agg(rank > 0 and rank <= 1) from public.search_messages('lamp')), '{t,t,t,t}',
  'a rank is above 0 and at most 1'
);
select is(
  tests.error_of($$ select public.search_messages('lamp', p_limit => 201) $$), 'PT400 INVALID_ARGUMENT',
  'at most 200'
);
select is(
  tests.error_of($$ select public.search_messages('lamp', p_cursor => 'x') $$), 'PT400 INVALID_ARGUMENT',
  'a malformed cursor'
);
select is(
  tests.error_of(
    format(
      $$ select public.search_messages('lamp', p_cursor => %L) $$, repeat('0', 8) || '7' || repeat('f', 95)
    )
  ),
  'PT400 INVALID_ARGUMENT', 'a cursor of other bytes'
);

-- More matches than compete for a rank at once.
select tests.act_as('postgres');
insert into public.conversation_messages (session_id, role, content)
select tests.s(2), 'user', 'torch ' || repeat('torch ', i % 3) || 'number ' || i
from generate_series(1, 450) as i;
insert into public.conversation_messages (session_id, role, content)
select tests.s(2), 'user', 'filler ' || case when i % 20 = 0 then 'candle' else '' end
from generate_series(1, 600) as i;
select tests.act_as('owner');
create temp table pages (page integer, message_id uuid, rank real);
create function pg_temp.read_pages(p_query text, p_limit integer, p_session_id uuid default null)
returns integer
language plpgsql
as $$
declare
  v_cursor text;
  v_page integer := 0;
  v_rows integer;
begin
  delete from pages;
  loop
    v_page := v_page + 1;
    with page as (
      select * from public.search_messages(
        p_query, p_session_id => p_session_id, p_limit => p_limit, p_cursor => v_cursor
      ) with ordinality as f
    ),
    kept as (
      insert into pages select v_page, p.message_id, p.rank from page as p
    )
    select count(*), (array_agg(p.cursor order by p.ordinality desc))[1] into v_rows, v_cursor
    from page as p;
    -- Not a short page: the next one goes on.
    exit when v_rows = 0 or v_page > 50;
  end loop;
  return v_page - 1;
end
$$;
select is(pg_temp.read_pages('torch', 37), 13, '450 matches by 37');
select is((select count(distinct message_id) || ' of ' || count(*) from pages), '450 of 450', 'each once');
select is(pg_temp.read_pages('torch', 37, tests.s(2)), 14, 'in one session too, where all came at once');
select is((select count(distinct message_id) || ' of ' || count(*) from pages), '450 of 450', 'each once');
select is(
  (select count(*) from pages where page = 1 and rank = (select max(rank) from pages)), 37::bigint,
  'the best of a block first'
);
select is(pg_temp.read_pages('candle', 7), 5, 'a rare word among newer messages');
select is((select count(distinct message_id) || ' of ' || count(*) from pages), '30 of 30', 'each once');

select * from finish();
rollback;
