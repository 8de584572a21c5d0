begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1), tests.start(2), tests.start(3);
select tests.act_as('owner');
select tests.append(
  s.n, jsonb_build_array(tests.msg(s.n, '{"content": "mail a@b.com", "parts": [{"a": 1}]}'))
)
from generate_series(1, 3) as s (n);
select tests.act_as('service_role');
update public.conversation_sessions set content_mode = 'none' where id = tests.s(1);
update public.conversation_sessions set content_mode = 'redacted' where id = tests.s(2);
select tests.act_as('postgres');
select public.wipe_session_content(tests.s(3));
update public.conversation_sessions set content_mode = 'redacted' where id = tests.s(3);
select tests.act_as('owner');
create temporary table forks as
select s.n, (public.fork_session(tests.s(s.n))).id from generate_series(1, 3) as s (n);
create function pg_temp.copy_of(p_n integer)
returns text
language sql
as $$
  select concat_ws(
    ' | ', m.content_mode, m.content, m.parts, m.content_length,
    m.content_sha256 = sha256('mail a@b.com')
  )
  from forks as f
  join public.conversation_messages as m on m.session_id = f.id
  where f.n = p_n
$$;
select is(
  pg_temp.copy_of(1), 'none |  | [] | 12 | t',
  'of a session that keeps no text by now: length and hash of what was kept before'
);
select is(
  pg_temp.copy_of(2), 'redacted | mail [email] | [{"a": 1}]', 'of one that is redacted by now: redacted'
);
select is(pg_temp.copy_of(3), 'none |  | [] | 12', 'what a message lost stays lost');
select is(
  (select m.content from public.conversation_messages as m where m.id = tests.m(1)), 'mail a@b.com',
  'the source is as it was'
);

select * from finish();
rollback;
