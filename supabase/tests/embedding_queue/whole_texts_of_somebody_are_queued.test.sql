begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
\ir ../_fixtures/visitors.psql
\ir ../_fixtures/streaming.psql
select plan(12);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(
  tests.msg(1), tests.msg(2, '{"role": "assistant"}'), tests.msg(3, '{"role": "tool"}'),
  tests.msg(4, '{"role": "system"}'), tests.msg(5, '{"content": " \n\t"}'),
  tests.msg(6, '{"content": ""}')
));
select is(tests.queued(), '1 2', 'texts of users and assistants, not of tools and systems, and no blanks');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(1), 'user', 'x' from generate_series(7, 8) as n;
select is(tests.queued(), '1 2 7 8', 'by insert too');
select tests.begin(9), tests.delta(9, 1, 'so '), tests.delta(9, 2, 'far');
select is(tests.queued(), '1 2 7 8', 'not a running answer');
select public.finish_message(tests.m(9));
select is(tests.queued(), '1 2 7 8 9', 'but one that has come to its end');
select tests.begin(10), tests.delta(10, 1, 'broken');
select public.finish_message(tests.m(10), p_status => 'failed', p_error_message => 'x');
select is(tests.queued(), '1 2 7 8 9', 'and not one that has not');

select tests.act_as('postgres');
delete from private.embedding_queue;
select tests.visit(2);
select tests.log(jsonb_build_array(tests.turn(2, 21)), tests.secret(2));
select is(tests.queued(), 'none', 'a visitor''s chat is not embedded');
select tests.act_as('owner');
select public.claim_visitor_session(p_session_token => 'chat-2', p_session_secret => tests.secret(2));
select is(tests.queued(), '21 ?', 'before somebody claims it');
select tests.act_as('postgres');
select tests.embed(21, tests.v(1));
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(2);
select is(
  (select e.user_id from public.message_embeddings as e where e.message_id = tests.m(21)),
  tests.id_of('other'), 'vectors change hands with their session'
);
update public.conversation_sessions set user_id = null where id = tests.s(2);
select is(tests.embedded() || ', ' || tests.queued(), 'none, none', 'and go when it is nobody''s');

select public.set_embedding_model('test', false);
select tests.visit(3);
select tests.log(jsonb_build_array(tests.turn(3, 31)), tests.secret(3));
select tests.act_as('owner');
select public.claim_visitor_session(p_session_token => 'chat-3', p_session_secret => tests.secret(3));
select tests.append(1, jsonb_build_array(tests.msg(11)));
select is(tests.queued(), 'none', 'nothing is queued while embeddings are off');
select tests.act_as('service_role');
select is(tests.claim(), 'none', 'or handed out');
select tests.act_as('postgres');
select public.set_embedding_model('test');
insert into private.embedding_queue (message_id) values (tests.m(11));
delete from public.conversation_messages where id = tests.m(11);
select is(tests.queued(), 'none', 'a message that goes takes its job along');

select * from finish();
rollback;
