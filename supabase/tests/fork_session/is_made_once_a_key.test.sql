begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(14);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.fill(1, 2);
create temporary table forked as
select f.id from public.fork_session(tests.s(1), p_idempotency_key => 'k') as f;
select is(
  (public.fork_session(tests.s(1), p_idempotency_key => 'k')).id, (select f.id from forked as f),
  'the same again'
);
select is(
  (select s.message_count from public.conversation_sessions as s join forked as f on f.id = s.id), 2,
  'copied once'
);
select is(
  tests.error_of(format('select public.fork_session(%L, p_idempotency_key => %L)', tests.s(2), 'k')),
  'PT409 IDEMPOTENCY_MISMATCH', 'another session'
);
select is(
  tests.error_of(
    format('select public.fork_session(%L, p_title => %L, p_idempotency_key => %L)', tests.s(1), 't', 'k')
  ),
  'PT409 IDEMPOTENCY_MISMATCH', 'another title'
);
select is(
  tests.error_of($$ select public.create_conversation_session(p_idempotency_key => 'k') $$),
  'PT409 IDEMPOTENCY_MISMATCH', 'the key of a fork makes no other session'
);
select is(
  tests.error_of(format('select public.fork_session(%L, p_idempotency_key => %L)', tests.s(1), '')),
  'PT400 INVALID_ARGUMENT', 'an empty key'
);
select public.delete_session(f.id) from forked as f;
select is(
  tests.error_of(format('select public.fork_session(%L, p_idempotency_key => %L)', tests.s(1), 'k')),
  'PT409 SESSION_CLOSED', 'in the trash'
);
select isnt(
  (public.fork_session(tests.s(1), p_idempotency_key => 'l')).id, (select f.id from forked as f),
  'another key'
);

create temporary table kept as
select f.id from public.fork_session(tests.s(1), tests.m(2), p_idempotency_key => 'm') as f;
select tests.act_as('service_role');
create temporary table of_server as
select f.id from public.fork_session(tests.s(1), p_idempotency_key => 'z') as f;
select tests.act_as('owner');
create function pg_temp.again(p_message integer default 2)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.fork_session(%L, %L, p_idempotency_key => %L)', tests.s(1), tests.m(p_message), 'm'
  ))
$$;
delete from public.conversation_messages as m where m.id = tests.m(2);
select is(pg_temp.again(), 'ok', 'after its last message is gone');
delete from public.conversation_sessions as s where s.id = tests.s(1);
select is(
  (public.fork_session(tests.s(1), tests.m(2), p_idempotency_key => 'm')).id, (select k.id from kept as k),
  'after the session is gone'
);
select is(pg_temp.again(1), 'PT409 IDEMPOTENCY_MISMATCH', 'another message of it');
select tests.act_as('other');
select is(pg_temp.again(), 'PT404 SESSION_NOT_FOUND', 'the key of somebody else');
select tests.act_as('service_role');
select is(
  (public.fork_session(tests.s(1), p_idempotency_key => 'z')).id, (select o.id from of_server as o),
  'that of the server'
);
select tests.act_as('postgres');
select public.wipe_session_content(k.id) from kept as k;
select tests.act_as('owner');
select is(
  (public.fork_session(tests.s(1), tests.m(2), p_idempotency_key => 'm')).id, (select k.id from kept as k),
  'after a wipe of the fork'
);

select * from finish();
rollback;
