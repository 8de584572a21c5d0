begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(20);

create function pg_temp.found(p_call text)
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  execute format(
    $sql$
      select string_agg(ltrim(right(f.session_id::text, 12), '0'), ' ' order by f.ordinality)
      from public.search_sessions(%s) with ordinality as f
    $sql$,
    p_call
  ) into v_found;
  return coalesce(v_found, 'none');
end
$$;
insert into public.conversation_sessions
  (id, user_id, brand_id, title, description, agent_type, language, last_activity_at)
select
  tests.s(v.n), tests.id_of(v.actor), tests.id_of(v.brand), v.title, v.description, v.agent_type, v.language,
  '2026-03-01 00:00:00+00'::timestamptz + v.n * interval '1 day'
from (
  values
    (1, 'owner', null, 'A garden', 'with a pond', 'coder', 'simple'),
    (2, 'owner', 'brand', 'A pond', null, null, 'simple'),
    (3, 'owner', null, null, 'nothing but a pond', null, 'simple'),
    (4, 'other', null, 'Pond of another', null, null, 'simple'),
    (5, 'owner', null, 'Running ponds', null, null, 'english')
) as v (n, actor, brand, title, description, agent_type, language);
select tests.start(6);

select tests.act_as('owner');
select is(
  pg_temp.found($$ 'pond' $$), '5 2 3 1', 'titles first, then descriptions, of fewer words first'
);
select is(pg_temp.found($$ 'run' $$), '5', 'in the language of the session');
select is(pg_temp.found($$ 'garden pond' $$), '1', 'words of both');
select is(pg_temp.found($$ 'pond', p_agent_type => 'coder' $$), '1', 'an agent type');
select is(pg_temp.found($$ 'pond', p_brand_id => tests.id_of('brand') $$), '2', 'a brand');
select is(
  pg_temp.found($$ 'pond', p_from => '2026-03-02', p_to => '2026-03-04' $$), '2 1', 'by last activity'
);
select is(pg_temp.found($$ 'pond', p_limit => 1 $$), '5', 'a page');
create function pg_temp.second()
returns text
language sql
as $$
  select pg_temp.found(
    format($s$ 'pond', p_limit => 2, p_cursor => %L $s$, f.cursor)
  )
  from public.search_sessions('pond', p_limit => 1) as f
$$;
select is(pg_temp.second(), '2 3', 'and the next');
select is(
  (select headline from public.search_sessions('garden')),
  U&'A <mark>garden</mark> \2014 with a pond', 'a headline of both'
);
select is(
  tests.error_of($$ select public.search_sessions('pond', p_limit => 0) $$), 'PT400 INVALID_ARGUMENT',
  '1 at least'
);
select is(
  tests.error_of($$ select public.search_sessions('pond', p_cursor => 'x') $$), 'PT400 INVALID_ARGUMENT',
  'a malformed cursor'
);
select public.rename_session(tests.s(6), 'A lake');
select is(pg_temp.found($$ 'lake' $$), '6', 'a title that is given later');
select public.rename_session(tests.s(6), 'A sea');
select is(pg_temp.found($$ 'lake' $$), 'none', 'what it replaces is gone');
select public.archive_session(tests.s(6));
select is(
  pg_temp.found($$ 'sea' $$) || pg_temp.found($$ 'sea', p_status => 'active' $$), '6none', 'a status'
);
select public.delete_session(tests.s(6));
select is(pg_temp.found($$ 'sea' $$), 'none', 'the trash is not searched');
select is(
  tests.error_of($$ select public.search_sessions('sea', 'deleted') $$), 'PT400 INVALID_ARGUMENT',
  'not by its name either'
);
select tests.act_as('service_role');
select is(
  tests.error_of($$ select public.search_sessions('pond') $$), 'PT401 UNAUTHENTICATED', 'a server without a user'
);
select is(
  tests.error_of($$ select public.search_messages('pond') $$), 'PT401 UNAUTHENTICATED', 'nor messages'
);
select tests.act_as('postgres');
update public.conversation_sessions set title = null, description = null where id = tests.s(1);
delete from public.conversation_sessions where id = tests.s(2);
select set_eq(
  'select w.session_id from private.session_search as w',
  'select tests.s(n) from unnest(array[3, 4, 5, 6]) as n', 'the index has those with words'
);
select set_eq(
  'select l.user_id, l.language from private.search_languages as l',
  $$ values (tests.id_of('owner'), 'english') $$, 'and the languages beside simple'
);

select * from finish();
rollback;
