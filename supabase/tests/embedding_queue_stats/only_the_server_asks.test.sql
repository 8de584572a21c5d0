begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(16);

select tests.start(1);
select tests.fill(1, 4);
select tests.act_as('service_role');
select tests.claim(3), tests.fail(1);
select tests.act_as('postgres');
update private.embedding_queue set dead_at = now() where message_id = tests.m(2);
update private.embedding_queue set due_at = '2026-01-02' where message_id = tests.m(4);
select tests.act_as('service_role');
select is(
  (select s from public.embedding_queue_stats() as s),
  ('test', true, 1, 1, 1, 1, '2026-01-02')::public.embedding_stats,
  'one is due, one waits, one is in hand and one is dead'
);
select is(
  tests.error_of(format('select public.retry_dead_embeddings(%L)', c.rows)),
  'PT400 INVALID_ARGUMENT', 'retry ' || coalesce(c.rows, 'null')
)
from (values ('0'), ('100001'), (null)) as c (rows);

select tests.act_as('postgres');
create table tests.calls (name text primary key, statement text not null);
insert into tests.calls (name, statement)
values
  ('set_embedding_model', $$ select public.set_embedding_model('test') $$),
  ('queue_missing_embeddings', 'select public.queue_missing_embeddings()'),
  ('claim_embedding_jobs', 'select public.claim_embedding_jobs()'),
  ('complete_embedding_jobs', $$ select public.complete_embedding_jobs('[]') $$),
  ('fail_embedding_jobs', $$ select public.fail_embedding_jobs('[]') $$),
  ('retry_dead_embeddings', 'select public.retry_dead_embeddings()');
grant select on tests.calls to authenticated, service_role;
grant execute on all functions in schema public to authenticated;
select tests.act_as('owner');
select is(tests.error_of(c.statement), 'PT403 FORBIDDEN', c.name || ' is not for users')
from tests.calls as c;
select tests.act_as('service_role');
select is(tests.error_of(c.statement), 'ok', c.name || ' is for the server') from tests.calls as c
where c.name <> 'retry_dead_embeddings';
select tests.act_as('owner');
select is(tests.error_of('select public.embedding_queue_stats()'), 'PT403 FORBIDDEN', 'nor is the queue');

select * from finish();
rollback;
