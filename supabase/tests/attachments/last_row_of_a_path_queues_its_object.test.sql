begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(9);

select tests.start(1), tests.start(2), tests.start(3, 'other');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a'), (tests.m(2), tests.s(2), 'user', 'b');
select tests.act_as('owner');
select
  tests.file(1, 1, 'a'), tests.file(2, 2, 'a'), tests.file(3, 1, 'b', 1),
  tests.file(4, 1, 'c'), tests.file(5, 2, 'd', 2), tests.file(6, 2, 'e'), tests.file(7, 1, 'f');
select tests.act_as('other');
select tests.file(8, 3, '9');
select tests.act_as('owner');
delete from public.attachments where id = tests.a(1);
select is(tests.queue(), 'empty', 'one of two rows with a path leaves the object');
delete from public.attachments where id = tests.a(7);
select is(tests.queue(), 'f', 'the only one queues it');
delete from public.conversation_messages where id = tests.m(1);
select is(tests.queue(), 'b f', 'so does its message');
delete from public.conversation_sessions where id = tests.s(1);
select is(tests.queue(), 'b c f', 'its session');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select is(tests.queue(), 'a b c d e f', 'and its user');
select is(
  (select count(*) from private.storage_deletions where path !~ ('^' || tests.id_of('owner') || '/')),
  0::bigint, 'with the whole path'
);
select tests.act_as('service_role');
insert into public.conversation_sessions (id, user_id) values (tests.s(4), null);
select tests.file(9, 4, '7'), tests.file(10, 4, '7'), tests.file(11, 4, '8');
delete from public.attachments where session_id = tests.s(4);
select is(tests.queue(), '7 8 a b c d e f', 'two rows of one statement queue it once');
select tests.act_as('other');
delete from public.attachments;
select is(tests.queue(), '7 8 9 a b c d e f', 'a user of their own');
select tests.act_as('postgres');
select is(
  tests.error_of(
    $$ insert into private.storage_deletions (bucket_id, path)
       select bucket_id, path from private.storage_deletions limit 1 $$
  ), '23505', 'no object stands in the queue twice'
);

select * from finish();
rollback;
