begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(17);

select tests.start(1);
select tests.fill(1, 4);
select tests.act_as('service_role');
select is(tests.claim(3), '1:1 2:1 3:1', 'the first three');
select is(tests.claim(), '4:1', 'then the fourth');
select is(tests.claim(), 'none', 'then none');
select tests.act_as('postgres');
select is(
  (
    select count(*)
    from private.embedding_queue
    where leased_until between clock_timestamp() + interval '50 seconds'
      and clock_timestamp() + interval '60 seconds'
      and due_at = leased_until
  ), 4::bigint, 'each for a minute'
);
select is(tests.complete(1) || ' ' || tests.complete(2), 'embedded embedded', 'two come back');
select tests.wait();
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(5), tests.s(1), 'user', E'  \n' || repeat('é', 7000));
select is(tests.claim(), '3:2', 'what a dead worker had is handed out again, alone');
select is(tests.claim(), '4:2', 'one after the other');
select results_eq(
  'select * from public.claim_embedding_jobs(10, 1)',
  format(
    'values (%L::uuid, %L, %L, %L, 1)', tests.m(5), repeat('é', 6000),
    encode(sha256(convert_to(E'  \n' || repeat('é', 7000), 'UTF8')), 'hex'), 'test'
  ), 'of a long text its beginning, with the hash of all of it'
);
delete from private.embedding_queue where message_id in (tests.m(4), tests.m(5));
select tests.wait();
select tests.claim(), tests.wait() from generate_series(3, 5);
select is(tests.queued(), '3:5', 'after five times');
select is(tests.claim() || ', ' || tests.queued(), 'none, 3:5!', 'a text that nobody comes back with is given up');
select tests.wait();
select is(tests.claim(), 'none', 'for good');

select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.claim_embedding_jobs(%s)', c.arguments)), c.expected, c.arguments
)
from (
  values
    ('0', 'PT400 INVALID_ARGUMENT'), ('1001', 'PT400 INVALID_ARGUMENT'), ('null', 'PT400 INVALID_ARGUMENT'),
    ('1000, 3600', 'ok'), ('1, 0', 'PT400 INVALID_ARGUMENT'), ('1, 3601', 'PT400 INVALID_ARGUMENT')
) as c (arguments, expected);

select * from finish();
rollback;
