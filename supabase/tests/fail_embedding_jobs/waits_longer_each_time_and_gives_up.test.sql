begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(16);

select tests.start(1);
select tests.fill(1, 1);
create function pg_temp.wait()
returns interval
language sql
as $$
  select date_trunc('second', due_at - clock_timestamp() + interval '0.9 s') from private.embedding_queue
$$;
select is(tests.fail(1), 'failed', 'what nobody has cannot fail');
select is(tests.queued(), '1', 'and is due as before');
select tests.claim();
select is(tests.fail(1), 'failed', 'a failure');
select is(tests.claim() || ' ' || pg_temp.wait(), 'none 00:00:30', 'waits for 30 seconds');
select is(tests.fail(1), 'failed', 'said twice');
select is(pg_temp.wait(), '30 seconds', 'it is one');
select tests.wait(), tests.claim(), tests.fail(1);
select is(pg_temp.wait(), '2 minutes', 'then for 2 minutes');
select tests.wait(), tests.claim(), tests.fail(1);
select is(pg_temp.wait(), '8 minutes', 'then 8');
select tests.wait(), tests.claim(), tests.fail(1, repeat('x', 300));
select is(pg_temp.wait(), '32 minutes', 'then 32');
select is(
  (select last_error from private.embedding_queue), repeat('x', 200), 'of its error 200 characters stay'
);
select tests.wait(), tests.claim();
select is(tests.fail(1) || ' ' || tests.queued(), 'dead 1:5!', 'the fifth is the last');
select is(tests.fail(1) || ' ' || tests.queued(), 'dead 1:5!', 'however often it is said');
select is(public.retry_dead_embeddings(), 1, 'somebody may try again');
select is(tests.claim(), '1:1', 'from the beginning');
select is(tests.fail(2), 'gone', 'a job that is not there');
select is(
  tests.error_of('select public.fail_embedding_jobs(''[{"error": "x"}]'')'), 'PT400 INVALID_ARGUMENT',
  'and one without a name'
);

select * from finish();
rollback;
