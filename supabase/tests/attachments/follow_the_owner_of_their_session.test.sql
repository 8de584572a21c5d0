begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(5);

select tests.start(2);
insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
select tests.file(1, 1, 'a'), tests.file(2, 2, 'b');
select tests.act_as('owner');
select is((select count(*) from public.attachments), 1::bigint, 'a visitor''s file is not the user''s');
-- As a visitor signs in and takes the session along.
select tests.act_as('postgres');
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(1);
select tests.act_as('owner');
select is(
  (select a.storage_path from public.attachments as a where a.id = tests.a(1)),
  'visitor/' || tests.s(1)::text || '/' || tests.hash('a'),
  'it is once the session is; the bytes stay where they are'
);
select tests.file(3, 2, 'a');
select is(
  (select row(a.storage_path, a.duplicate_of)::text from public.attachments as a where a.id = tests.a(3)),
  row(tests.path('owner', 'a'), null::uuid)::text, 'the same bytes of the user''s own are uploaded'
);
delete from public.attachments where id = tests.a(1);
select is(tests.queue(), 'a', 'the last row queues the old place');
select is(
  (select count(*) from public.attachments where user_id = tests.id_of('owner')), 2::bigint,
  'other sessions are left alone'
);

select * from finish();
rollback;
