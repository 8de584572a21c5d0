begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(25);

select tests.start(1);
select tests.fill(1, 8);
select tests.act_as('service_role');
select tests.claim();
select is(tests.complete(1), 'embedded', 'a vector is stored');
select is(tests.complete(1), 'embedded', 'once, however often it comes');
select is(
  tests.embedded() || ', ' || tests.queued(), '1, 2:1 3:1 4:1 5:1 6:1 7:1 8:1', 'and the job is done'
);
select tests.act_as('postgres');
select results_eq(
  'select session_id, user_id, model, dimensions, content_hash, embedding::real[] '
  'from public.message_embeddings',
  format(
    'values (%L::uuid, %L::uuid, %L, 384::smallint, sha256(%L), %L::real[])', tests.s(1),
    tests.id_of('owner'), 'test', 'm1', tests.v(1)
  ), 'whole'
);
update public.conversation_messages set content = 'new' where id = tests.m(2);
select is(tests.complete(2, p_text => 'm2'), 'stale', 'a vector of a text that has changed is thrown away');
select is(tests.claim(), '2:1', 'and the new text is handed out');
select is(tests.complete(2), 'embedded', 'and embedded');
select is(tests.complete(3, p_model => 'other'), 'stale', 'so is one of another model');
select is(tests.claim(), '3:1', 'which is no failed attempt');
delete from public.conversation_messages where id = tests.m(4);
select is(tests.complete(4), 'gone', 'a message that is gone');
update public.conversation_messages set status = 'failed' where id = tests.m(5);
select is(tests.complete(5), 'gone', 'and one that is to have none any more');
select is(tests.complete(6, c.vector), c.expected, c.name)
from (
  values
    ('[1]', 'failed', 'a vector of another length'),
    (to_jsonb(array_fill(0, array[384])), 'failed', 'or of no length'),
    (to_jsonb(array_fill(65505, array[384])), 'failed', 'or of numbers that are too large'),
    (to_jsonb(array_fill('NaN'::real, array[384])), 'failed', 'or of none'),
    ('{}', 'failed', 'or none at all'),
    (jsonb_set(to_jsonb(tests.v(1)), '{5}', '1e-1000'), 'failed', 'or of a number that no double holds')
) as c (vector, expected, name);
select is(tests.queued(), '3:1 6:1 7:1 8:1', 'is one failed attempt');
select is(
  (
    select string_agg(c.outcome::text, ' ' order by c.message_id)
    from public.complete_embedding_jobs(jsonb_build_array(
      jsonb_build_object('message_id', tests.m(8), 'content_hash', '', 'model', 'test', 'embedding', '[1]'),
      jsonb_build_object(
        'message_id', tests.m(7), 'content_hash', encode(sha256('m7'), 'hex'), 'model', 'test',
        'embedding', tests.v(2)
      )
    )) as c
  ), 'embedded stale', 'one that is bad does not hold up the others'
);
select is(tests.complete(7, to_jsonb(tests.v(3))), 'embedded', 'a second vector of the same text');
select is(
  (select embedding::real[] from public.message_embeddings where message_id = tests.m(7)), tests.v(2),
  'changes nothing'
);
select is(
  tests.error_of(format('select public.complete_embedding_jobs(%L)', c.items)),
  'PT400 INVALID_ARGUMENT', coalesce(c.items, 'null')
)
from (
  values
    (null), ('{}'), ('[1]'), ('[{"message_id": "x", "content_hash": "", "model": "", "embedding": []}]')
) as c (items);

select * from finish();
rollback;
