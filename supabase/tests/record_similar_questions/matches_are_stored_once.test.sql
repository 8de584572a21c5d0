begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(26);

select tests.start(1), tests.start(2, 'other'), tests.start(3), tests.start(4);
select tests.fill(1, 2);
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(3), tests.s(2), 'user', 'x'), (tests.m(4), tests.s(1), 'assistant', 'x'),
  (tests.m(5), tests.s(3), 'user', 'x');
create function tests.record(p_n integer, p_more text default '')
returns text
language sql
as $$
  select format(
    'select public.record_similar_questions(%L, ''[{"id": 1}]''%s)', tests.m(p_n), p_more
  )
$$;
select tests.act_as('owner');
select public.delete_session(tests.s(3));
select is(
  (
    select to_jsonb(r) - array['created_at', 'query_embedding', 'request_hash']
    from public.record_similar_questions(tests.m(1), '[{"id": 1}]', '{0.5}', tests.v(7)) as r
  ),
  jsonb_build_object(
    'message_id', tests.m(1), 'session_id', tests.s(1), 'user_id', tests.id_of('owner'),
    'similar_qa_matches', '[{"id": 1}]'::jsonb, 'similarity_scores', '[0.5]'::jsonb
  ), 'what was found is stored with the question'
);
select is(
  (select embedding::real[] from public.message_embeddings where message_id = tests.m(1)), tests.v(7),
  'the vector that was searched with is that of the question'
);
select is(tests.queued(), '2 3 4 5', 'which is not embedded again');
select is(tests.error_of(tests.record(1, ', ''{0.5}'', tests.v(7)')), 'ok', 'the same again');
select is(
  tests.error_of(tests.record(1, ', ''{0.6}'', tests.v(7)')), 'PT409 IDEMPOTENCY_MISMATCH', 'no other'
);
select is(tests.error_of(tests.record(2)), 'ok', 'without scores and vector');
select is(tests.error_of(tests.record(c.n, c.more)), c.expected, c.name)
from (
  values
    (3, '', 'PT404 MESSAGE_NOT_FOUND', 'not for a question of somebody else'),
    (4, '', 'PT404 MESSAGE_NOT_FOUND', 'or an answer'), (5, '', 'PT404 MESSAGE_NOT_FOUND', 'or in the trash'),
    (9, '', 'PT404 MESSAGE_NOT_FOUND', 'or none'),
    (2, ', array_fill(1, array[1001])', 'PT400 INVALID_ARGUMENT', 'too many scores'),
    (2, ', ''{NaN}''', 'PT400 INVALID_ARGUMENT', 'a score that is none'),
    (2, ', null, ''{1}''', 'PT400 INVALID_ARGUMENT', 'a vector of another length'),
    (2, ', null, array_fill(''NaN''::real, array[384])', 'PT400 INVALID_ARGUMENT', 'or of no numbers')
) as c (n, more, expected, name);
select is(
  tests.error_of(format('select public.record_similar_questions(%L, %L)', tests.m(2), c.matches)), c.expected,
  c.name
)
from (
  values
    (null, 'PT400 INVALID_ARGUMENT', 'no matches'),
    (to_jsonb(repeat('x', 262143)), 'PT413 TOO_LARGE', 'too large'), ('1e1000', 'PT413 TOO_LARGE', 'too wide')
) as c (matches, expected, name);
select tests.act_as('anon');
select is(tests.error_of(tests.record(2)), '42501', 'not for nobody');
select tests.act_as('service_role');
select is(tests.error_of(tests.record(3)), 'ok', 'the server stores them for anybody');
select tests.act_as('postgres');
select tests.start(5);
update public.conversation_sessions set content_mode = 'none' where id = tests.s(5);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(10), tests.s(5), 'user', 'x');
select tests.act_as('owner');
select is(tests.error_of(tests.record(10)), 'ok', 'the same again where no text is kept')
from generate_series(1, 2);

-- As part of a turn.
select tests.act_as('postgres');
delete from private.embedding_queue;
select tests.act_as('owner');
create function pg_temp.log(p_n integer, p_vector real[])
returns text
language sql
as $$
  select l.status || ' ' || tests.queued()
  from public.log_chat_turns(jsonb_build_array(jsonb_build_object(
    'turn_id', tests.m(p_n), 'session_id', tests.s(4), 'user_message', 'q', 'query_embedding', p_vector,
    'error_message', 'none'
  ))) as l
$$;
select is(pg_temp.log(11, tests.v(8)), '200 none', 'the vector of a turn is its question''s');
select is(tests.embedded(), '1 11', 'at once');
select is(
  pg_temp.log(12, array_fill(0::real, array[384])), '200 12', 'one without a direction is nobody''s'
);
select tests.act_as('postgres');
select public.set_embedding_model('test', false);
select tests.act_as('owner');
select is(pg_temp.log(13, tests.v(8)) || ' ' || tests.embedded(), '200 12 1 11', 'none while embeddings are off');

select tests.act_as('postgres');
select public.set_embedding_model('test');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(6), tests.s(1), 'user', 'x');
select public.import_user_data(
  tests.id_of('owner'),
  array[jsonb_build_object('table', 'public.message_retrievals', 'row', jsonb_build_object(
    'message_id', tests.m(6), 'session_id', tests.s(1), 'query_embedding', tests.v(9),
    'created_at', now()
  ))::text]
);
select is(
  tests.embedded() || ' ' || tests.queued(), '1 11 6 12',
  'a vector that is imported may be of another model, so the text is embedded'
);

select * from finish();
rollback;
