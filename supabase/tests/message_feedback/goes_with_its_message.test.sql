begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1), tests.start(2);
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(1 + n / 3), 'user', 'a' from generate_series(1, 3) as n;
select tests.act_as('owner');
insert into public.message_feedback (message_id, rating)
select tests.m(n), 'up' from generate_series(1, 3) as n;
select is((select count(*) from public.message_feedback), 3::bigint, 'three');
delete from public.conversation_messages where id = tests.m(1);
select is((select count(*) from public.message_feedback), 2::bigint, 'with the message');
delete from public.conversation_sessions where id = tests.s(1);
select is((select count(*) from public.message_feedback), 1::bigint, 'with the session');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('owner');
select is((select count(*) from public.message_feedback), 0::bigint, 'with the user');

select * from finish();
rollback;
