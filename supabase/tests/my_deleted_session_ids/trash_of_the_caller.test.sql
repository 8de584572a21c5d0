begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'other');
update public.conversation_sessions set deleted_at = now()
where id in (tests.s(2), tests.s(3));
select tests.act_as('owner');
select is(private.my_deleted_session_ids(), array[tests.s(2)], 'one''s own');
select tests.act_as('brand_member');
select is(private.my_deleted_session_ids(), null, 'none');

select * from finish();
rollback;
