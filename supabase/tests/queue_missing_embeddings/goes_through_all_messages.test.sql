begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(13);

select public.set_embedding_model('test', false);
select tests.start(1);
select tests.fill(1, 6);
update public.conversation_messages set content = '' where id = tests.m(6);
select tests.embed(2, tests.v(1)), tests.embed(3, tests.v(1), 'other');
select tests.act_as('service_role');
select is(
  tests.error_of('select public.queue_missing_embeddings()'), 'PT400 INVALID_ARGUMENT',
  'not while embeddings are off'
);
select public.set_embedding_model('test');
select is(public.queue_missing_embeddings(2), 2, 'as many as are wanted');
select is(tests.queued(), '1 3', 'that have no vector of the model');
select is(public.queue_missing_embeddings(2), 2, 'then the next');
select is(public.queue_missing_embeddings(2), 0, 'then none');
select is(tests.queued(), '1 3 4 5', 'each once');
select is(tests.complete(1), 'embedded', 'one is done');
select tests.act_as('postgres');
delete from private.embedding_queue where message_id = tests.m(4);
select tests.act_as('service_role');
select is(public.queue_missing_embeddings(), 1, 'it begins again when it is through');
select public.set_embedding_model('other');
select is(
  public.queue_missing_embeddings() || ' ' || tests.queued(), '2 1 2 3 4 5', 'another model has its own'
);
select is(
  tests.error_of(format('select public.queue_missing_embeddings(%L)', c.rows)),
  'PT400 INVALID_ARGUMENT', coalesce(c.rows, 'null')
)
from (values ('0'), ('100001'), (null)) as c (rows);
select is(tests.error_of('select public.set_embedding_model('''')'), 'PT400 INVALID_ARGUMENT', 'a model has a name');

select * from finish();
rollback;
