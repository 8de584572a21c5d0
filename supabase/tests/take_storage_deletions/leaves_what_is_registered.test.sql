begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select tests.file(1, 1, 'a');
-- As a transaction with an old snapshot would leave it.
select tests.act_as('postgres');
insert into private.storage_deletions (bucket_id, path, queued_at)
select b.name, tests.path('owner', 'a'), now() - interval '4 hours'
from (values ('attachments'), ('exports')) as b (name);
select tests.act_as('service_role');
select is(
  (select string_agg(d.bucket_id, ' ') from public.take_storage_deletions() as d), 'exports',
  'an object that a file names is not handed out'
);
select tests.act_as('owner');
delete from public.attachments;
select tests.act_as('service_role');
select is(
  (select string_agg(d.bucket_id, ' ') from public.take_storage_deletions() as d), 'attachments',
  'until the file is gone'
);
select is(tests.queue(), 'a', 'it was queued once');

select * from finish();
rollback;
