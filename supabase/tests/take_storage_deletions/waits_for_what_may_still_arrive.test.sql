begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(4);

select tests.start(1);
create function pg_temp.take()
returns text
language sql
as $$ select coalesce(string_agg(right(d.path, 1), ' '), 'none') from public.take_storage_deletions() as d $$;
select tests.act_as('owner');
select tests.file(1, 1, 'a'), tests.file(2, 1, 'b'), tests.store(tests.path('owner', 'a'));
delete from public.attachments;
select tests.act_as('service_role');
select is(pg_temp.take(), 'a', 'an object that is there is handed out, and no other');
select tests.store(tests.path('owner', 'b'));
select is(pg_temp.take(), 'b', 'one that arrives after its row is gone');
select tests.act_as('owner');
select tests.file(3, 1, 'c');
delete from public.attachments;
select is(tests.attach(4, 1, 'c'), 'ok', 'what waits may be registered again');
delete from public.attachments;
select tests.act_as('postgres');
update private.storage_deletions set queued_at = queued_at - interval '3 hours' where path like '%c';
select tests.act_as('service_role');
select is(pg_temp.take(), 'c', 'after three hours none comes any more');

select * from finish();
rollback;
