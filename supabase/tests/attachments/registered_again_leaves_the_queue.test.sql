begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.file(1, 1, 'a'), tests.file(2, 1, 'b'), tests.store(tests.path('owner', 'b'));
delete from public.attachments;
select is(tests.queue(), 'a b', 'two objects wait');
select is(tests.attach(3, 1, 'a'), 'ok', 'one is wanted again');
select is(tests.queue(), 'b', 'and leaves');
select tests.act_as('service_role');
select is((select count(*) from public.take_storage_deletions()), 1::bigint, 'a worker takes the other');
select tests.act_as('owner');
select is(
  tests.attach(4, 1, 'b'), 'PT409 FILE_IN_DELETION',
  'which may go at any moment, so it cannot be registered'
);
select is(tests.attach(5, 1, 'c'), 'ok', 'other files can');
select tests.act_as('postgres');
update private.storage_deletions set leased_until = clock_timestamp() - interval '1 second';
select tests.act_as('owner');
select is(tests.attach(4, 1, 'b'), 'ok', 'until the worker''s time is over');
select is(tests.queue(), 'empty', 'then it leaves the queue too');

select * from finish();
rollback;
