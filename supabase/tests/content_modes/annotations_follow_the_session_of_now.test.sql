begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, metadata)
values (tests.m(1), tests.s(1), 'user', 'hello', '{"of": "before"}');
create function pg_temp.mode(p_mode public.content_mode)
returns void
language plpgsql
as $$
begin
  perform tests.act_as('service_role');
  update public.conversation_sessions set content_mode = p_mode where id = tests.s(1);
  perform tests.act_as('owner');
end
$$;
create function pg_temp.kept()
returns text
language sql
as $$
  select concat_ws(' ', m.content, m.mood, m.metadata, m.action_taken, m.content_mode, m.content_length)
  from public.conversation_messages as m
$$;
select pg_temp.mode('redacted');
update public.conversation_messages set mood = 'write to me@example.org';
select is(
  pg_temp.kept(), 'hello write to [email] {"of": "before"} full',
  'what is said later of an old message is kept as the session keeps it by now'
);
select pg_temp.mode('none');
update public.conversation_messages set metadata = '{"of": "now"}', action_taken = 'me@example.org';
select is(
  pg_temp.kept(), 'hello write to [email] {}  full', 'or not at all; what it held already stays'
);
select tests.act_as('service_role');
update public.conversation_messages set questions_asked = '["who?"]', delegation_plan = '{"who": 1}';
select is(
  (select row(m.questions_asked, m.delegation_plan)::text from public.conversation_messages as m),
  '([],{})', 'whoever says it'
);
select is(
  (select m.content_sha256 from public.conversation_messages as m), null,
  'a text that is kept has no hash'
);
select pg_temp.mode('full');
update public.conversation_messages set mood = 'me@example.org';
select is(pg_temp.kept(), 'hello me@example.org {}  full', 'less strict again, it is kept');

-- Of a message that was redacted, in a session that keeps nothing.
select pg_temp.mode('redacted');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(2), tests.s(1), 'user', 'me@example.org');
select pg_temp.mode('none');
update public.conversation_messages set mood = 'glad' where id = tests.m(2);
select is(
  (select content || mood from public.conversation_messages where id = tests.m(2)), '[email]',
  'nor of one that was redacted'
);
-- And of one that keeps nothing, in a session that keeps all.
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(3), tests.s(1), 'user', 'hello');
select pg_temp.mode('full');
update public.conversation_messages set mood = 'glad' where id = tests.m(3);
select is(
  (
    select concat_ws(' ', m.content || m.mood, m.content_length, m.content_sha256 = sha256('hello'))
    from public.conversation_messages as m
    where m.id = tests.m(3)
  ), ' 5 t', 'a message never keeps more than it did'
);

-- One that was interrupted does not run, until it goes on.
select public.begin_message(tests.s(1), tests.m(4));
select public.finish_message(tests.m(4), 'interrupted');
select pg_temp.mode('none');
update public.conversation_messages set mood = 'glad' where id = tests.m(4);
select is(
  (select status || mood from public.conversation_messages where id = tests.m(4)), 'interrupted',
  'nor is more said of one that was interrupted'
);
select public.finish_message(tests.m(4), 'complete', p_metadata => '{"of": "then"}');
select is(
  (select metadata from public.conversation_messages where id = tests.m(4)), '{"of": "then"}'::jsonb,
  'which ends as it began'
);

select * from finish();
rollback;
