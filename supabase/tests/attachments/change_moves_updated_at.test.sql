begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(3);

select tests.start(1);
select tests.act_as('service_role');
select tests.file(1, 1, 'a');
select tests.act_as('postgres');
update public.attachments set created_at = 'epoch', updated_at = 'epoch';
alter table public.attachments disable trigger attachments_30_touch;
update public.attachments set updated_at = 'epoch';
alter table public.attachments enable trigger attachments_30_touch;
select tests.act_as('service_role');
update public.attachments set processing_status = processing_status;
select is((select updated_at from public.attachments), 'epoch', 'nothing changed');
update public.attachments set processing_status = 'processed';
select is((select updated_at from public.attachments), now(), 'the status did');
select is((select created_at from public.attachments), 'epoch', 'when it was made stays');

select * from finish();
rollback;
