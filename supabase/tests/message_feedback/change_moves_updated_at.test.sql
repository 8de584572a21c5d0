begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.fill(1, 1);
insert into public.message_feedback (message_id, rating) values (tests.m(1), 'up');
alter table public.message_feedback disable trigger message_feedback_30_touch;
update public.message_feedback set created_at = 'epoch', updated_at = 'epoch';
alter table public.message_feedback enable trigger message_feedback_30_touch;
select tests.act_as('owner');
update public.message_feedback set rating = 'up';
select is((select updated_at from public.message_feedback), 'epoch', 'nothing changed');
update public.message_feedback set rating = 'down';
select is((select updated_at from public.message_feedback), now(), 'the rating did');
select is((select created_at from public.message_feedback), 'epoch', 'when it was given stays');

select * from finish();
rollback;
