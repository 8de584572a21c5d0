-- A trigger keeps the plan of its first call for as long as the connection lives, and that call may have been
-- for many rows: what follows with one row must not read whole tables.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
\ir ../_fixtures/scans.psql
select plan(14);
set local jit = off;

insert into auth.users (instance_id, id, aud, role, created_at, updated_at)
select
  '00000000-0000-0000-0000-000000000000', tests.s(i), 'authenticated', 'authenticated', now(), now()
from generate_series(1, 900) as i;
-- So wide that ten look-ups cost less than reading all.
insert into public.conversation_sessions (id, user_id, context)
select tests.s(i), tests.s(i), jsonb_build_object('wide', repeat('x', 1500))
from generate_series(1, 900) as i;
-- Of many words, for the same reason.
insert into public.conversation_messages (id, session_id, role, content)
select
  tests.m(i), tests.s(i), 'user',
  (select string_agg(md5(i || ' ' || j), ' ') from generate_series(1, 30) as j)
from generate_series(1, 900) as i;
select public.index_messages();
analyze;

-- %s: the numbers of the rows. Of which tables one more row read many from end to end.
create function tests.reads_few(p_name text, p_sql text, p_many int4range, p_one integer)
returns text
language plpgsql
as $$
declare
  v_before jsonb;
begin
  execute format(p_sql, format('generate_series(%s, %s)', lower(p_many), upper(p_many) - 1));
  v_before := tests.rows_scanned();
  execute format(p_sql, format('generate_series(%1$s, %1$s)', p_one));
  return is(
    (
      select string_agg(s.name, ', ' order by s.name)
      from tests.scans as s
      where s.rows_read - (v_before ->> s.id::text)::bigint >= 50
        -- Of a few blocks, all is read sooner than an index is searched.
        and s.blocks > 12
    ),
    null, p_name
  );
end
$$;

select tests.reads_few(
  'a message inserted',
  $$
    insert into public.conversation_messages (id, session_id, role, content)
    select tests.m(i), tests.s(i - 900), 'user', 'm' || i from %s as i
  $$,
  '[901,1200]', 1201
);
select tests.reads_few(
  'a message corrected',
  $$
    update public.conversation_messages as r set tokens_used = 7, provider = 'p', cost_usd = 0.1
    from %s as i where r.id = tests.m(i)
  $$,
  '[1,300]', 301
);
select tests.reads_few(
  'a message annotated',
  'update public.conversation_messages as r set mood = ''x'' from %s as i where r.id = tests.m(i)',
  '[1,300]', 301
);
select tests.reads_few(
  'a run inserted',
  $$
    insert into public.tool_executions (id, session_id, message_id, tool_name, tokens_used)
    select tests.t(i), tests.s(i), tests.m(i), 'search', 3 from %s as i
  $$,
  '[1,600]', 601
);
select tests.reads_few(
  'a run corrected',
  $$
    update public.tool_executions as r set tokens_used = 5 from %s as i where r.id = tests.t(i)
  $$,
  '[1,300]', 301
);
select tests.reads_few(
  'a file added',
  $$
    insert into public.attachments (id, session_id, message_id, name, size_bytes, mime_type, sha256)
    select
      tests.t(i), tests.s(i), tests.m(i), 'a.txt', 3, 'text/plain',
      encode(sha256(convert_to(i::text, 'UTF8')), 'hex')
    from %s as i
  $$,
  '[1,600]', 601
);
analyze;
select tests.reads_few(
  'a file deleted', 'delete from public.attachments as r using %s as i where r.id = tests.t(i)',
  '[1,300]', 301
);
select tests.reads_few(
  'a run deleted',
  'delete from public.tool_executions as r using %s as i where r.id = tests.t(i)',
  '[1,300]', 301
);
select tests.reads_few(
  'a message deleted',
  'delete from public.conversation_messages as r using %s as i where r.id = tests.m(i)',
  '[1,300]', 301
);
select tests.reads_few(
  'a session started',
  $$
    insert into public.conversation_sessions (id, user_id, title)
    select tests.s(i), tests.s(i - 900), 'Title' from %s as i
  $$,
  '[901,1200]', 1201
);
select tests.reads_few(
  'a session renamed',
  $$
    update public.conversation_sessions as r set title = 'Another' from %s as i where r.id = tests.s(i)
  $$,
  '[901,1200]', 1201
);
select tests.reads_few(
  'a session of another user',
  $$
    update public.conversation_sessions as s set user_id = tests.s(i + 1)
    from %s as i where s.id = tests.s(i)
  $$,
  '[451,600]', 601
);
select tests.reads_few(
  'a session deleted',
  'delete from public.conversation_sessions as r using %s as i where r.id = tests.s(i)',
  '[451,750]', 751
);
analyze;
select tests.reads_few(
  'a user deleted', 'delete from auth.users as r using %s as i where r.id = tests.s(i)',
  '[1,100]', 101
);
select * from finish();
rollback;
