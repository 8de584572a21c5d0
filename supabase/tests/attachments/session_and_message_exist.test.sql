begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(3);

select tests.start(1), tests.start(2);
select tests.fill(2, 1);
-- The trigger answers first.
alter table public.attachments disable trigger attachments_20_place;
select is(tests.attach(1, 1, 'a'), 'ok', 'a session');
select is(tests.attach(2, 3, 'a'), '23503', 'that exists');
select is(tests.attach(3, 1, 'a', 1), '23503', 'a message of this session');

select * from finish();
rollback;
