begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(8);

select tests.start(1);
select tests.fill(1, 3);
select tests.claim();
select tests.embed(n, tests.v(n)), tests.embed(n, tests.v(n), 'other') from generate_series(1, 2) as n;
select tests.complete(1), tests.complete(2);
select is(tests.embedded() || ', ' || tests.queued(), '1 1 2 2, 3:1', 'two have vectors of two models');
update public.conversation_messages set mood = 'x', cost_usd = 1;
select is(tests.embedded() || ', ' || tests.queued(), '1 1 2 2, 3:1', 'a change of something else is none');
update public.conversation_messages set content = 'new' where id = tests.m(1);
select is(tests.embedded() || ', ' || tests.queued(), '2 2, 1 3:1', 'the old vectors are gone at once');
update public.conversation_messages set content = 'new' where id = tests.m(3);
select is(tests.queued(), '1 3', 'a job that was handed out begins anew');
update public.conversation_messages set content = '' where id in (tests.m(1), tests.m(2));
select is(tests.embedded() || ', ' || tests.queued(), 'none, 3', 'nothing comes for a text that is wiped');
select tests.embed(3, tests.v(3));
select public.set_embedding_model('test', false);
update public.conversation_messages set content = 'newer' where id = tests.m(3);
select is(
  tests.embedded() || ', ' || tests.queued(), 'none, none', 'old vectors go while embeddings are off, too'
);
select tests.embed(3, tests.v(3));
update public.conversation_messages set status = 'failed' where id = tests.m(3);
select is(tests.embedded(), 'none', 'a text that is not whole any more has none');
update public.conversation_messages set status = 'complete' where id = tests.m(3);
select tests.embed(3, tests.v(3));
delete from public.conversation_messages where id = tests.m(3);
select is(tests.embedded(), 'none', 'a message that goes takes them along');
select * from finish();
rollback;
