begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

-- Four characters are drawn for a user; here all draw the same.
create or replace function private.search_mark(p_secret uuid, p_user_id uuid, p_language text)
returns text
language sql
immutable
strict
set search_path = ''
as $$ select 'mark' $$;
select tests.start(1), tests.start(2, 'other');
update public.conversation_sessions set title = 'quartz' where id in (tests.s(1), tests.s(2));
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'quartz'), (tests.m(2), tests.s(2), 'user', 'quartz');

create function pg_temp.found(p_actor text)
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  perform tests.act_as(p_actor);
  -- What the definer functions give, before row level security looks at it.
  select
    (
      select string_agg(tests.number_of(f.message_id), ' ')
      from unnest(
        (private.find_messages('quartz', null, null, null, null, null, null, 20, null)).found
      ) as f
    )
    || ', ' || (
      select string_agg(ltrim(right(f.session_id::text, 12), '0'), ' ')
      from private.find_sessions('quartz') as f
    )
  into v_found;
  return v_found;
end
$$;
select is(pg_temp.found('owner'), '1, 1', 'one user finds the own message and session');
select is(pg_temp.found('other'), '2, 2', 'and so does the other');

-- The session of another is not looked into either.
create function pg_temp.found_in(p_actor text, p_session integer)
returns bigint
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  return (
    select count(*)
    from unnest(
      (private.find_messages('quartz', tests.s(p_session), null, null, null, null, null, 20, null)).found
    )
  );
end
$$;
select is(pg_temp.found_in('owner', 1), 1::bigint, 'in the own session');
select is(pg_temp.found_in('other', 1), 0::bigint, 'not in that of another');

select * from finish();
rollback;
