begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(5);

select tests.start(1), tests.start(2, 'other'), tests.start(3, 'brand_member', 'brand');
insert into public.conversation_sessions (id, user_id) values (tests.s(4), null);
select tests.act_as('owner');
select is(tests.attach(1, 1, 'a'), 'ok', 'a user registers a file');
select is(
  (select a.storage_path from public.attachments as a), tests.path('owner', 'a'),
  'in the folder of the user'
);
select tests.act_as('service_role');
select tests.file(2, 2, 'a'), tests.file(3, 3, 'a'), tests.file(4, 4, 'a');
select is(
  (select a.storage_path from public.attachments as a where a.id = tests.a(2)),
  tests.path('other', 'a'), 'the same bytes of another user lie elsewhere'
);
select is(
  (select a.storage_path from public.attachments as a where a.id = tests.a(3)),
  tests.path('brand_member', 'a'), 'what the server registers lies with the session''s user'
);
select is(
  (select row(a.user_id, a.storage_path)::text from public.attachments as a where a.id = tests.a(4)),
  row(null::uuid, 'visitor/' || tests.s(4)::text || '/' || tests.hash('a'))::text,
  'or, without one, with the session'
);

select * from finish();
rollback;
