begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(6);

select tests.start(1);
insert into public.conversation_sessions (id, user_id) values (tests.s(2), null);
create function pg_temp.users()
returns text
language sql
security definer
as $$
  select string_agg(
    case t.user_id when tests.id_of('owner') then 'owner' when tests.id_of('other') then 'other'
      else 'nobody' end, ' ' order by t.id
  )
  from public.tool_executions as t
$$;
select tests.act_as('owner');
select tests.did(tests.run(1, 1, '{"tokens_used": 3}'));
select tests.act_as('service_role');
select is(tests.run(1, 2), 'ok', 'the server writes for the user');
select is(tests.run(2, 3, '{"tokens_used": 4}'), 'ok', 'and for a visitor');
select is(pg_temp.users(), 'owner owner nobody', 'each run is the session''s user''s');
select tests.act_as('postgres');
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(2);
select is(pg_temp.users(), 'owner owner other', 'and follows when a session is claimed');
select is(tests.tokens_of(1) || ' ' || tests.tokens_of(2), '3 4', 'which counts nothing twice');
select tests.act_as('other');
select is((select count(*) from public.tool_executions), 1::bigint, 'who claimed it reads it');

select * from finish();
rollback;
