begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(6);

select tests.start(1), tests.start(2);
select tests.act_as('owner');
select tests.fill(1, 1);
select is(tests.attach(1, 1, 'a', 1), 'ok', 'a file');
create temporary table before as select a.* from public.attachments as a;
select is(tests.attach(1, 1, 'a', 1), 'ok', 'sent again');
select results_eq(
  'select * from public.attachments', 'select * from before', 'nothing was written'
);
select tests.store(tests.path('owner', 'a'));
select is(tests.attach(1, 1, 'a', 1), 'ok', 'once more, after the upload');
update public.attachments set message_id = null;
select is(tests.attach(1, 1, 'a', 1), 'ok', 'and after its message was changed: the body as first sent');
select is(
  (select row(count(*), min(a.message_id::text), min(a.duplicate_of::text))::text
   from public.attachments as a),
  row(1::bigint, null::text, null::text)::text, 'one row, which is no duplicate of itself'
);

select * from finish();
rollback;
