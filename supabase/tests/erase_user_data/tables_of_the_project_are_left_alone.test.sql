begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

-- A project that left 0180 out may have a table of that name.
drop function private.tg_conversation_sessions__carry_client() cascade;
drop table public.session_clients cascade;
delete from private.data_columns where table_name = 'public.session_clients';
delete from private.data_tables where table_name = 'public.session_clients';
create table public.session_clients (id integer);
select tests.start(1);
select tests.act_as('owner');
select is(tests.error_of('select public.erase_user_data()'), 'ok', 'a user is erased');

select * from finish();
rollback;
