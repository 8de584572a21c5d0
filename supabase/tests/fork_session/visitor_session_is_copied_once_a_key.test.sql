begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
select tests.append(1, jsonb_build_array(tests.msg(1)));
create temporary table forked as
select f.* from public.fork_session(tests.s(1), p_idempotency_key => 'k') as f;
select is((select f.user_id from forked as f), null, 'nobody''s, too');
select is((select f.message_count from forked as f), 1, 'with what was said');
select is(
  (public.fork_session(tests.s(1), p_idempotency_key => 'k')).id, (select f.id from forked as f),
  'once'
);

select * from finish();
rollback;
